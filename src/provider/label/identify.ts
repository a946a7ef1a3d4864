import { LabelError, PositionLostError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { Label } from '../session/cartridge-label.js';
import type { Session } from '../session/session.js';
import { readWholeLabel } from './label.js';

/** Identity of a cartridge, just read from the drive. */
export interface MediaIdentity {
  /** The barcode, or else the label; undefined for a cartridge without either. */
  readonly identity: string | undefined;
  readonly source: 'barcode' | 'label' | undefined;
  /** Attribute 0806h of the cartridge memory. */
  readonly barcode: string | undefined;
  /** File 0 of the tape; undefined when there is none, or when it was not read. */
  readonly label: string | undefined;
  /** What file 0 holds if it is not a label, in words. */
  readonly foundInstead: string | undefined;
  /** Attribute 0401h, which the manufacturer wrote. */
  readonly mediumSerial: string | undefined;
}

/** Identity in the cartridge memory. */
export interface MemoryIdentity {
  readonly barcode: string | undefined;
  readonly mediumSerial: string | undefined;
}

/** A cartridge whose identity was proven by asking the drive. */
export interface ProvenCartridge {
  readonly identity: string;
  /** Barcode in the cartridge memory; undefined if there is none. */
  readonly barcode: string | undefined;
  readonly mediumSerial: string | undefined;
  /** `TapeDrive.mediumEpoch` when it was proven. */
  readonly mediumEpoch: number;
  /** How often this process had labelled or erased a cartridge in the drive when it was proven. */
  readonly replacements: number;
}

/** Asks the drive. Rejects with NoMediumError and NotReadyError when no cartridge is ready. */
export async function readMemoryIdentity(session: Session): Promise<MemoryIdentity> {
  session.throwIfAborted();
  const { drive } = session;
  await drive.waitUntilReady({ timeoutMs: 0 });
  const values = (await drive.mam())?.values;
  return { barcode: values?.barcode, mediumSerial: values?.serialNumber };
}

/**
 * Barcode and, when `intrusive`, the label too, for which the tape is moved to its beginning. Rejects with LabelError
 * when the two disagree.
 */
export async function identify(session: Session, intrusive: boolean): Promise<MediaIdentity> {
  await isPositionKnown(session);
  const { barcode, mediumSerial } = await readMemoryIdentity(session);
  const { label, foundInstead } = intrusive ? await labelOrElse(session) : { label: session.owner.label };
  const identifier = label?.identifier;
  const found = { barcode, label: identifier, foundInstead, mediumSerial };
  if (barcode === undefined || (label && label.replacedBarcode === barcode)) {
    return { ...found, identity: identifier, source: identifier === undefined ? undefined : 'label' };
  }
  if (label && !isSameCartridge(barcode, label.identifier)) throw disagreement(session, barcode, label.identifier);
  return { ...found, identity: barcode, source: 'barcode' };
}

/** Reads the label, for which the tape is moved to its beginning. Rejects with LabelError when there is none. */
export async function readKnownLabel(session: Session): Promise<Label> {
  session.throwIfAborted();
  const { owner, drive, configuration, keyStore } = session;
  return owner.readLabel(() =>
    readWholeLabel(drive, { member: configuration.labelName, keyStore, protection: configuration.protection }),
  );
}

async function labelOrElse(session: Session): Promise<{ readonly label?: Label; readonly foundInstead?: string }> {
  try {
    return { label: await readKnownLabel(session) };
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    return { foundInstead: error.message };
  }
}

/**
 * Proves from the drive that the cartridge in it is `id`: by its memory, and by its label where the memory has no
 * barcode or the label was not read since the cartridge was loaded. Resolves with the name that it was labelled with,
 * whichever of its names `id` is. Rejects with LabelError for any other cartridge, and for one without a label.
 */
export async function proveIdentity(session: Session, id: string): Promise<ProvenCartridge> {
  await isPositionKnown(session);
  const { mediumEpoch } = session.drive;
  const { replacements } = session.owner;
  const memory = await readMemoryIdentity(session);
  const { barcode } = memory;
  const known = barcode === undefined ? undefined : session.owner.label;
  const label = known ?? (await labelFor(session, id, barcode));
  if (barcode !== undefined && barcode !== label.replacedBarcode) {
    if (!isSameCartridge(barcode, id)) throw wrongCartridge(session, id, `its barcode is ${quoted(barcode)}`);
    if (!isSameCartridge(barcode, label.identifier)) throw disagreement(session, barcode, label.identifier);
  }
  if (!isSameCartridge(label.identifier, id)) {
    throw wrongCartridge(session, id, `its label is ${quoted(label.identifier)}`);
  }
  const { identifier: identity } = label;
  if (session.drive.mediumEpoch === mediumEpoch) return { ...memory, identity, mediumEpoch, replacements };
  // The first command after a change reports it, so values read since then belong to the current cartridge.
  return proveIdentity(session, id);
}

/**
 * The label, which may stand for another barcode in the memory; without a label, the barcode identifies the cartridge.
 */
async function labelFor(session: Session, id: string, barcode: string | undefined): Promise<Label> {
  try {
    return await readKnownLabel(session);
  } catch (error) {
    const isOther = barcode !== undefined && !isSameCartridge(barcode, id);
    if (error instanceof LabelError && isOther) throw wrongCartridge(session, id, `its barcode is ${quoted(barcode)}`);
    throw error;
  }
}

/**
 * Makes the driver check whether drive and cartridge are unchanged. If another program consumed the unit attention of a
 * reset, `st` notices the reset at its first command after it, and carries that command out.
 */
export async function isPositionKnown(session: Session): Promise<boolean> {
  session.throwIfAborted();
  const { drive } = session;
  try {
    await drive.logicalObject();
    await drive.confirmPosition();
    return true;
  } catch (error) {
    if (error instanceof PositionLostError) return false;
    throw error;
  }
}

function disagreement({ drive }: Session, barcode: string, label: string): LabelError {
  return new LabelError(`the barcode in the cartridge memory is ${quoted(barcode)}, but the label ${quoted(label)}`, {
    device: drive.device,
    operation: 'identify',
    next: 'Find out which one is right before anything is written',
  });
}

function wrongCartridge({ drive }: Session, id: string, what: string): LabelError {
  return new LabelError(`the cartridge in the drive is not ${quoted(id)}: ${what}`, {
    device: drive.device,
    operation: 'identify',
    next: `Insert ${quoted(id)}`,
  });
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
