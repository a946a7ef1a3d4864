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
export async function writeLabelToMemory(drive: TapeDrive, identifier: string): Promise<MemoryReport | undefined> {
  if ((await drive.mam()) === undefined) return undefined;
  const written: MemoryAttribute[] = [];
  const refused: MemoryAttribute[] = [];
  for (const attribute of labelAttributes(identifier)) {
    const taken = await takes(drive, attribute);
    (taken ? written : refused).push(attribute);
  }
  return { written, refused };
}

function labelAttributes(identifier: string): MemoryAttribute[] {
  const values: readonly (readonly [number, string])[] = [
    [0x0800, VENDOR],
    [0x0801, APPLICATION],
    [0x0802, applicationVersion()],
    [0x0803, identifier],
    [0x0804, new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)],
    [0x0806, identifier],
  ];
  return values.map(([id, value]) => ({ id, name: nameOf(id), value }));
}

/** One attribute at a time, so that a drive that refuses one keeps the others. */
async function takes(drive: TapeDrive, { id, value }: MemoryAttribute): Promise<boolean> {
  try {
    await drive.setAttributes(new Map([[id, value]]));
    return true;
  } catch (error) {
    if (error instanceof IllegalRequestError || error instanceof VerificationError) return false;
    throw error;
  }
}

function nameOf(id: number): string {
  return mamAttribute(id)?.name ?? '';
}

/** Cut to the 8 characters that attribute 0802h has. */
function applicationVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version).slice(0, 8);
}
