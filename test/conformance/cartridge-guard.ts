import { inject } from 'vitest';
import { LabelError } from '../../src/errors/index.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';

// A named device may hold somebody's only copy: tests write to the cartridge that the user has named, and to no other.

/** The cartridge that tests may overwrite, as the drive told of it when the run began. */
export interface NamedCartridge {
  /** What the user called it. */
  readonly name: string;
  /** Attribute 0806h. */
  readonly barcode?: string | undefined;
  /** Attribute 0401h. */
  readonly mediumSerial?: string | undefined;
  /** File 0: only where the drive gives no cartridge memory. */
  readonly label?: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Null where nothing may be written. */
    cartridge: NamedCartridge | null;
  }
}

/** What the cartridge memory says of who the cartridge is. */
export async function memoryIdentity(drive: TapeDrive): Promise<Omit<NamedCartridge, 'name' | 'label'>> {
  await drive.waitUntilReady({ timeoutMs: 0 });
  const values = (await drive.mam())?.values;
  return { barcode: values?.barcode, mediumSerial: values?.serialNumber };
}

/**
 * Finds out whether the cartridge in the drive is called `name`: by its barcode, by its serial number, or by its label,
 * for which alone the tape is moved. Rejects with LabelError when it is another.
 */
export async function identifyCartridge(drive: TapeDrive, name: string): Promise<NamedCartridge> {
  const memory = await memoryIdentity(drive);
  const { barcode, mediumSerial } = memory;
  if (name === barcode || name === mediumSerial) return { name, ...memory };
  // A barcode is who the cartridge is: a label that says otherwise does not make it another one.
  const label = barcode === undefined ? await labelOf(drive) : undefined;
  if (label !== name) throw refusal(drive, name, { ...memory, label });
  return hasMemory(memory) ? { name, ...memory } : { name, label };
}

/** Rejects with LabelError unless the cartridge in the drive is the named one. The tape may stand anywhere afterwards. */
export async function requireCartridge(drive: TapeDrive, named = inject('cartridge')): Promise<void> {
  if (named === null) throw refusal(drive, 'a cartridge to be overwritten', {});
  const memory = await memoryIdentity(drive);
  const same = memory.barcode === named.barcode && memory.mediumSerial === named.mediumSerial;
  const label = same && !hasMemory(memory) ? await labelOf(drive) : undefined;
  if (!same || label !== named.label) throw refusal(drive, named.name, { ...memory, label });
}

/** Gives a cartridge its label again that has nothing else to be known by: the next test looks for it. */
export async function restoreCartridge(drive: TapeDrive, named = inject('cartridge')): Promise<void> {
  if (named?.label !== undefined) await writeLabel(drive, named.label, { overwrite: true });
}

function hasMemory({ barcode, mediumSerial }: Omit<NamedCartridge, 'name'>): boolean {
  return barcode !== undefined || mediumSerial !== undefined;
}

async function labelOf(drive: TapeDrive): Promise<string | undefined> {
  try {
    await drive.rewind();
    return await readLabel(drive);
  } catch (error) {
    if (error instanceof LabelError) return undefined;
    throw error;
  }
}

function refusal(drive: TapeDrive, name: string, found: Omit<NamedCartridge, 'name'>): LabelError {
  const known = Object.entries({ barcode: found.barcode, 'serial number': found.mediumSerial, label: found.label });
  const told = known.filter(([, value]) => value !== undefined).map(([what, value]) => `${what} ${value}`);
  const what = told.length > 0 ? `it has the ${told.join(', ')}` : 'nothing tells what it is';
  return new LabelError(`the cartridge in the drive is not ${JSON.stringify(name)}: ${what}`, {
    device: drive.device,
    operation: 'overwrite the cartridge',
    next: 'Insert the cartridge that may be overwritten, or name this one',
  });
}
