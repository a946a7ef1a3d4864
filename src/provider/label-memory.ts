import { readFileSync } from 'node:fs';
import { IllegalRequestError, VerificationError } from '../errors/index.js';
import { mamAttribute } from '../scsi/mam-attributes.js';
import type { TapeDrive } from '../tape/tape-drive.js';

/** What the cartridge memory took, by identifier and name of the attribute. */
export interface MemoryReport {
  readonly written: readonly MemoryAttribute[];
  /** Attributes that the drive refuses, or says it wrote and does not keep. */
  readonly refused: readonly MemoryAttribute[];
}

export interface MemoryAttribute {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

const VENDOR = 'NODELTO';
const APPLICATION = 'node-lto';

/**
 * Puts the identifier of a label into the cartridge memory, as barcode and as user label, with the application and the
 * time (UTC). Resolves with undefined where the drive gives no cartridge memory.
 */
export function writeLabelToMemory(
  drive: TapeDrive,
  identifier: string,
  mediumChanges?: number,
): Promise<MemoryReport | undefined> {
  return write(drive, [...useAttributes(), ...labelAttributes(identifier)], mediumChanges);
}

/** Puts application and time (UTC) into the memory of the cartridge that `TapeDrive.mediumChanges` belongs to. */
export function writeUseToMemory(drive: TapeDrive, mediumChanges: number): Promise<MemoryReport | undefined> {
  return write(drive, useAttributes(), mediumChanges);
}

async function write(
  drive: TapeDrive,
  attributes: readonly MemoryAttribute[],
  mediumChanges: number | undefined,
): Promise<MemoryReport | undefined> {
  if ((await drive.mam()) === undefined) return undefined;
  const written: MemoryAttribute[] = [];
  const refused: MemoryAttribute[] = [];
  for (const attribute of attributes) {
    const taken = await takes(drive, attribute, mediumChanges);
    (taken ? written : refused).push(attribute);
  }
  return { written, refused };
}

function useAttributes(): MemoryAttribute[] {
  return [
    attribute(0x0800, VENDOR),
    attribute(0x0801, APPLICATION),
    attribute(0x0802, applicationVersion()),
    attribute(0x0804, new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)),
  ];
}

function labelAttributes(identifier: string): MemoryAttribute[] {
  return [attribute(0x0803, identifier), attribute(0x0806, identifier)];
}

/** One attribute at a time, so that a drive that refuses one keeps the others. */
async function takes(
  drive: TapeDrive,
  { id, value }: MemoryAttribute,
  mediumChanges: number | undefined,
): Promise<boolean> {
  try {
    await drive.setAttributes(new Map([[id, value]]), { mediumChanges });
    return true;
  } catch (error) {
    if (error instanceof IllegalRequestError || error instanceof VerificationError) return false;
    throw error;
  }
}

function attribute(id: number, value: string): MemoryAttribute {
  return { id, name: mamAttribute(id)?.name ?? '', value };
}

/** Cut to the 8 characters that attribute 0802h has. */
function applicationVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version).slice(0, 8);
}
