import { LabelError, PositionLostError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { DriveOwner } from '../session/drive-owner.js';
import { isSameCartridge } from './barcode.js';
import { readWholeLabel } from './label.js';
import type { Label } from './label-archive.js';

/** Who a cartridge is, as the drive has just told. */
export interface MediaIdentity {
  /** The barcode, else the label; undefined for a cartridge that has neither. */
  readonly identity: string | undefined;
  readonly source: 'barcode' | 'label' | undefined;
  /** Attribute 0806h of the cartridge memory. */
  readonly barcode: string | undefined;
  /** File 0 of the tape; undefined when there is none, or when it was not read. */
  readonly label: string | undefined;
  /** What file 0 holds instead of a label, in words. */
  readonly foundInstead: string | undefined;
  /** Attribute 0401h, which the manufacturer wrote. */
  readonly mediumSerial: string | undefined;
}

/** What the cartridge memory says of who the cartridge is. */
export interface MemoryIdentity {
  readonly barcode: string | undefined;
  readonly mediumSerial: string | undefined;
}

/** Asks the drive. Rejects with NoMediumError and NotReadyError when no cartridge is ready. */
export async function readMemoryIdentity({ drive }: DriveOwner): Promise<MemoryIdentity> {
  await drive.waitUntilReady({ timeoutMs: 0 });
  const values = (await drive.mam())?.values;
  return { barcode: values?.barcode, mediumSerial: values?.serialNumber };
}

/**
 * Barcode and, when `intrusive`, the label too, for which the tape is moved to its beginning. Rejects with LabelError
 * when the two disagree.
 */
export async function identify(
  owner: DriveOwner,
  labelName: string,
  intrusive: boolean,
  keyStore?: KeyStore,
): Promise<MediaIdentity> {
  await isPositionKnown(owner);
  const { barcode, mediumSerial } = await readMemoryIdentity(owner);
  const { label, foundInstead } = intrusive ? await labelOf(owner, labelName, keyStore) : { label: owner.label };
  const identifier = label?.identifier;
  const found = { barcode, label: identifier, foundInstead, mediumSerial };
  if (barcode === undefined || (label && label.replacedBarcode === barcode)) {
    return { ...found, identity: identifier, source: identifier === undefined ? undefined : 'label' };
  }
  if (label && !isSameCartridge(barcode, label.identifier)) throw disagreement(owner, barcode, label.identifier);
  return { ...found, identity: barcode, source: 'barcode' };
}

async function labelOf(
  owner: DriveOwner,
  labelName: string,
  keyStore: KeyStore | undefined,
): Promise<{ readonly label?: Label; readonly foundInstead?: string }> {
  try {
    return { label: await owner.readLabel(() => readWholeLabel(owner.drive, { member: labelName, keyStore })) };
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    return { foundInstead: error.message };
  }
}

/**
 * Proves from the drive that the cartridge in it is `id`: by its memory, and by its label where the memory has no
 * barcode or the label was not read since the cartridge was loaded. Rejects with LabelError for any other cartridge,
 * and for one without a label.
 */
export async function proveIdentity(
  owner: DriveOwner,
  labelName: string,
  id: string,
  keyStore?: KeyStore,
): Promise<MemoryIdentity & { readonly mediumEpoch: number }> {
  await isPositionKnown(owner);
  const { mediumEpoch } = owner.drive;
  const memory = await readMemoryIdentity(owner);
  const { barcode } = memory;
  const known = barcode === undefined ? undefined : owner.label;
  const label = known ?? (await labelFor(owner, { labelName, keyStore }, id, barcode));
  if (barcode !== undefined && barcode !== label.replacedBarcode) {
    if (!isSameCartridge(barcode, id)) throw wrongCartridge(owner, id, `its barcode is ${quoted(barcode)}`);
    if (!isSameCartridge(barcode, label.identifier)) throw disagreement(owner, barcode, label.identifier);
  }
  if (!isSameCartridge(label.identifier, id)) {
    throw wrongCartridge(owner, id, `its label is ${quoted(label.identifier)}`);
  }
  if (owner.drive.mediumEpoch === mediumEpoch) return { ...memory, mediumEpoch };
  // The first command after a change tells of it: what was read since then is of the cartridge that is in now.
  return proveIdentity(owner, labelName, id, keyStore);
}

/** The label, which a barcode of another name may be replaced by; without one, the barcode tells whose cartridge it is. */
async function labelFor(
  owner: DriveOwner,
  { labelName, keyStore }: { readonly labelName: string; readonly keyStore: KeyStore | undefined },
  id: string,
  barcode: string | undefined,
): Promise<Label> {
  try {
    return await owner.readLabel(() => readWholeLabel(owner.drive, { member: labelName, keyStore }));
  } catch (error) {
    const isOther = barcode !== undefined && !isSameCartridge(barcode, id);
    if (error instanceof LabelError && isOther) throw wrongCartridge(owner, id, `its barcode is ${quoted(barcode)}`);
    throw error;
  }
}

/**
 * Has the driver look whether drive and cartridge are still as it knew them. `st` finds out at the first command after a
 * reset whose unit attention another program has taken, and carries that command out.
 */
export async function isPositionKnown({ drive }: DriveOwner): Promise<boolean> {
  try {
    await drive.logicalObject();
    await drive.confirmPosition();
    return true;
  } catch (error) {
    if (error instanceof PositionLostError) return false;
    throw error;
  }
}

function disagreement({ drive }: DriveOwner, barcode: string, label: string): LabelError {
  return new LabelError(`the barcode in the cartridge memory is ${quoted(barcode)}, but the label ${quoted(label)}`, {
    device: drive.device,
    operation: 'identify',
    next: 'Find out which one is right before anything is written',
  });
}

function wrongCartridge({ drive }: DriveOwner, id: string, what: string): LabelError {
  return new LabelError(`the cartridge in the drive is not ${quoted(id)}: ${what}`, {
    device: drive.device,
    operation: 'identify',
    next: `Insert ${quoted(id)}`,
  });
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
