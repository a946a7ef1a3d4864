import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { LtoProvider } from '../../src/provider/provider.js';
import type { ProviderOptions } from '../../src/provider/provider-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

export const MIB = 2 ** 20;
export const ID = 'AA0001L8';

export interface Bench {
  readonly provider: LtoProvider;
  /** The drive below the provider. */
  readonly tape: TapeDrive;
  /** What the drive's driver is called by. */
  readonly transport: VirtualTransport;
  /** What the hands of an operator, and faults, do to the drive. */
  readonly virtual: VirtualDrive;
  readonly device: string;
  readonly folder: string;
}

/** A provider on a new virtual drive whose cartridge and faults the test holds. */
export async function newBench(
  settings: Record<string, unknown> = {},
  drive: VirtualDriveOptions = {},
  options: ProviderOptions = {},
): Promise<Bench> {
  const folder = await newDriveFolder({ cartridge: { barcode: ID }, ...drive });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder });
  const tape = TapeDrive.onTransport(transport);
  const provider = new LtoProvider({ devicePath: device, ...settings }, { open: async () => tape, ...options });
  onTestFinished(async () => {
    await provider.close();
    await tape.close();
  });
  return { provider, tape, transport, virtual: transport.drive, device, folder };
}

/** As `newBench`, with a labelled cartridge. */
export async function newLabelledBench(...parameters: Parameters<typeof newBench>): Promise<Bench> {
  const bench = await newBench(...parameters);
  await bench.provider.initializeMedia(ID);
  return bench;
}

/** Labels another cartridge as an operator's other machine would have, and brings the first one back. */
export async function labelOther({ provider, virtual }: Bench, barcode: string, capacityBytes?: number): Promise<void> {
  const first = virtual.cartridge;
  await virtual.remove();
  await virtual.insert({ barcode, ...(capacityBytes !== undefined && { capacityBytes }) });
  await provider.initializeMedia(barcode);
  await virtual.remove();
  if (first !== undefined) await virtual.insert(first);
}

/** Another cartridge in the drive, behind the provider's back. */
export async function swapTo({ virtual }: Bench, barcode: string): Promise<void> {
  await virtual.remove();
  await virtual.insert(barcode);
}

export function source(bytes: number, seed = 1): Readable {
  return Readable.from([testData(bytes, seed)]);
}

/** What is on a tape, as sizes of its files. */
export async function filesOf(tape: TapeDrive): Promise<number[]> {
  const { fileNumber } = await tape.spaceToEndOfData();
  const sizes: number[] = [];
  for (let file = 0; file < fileNumber; file += 1) {
    let bytes = 0;
    for await (const chunk of tape.createReadStream({ fileNumber: file })) bytes += (chunk as Buffer).length;
    sizes.push(bytes);
  }
  return sizes;
}
