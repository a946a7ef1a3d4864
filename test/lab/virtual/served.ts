import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { type CartridgeOptions, type DriveControls, type Fault, openControls } from '../../../src/virtual/index.js';
import { parseTap } from '../../virtual/tap-parser.js';

/** Folder of the drive that the lab serves. */
export const FOLDER = join(process.env.LTO_LAB_VIRTUAL ?? '', '0');

let cartridges = 0;

/** Does something to the served drive by its control socket. */
export async function atTheDrive<T>(work: (controls: DriveControls) => Promise<T>): Promise<T> {
  const controls = await openControls(FOLDER);
  try {
    return await work(controls);
  } finally {
    await controls.close();
  }
}

/** Puts a new cartridge into the drive in place of the one in it; its name. */
export function freshCartridge(options: CartridgeOptions = {}): Promise<string> {
  cartridges += 1;
  const barcode = `LAB${process.pid}X${cartridges}`;
  return atTheDrive(async (controls) => {
    await controls.remove();
    await controls.insert({ capacityBytes: 64_000_000, ...options, barcode });
    return barcode;
  });
}

/** What the drive is to do wrong, until the end of the test. */
export async function withFaults(...faults: readonly Fault[]): Promise<void> {
  await atTheDrive((controls) => controls.setFaults(faults));
  onTestFinished(() => atTheDrive((controls) => controls.setFaults([])));
}

/** The drive by way of the kernel, at the beginning of the tape. */
export async function openDrive(): Promise<TapeDrive> {
  const drive = await TapeDrive.open('/dev/nst0');
  onTestFinished(() => drive.close());
  await drive.rewind();
  return drive;
}

/** What is recorded on a cartridge, by a reader that knows nothing but the format of the image. */
export async function recorded(barcode: string): Promise<(Buffer | 'filemark')[]> {
  return parseTap(await readFile(join(FOLDER, 'cartridges', barcode, 'partition-0.tap')));
}
