import { onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import type { CommandName } from '../../src/scsi/wire/opcodes.js';
import { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { newDriveFolder } from '../virtual/support.js';

/** A drive on a new virtual one; closed after the test. */
export async function newTapeDrive(options?: VirtualDriveOptions): Promise<TapeDrive> {
  const drive = await TapeDrive.open(`virtual:${await newDriveFolder(options)}`);
  onTestFinished(() => drive.close());
  return drive;
}

/** The port of a new virtual drive, with the drive itself for faults and changes of the cartridge. */
export async function newPort(options?: VirtualDriveOptions): Promise<{ port: DrivePort; drive: VirtualDrive }> {
  const folder = await newDriveFolder(options);
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => transport.close());
  return { port: new DrivePort(transport), drive: transport.drive };
}

/** Has the drive answer a command with other data, where `data` gives some. */
export function answerWith(
  { transport }: DrivePort,
  command: CommandName,
  data: (cdb: Uint8Array) => Uint8Array | undefined,
): void {
  const scsi = transport.scsi.bind(transport);
  transport.scsi = async (sent, options) => {
    const reply = await scsi(sent, options);
    const other = sent.name === command ? data(sent.cdb) : undefined;
    return other === undefined ? reply : { ...reply, data: other };
  };
}

/** What a drive answers to a command or page that it does not know. */
export const UNSUPPORTED = { sense: { key: 5, asc: 0x24, ascq: 0 } };
