import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ReadElementStatusOptions, readElementStatus } from '../../../src/scsi/changer/index.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import type { ScsiCommand } from '../../../src/scsi/wire/command.js';
import {
  createVirtualLibrary,
  type Execution,
  VirtualLibrary,
  type VirtualLibraryOptions,
} from '../../../src/virtual/index.js';
import { temporaryFolder } from '../support.js';

/** Addresses of the elements: drives 1 and 2, mail slots 101 and 102, slots 1001 and up. */
export const DRIVE = 1;
export const MAIL = 101;
export const SLOT = 1001;

export async function newLibraryFolder(options?: VirtualLibraryOptions): Promise<string> {
  const folder = join(await temporaryFolder(), 'library');
  await createVirtualLibrary(folder, { capacityBytes: 1e6, ...options });
  return folder;
}

export async function openLibrary(folder: string): Promise<VirtualLibrary> {
  const library = await VirtualLibrary.open(folder);
  onTestFinished(() => library.close());
  return library;
}

/** A new library that has told of its power on, as have its drives. */
export async function newLibrary(options?: VirtualLibraryOptions): Promise<VirtualLibrary> {
  const library = await openLibrary(await newLibraryFolder(options));
  await send(library, testUnitReady());
  for (const drive of library.drives) await send(drive, testUnitReady());
  return library;
}

export function send(unit: Pick<VirtualLibrary, 'execute'>, command: ScsiCommand, nexus?: string): Promise<Execution> {
  const { cdb, dataOut, allocationLength } = command;
  return unit.execute(cdb, { dataOut, allocationLength, nexus });
}

/** What is where, without the empty elements. */
export function contents(library: VirtualLibrary): Record<number, string> {
  const full = library.elements.flatMap(({ element, cartridge }) => (cartridge === null ? [] : [[element, cartridge]]));
  return Object.fromEntries(full) as Record<number, string>;
}

/** A descriptor of READ ELEMENT STATUS: its flags and its tag, in hex and text. */
export interface Seen {
  readonly element: number;
  readonly flags: number;
  readonly asc: number;
  /** SVALID and medium type, and the source. */
  readonly origin: readonly [number, number];
  readonly tag: string;
  readonly identifier: string;
}

/** The descriptors of a report, taken apart by its own lengths. */
export async function elementStatus(
  library: VirtualLibrary,
  options: ReadElementStatusOptions,
): Promise<readonly Seen[]> {
  const { dataIn } = await send(library, readElementStatus(options));
  const report = Buffer.from(dataIn);
  const seen: Seen[] = [];
  const end = 8 + report.readUIntBE(5, 3);
  for (let page = 8; page < end; page += 8 + report.readUIntBE(page + 5, 3)) {
    const hasTag = (report.readUInt8(page + 1) & 0x80) !== 0;
    const length = report.readUInt16BE(page + 2);
    const last = page + 8 + report.readUIntBE(page + 5, 3);
    for (let at = page + 8; at < last; at += length) seen.push(descriptor(report.subarray(at, at + length), hasTag));
  }
  return seen;
}

function descriptor(bytes: Buffer, hasTag: boolean): Seen {
  const tail = bytes.subarray(hasTag ? 48 : 12);
  return {
    element: bytes.readUInt16BE(0),
    flags: bytes.readUInt8(2),
    asc: bytes.readUInt8(4),
    origin: [bytes.readUInt8(9), bytes.readUInt16BE(10)],
    tag: hasTag ? bytes.subarray(12, 44).toString('latin1').trimEnd().replaceAll('\0', '') : '',
    identifier: tail.subarray(4, 4 + tail.readUInt8(3)).toString('latin1'),
  };
}
