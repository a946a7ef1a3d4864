import { ElementError, HardwareError, NoMediumError, NotReadyError, VerificationError } from '../../errors/index.js';
import { proveCartridge } from '../drive-work.js';
import { findDrive, homeOf } from '../find-element.js';
import type { InventoryElement } from '../inventory.js';
import type { TapeLibrary } from '../tape-library.js';
import type { Bay } from './bay.js';
import type { MountEvent } from './events.js';
import type { HeldDrive, HoldDrive } from './held-drive.js';
import type { MountPolicy } from './policy.js';

/** What cartridges are brought with. */
export interface Means<D extends HeldDrive> {
  readonly library: TapeLibrary;
  readonly hold: HoldDrive<D>;
  readonly tell: (event: MountEvent) => void;
  /** Serial numbers in the memories of cartridges that were mounted, by barcode. */
  readonly serials: Map<string, string>;
}

/** This drive can't do it; another one may. */
export class DriveRefusal {
  readonly cause: Error;
  constructor(cause: unknown) {
    this.cause = cause instanceof Error ? cause : new Error(String(cause));
  }
}

/** There is no cleaning cartridge, or none that cleans. */
const NOT_CLEANED: ReadonlySet<string> = new Set(['source-empty', 'cleaning-expired', 'cleaning-refused']);
/** A drive that has just been cleaned and asks again wants a technician, not another cleaning. */
const BETWEEN_CLEANINGS_MS = 3_600_000;
const cleanedAt = new WeakMap<Bay<HeldDrive>, number>();

/**
 * Brings a cartridge to a drive that nobody uses, and proves it: what is in the drive is put back first, and a cartridge
 * that can't be proven is put back. A cartridge that is in the drive already is proven there. Throws DriveRefusal when
 * another drive may do.
 */
export async function bring<D extends HeldDrive>(
  means: Means<D>,
  bay: Bay<D>,
  { address, barcode = '' }: InventoryElement,
  policy: MountPolicy,
): Promise<void> {
  const begun = performance.now();
  const isThere = address === bay.element.address && (await isLoaded(means, bay));
  if (!isThere) await makeReady(means, bay, policy);
  const held = await open(means, bay);
  try {
    if (!isThere) await move(means, bay, barcode);
    await held.exclusively('loading', () => prove(means, held, bay.element, barcode));
  } catch (error) {
    await putBack(means, bay).catch(() => undefined);
    throw error;
  }
  bay.mounted = barcode;
  bay.moved = !isThere;
  bay.epoch = held.drive.mediumEpoch;
  const milliseconds = Math.round(performance.now() - begun);
  means.tell({ type: 'brought', barcode, drive: bay.element.number, moved: !isThere, milliseconds });
}

/**
 * Unloads a drive and takes its cartridge to its slot. Does nothing but close a drive that is empty. A cartridge that there
 * is no slot for stays loaded.
 */
export async function putBack<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<void> {
  await requireRoom(means, bay);
  const { number: drive, address, full, barcode } = bay.element;
  bay.mounted = undefined;
  if (full) await letGo(means, bay);
  await close(bay);
  if (!full) return;
  try {
    await means.library.unload({ address });
  } catch (error) {
    // The robot may come back.
    if (error instanceof NotReadyError) throw error;
    // A cartridge that it does not get out of the drive blocks the drive. What else is in the way, such as a full library, a
    // cartridge in the hand, or another program, may be gone when the drive is needed again.
    if (error instanceof HardwareError) bay.failure = error;
    throw refused(means, bay, error);
  }
  bay.element = { ...bay.element, full: false, barcode: undefined };
  means.tell({ type: 'put-back', barcode, drive });
}

/** Looks whether the cartridge is still there: another program may have taken it. Throws a DriveRefusal where no slot is empty. */
async function requireRoom<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<void> {
  if (!bay.element.full) return;
  const inventory = await means.library.inventory();
  bay.element = findDrive(inventory, { address: bay.element.address });
  try {
    if (bay.element.full) homeOf(inventory, bay.element);
  } catch (error) {
    throw refused(means, bay, error);
  }
}

/** Whether the requested cartridge is still in its drive and ready, as far as the drive reports it. */
export async function isStillThere<D extends HeldDrive>({ held, epoch }: Bay<D>): Promise<boolean> {
  const readiness = await held?.drive.readiness().catch(() => undefined);
  return readiness?.state === 'ready' && held?.drive.mediumEpoch === epoch;
}

/** Closes a drive. What close(2) says of a cartridge that has gone is no news: nothing is unwritten behind an eject. */
export async function close<D extends HeldDrive>(bay: Bay<D>): Promise<void> {
  const { held } = bay;
  bay.held = undefined;
  await held?.close().catch(() => undefined);
}

async function open<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<D> {
  try {
    bay.held ??= await means.hold(bay.node);
    return bay.held;
  } catch (error) {
    throw refused(means, bay, error);
  }
}

async function isLoaded<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<boolean> {
  const { state } = await (await open(means, bay)).drive.readiness();
  return state !== 'no-medium' && state !== 'not-loaded';
}

async function makeReady<D extends HeldDrive>(means: Means<D>, bay: Bay<D>, policy: MountPolicy): Promise<void> {
  if (bay.element.full) await putBack(means, bay);
  const { drive } = await open(means, bay);
  const alerts = (await drive.alerts({ forget: true }))?.flags ?? [];
  const last = cleanedAt.get(bay) ?? Number.NEGATIVE_INFINITY;
  if (!policy.needsCleaning(bay.drive, alerts) || performance.now() - last < BETWEEN_CLEANINGS_MS) return;
  await close(bay);
  await clean(means, bay);
}

async function clean<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<void> {
  const { number: drive, address } = bay.element;
  try {
    const receipt = await means.library.clean({ address });
    cleanedAt.set(bay, performance.now());
    means.tell({ type: 'cleaned', drive, receipt });
  } catch (error) {
    // Without a cleaning cartridge the drive still writes, and says so itself when it no longer can.
    if (!(error instanceof ElementError) || !NOT_CLEANED.has(error.problem)) throw refused(means, bay, error);
    means.tell({ type: 'not-cleaned', drive, error });
  }
}

async function move<D extends HeldDrive>(means: Means<D>, bay: Bay<D>, barcode: string): Promise<void> {
  try {
    await means.library.transfer(barcode, { address: bay.element.address });
    bay.element = { ...bay.element, full: true, barcode };
  } catch (error) {
    const isFull = error instanceof ElementError && error.problem === 'destination-full';
    throw isFull ? refused(means, bay, error) : error;
  }
}

async function prove<D extends HeldDrive>(
  { serials }: Means<D>,
  { drive }: D,
  element: InventoryElement,
  barcode: string,
): Promise<void> {
  const { mediumSerialNumber: serial } = await proveCartridge(drive, element, barcode, {});
  const known = serials.get(barcode);
  if (serial === undefined) return;
  if (known !== undefined && known !== serial) {
    throw new VerificationError(`the cartridge with the label ${barcode} is another one than before`, {
      device: drive.device,
      next: `Its serial number is ${serial}, that of the one before ${known}: find out which of them is ${barcode}`,
    });
  }
  serials.set(barcode, serial);
}

async function letGo<D extends HeldDrive>(means: Means<D>, bay: Bay<D>): Promise<void> {
  const held = await open(means, bay);
  try {
    await held.exclusively('unloading', async () => {
      await held
        .settle()
        .catch((error: Error) => means.tell({ type: 'not-settled', drive: bay.element.number, error }));
      await held.drive.eject().catch((error: unknown) => {
        // It lies in the mouth of the drive.
        if (!(error instanceof NoMediumError)) throw error;
      });
    });
  } catch (error) {
    await close(bay);
    throw refused(means, bay, error);
  }
}

function refused<D extends HeldDrive>({ tell }: Means<D>, bay: Bay<D>, error: unknown): unknown {
  const refusal = error instanceof DriveRefusal ? error : new DriveRefusal(error);
  if (refusal !== error) tell({ type: 'drive-refused', drive: bay.element.number, error: refusal.cause });
  return refusal;
}
