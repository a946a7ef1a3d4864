import { NoMediumError, VerificationError } from '../errors/index.js';
import type { WaitOptions } from '../tape/motion/wait-until-ready.js';
import { TapeDrive } from '../tape/tape-drive.js';
import type { InventoryElement } from './inventory.js';
import type { MoveReceipt } from './moves.js';
import { isSameCartridge } from './same-cartridge.js';

/** What the drive itself reported about the cartridge that was moved to it. */
export interface DriveProof {
  readonly node: string;
  readonly driveSerialNumber: string | undefined;
  /** Barcode in the cartridge memory; undefined if there is none. */
  readonly barcodeInMemory: string | undefined;
  /** Of the cartridge, in its memory (attribute 0401h); undefined where the drive gives no access to a memory. */
  readonly mediumSerialNumber: string | undefined;
}

/** Receipt for a cartridge that was loaded into a drive. */
export interface LoadReceipt {
  /** Undefined if the cartridge was in the drive already. */
  readonly move: MoveReceipt | undefined;
  readonly barcode: string | undefined;
  /** What the drive reported; undefined if it has no node on this machine. */
  readonly drive: DriveProof | undefined;
}

/** How long the drive is waited for: see `WaitOptions`. */
export type ReadyOptions = Pick<WaitOptions, 'timeoutMs' | 'signal'>;

/** Calibration takes minutes; a virtual drive is ready at once. */
const INTERVAL_MS = 100;

/** Makes the drive unload its cartridge. A drive without a node on this machine must have unloaded it already. */
export async function letGo({ node }: InventoryElement): Promise<void> {
  if (node === undefined) return;
  await withDrive(node, async (drive) => {
    try {
      await drive.eject();
    } catch (error) {
      // The cartridge is already unloaded and in the drive's slot.
      if (!(error instanceof NoMediumError)) throw error;
    }
  });
}

/**
 * Waits until the drive is ready and compares its serial number and the barcode in the cartridge memory with what the
 * library says. Undefined for a drive that has no node here. Rejects with VerificationError when they differ.
 */
export async function proveLoaded(
  element: InventoryElement,
  barcode: string | undefined,
  options: ReadyOptions,
): Promise<DriveProof | undefined> {
  const { node } = element;
  if (node === undefined) return undefined;
  return withDrive(node, (drive) => proveCartridge(drive, element, barcode, options));
}

/** As `proveLoaded`, with a drive that is open. */
export async function proveCartridge(
  drive: TapeDrive,
  { driveSerialNumber }: Pick<InventoryElement, 'driveSerialNumber'>,
  barcode: string | undefined,
  options: ReadyOptions,
): Promise<DriveProof> {
  await drive.waitUntilReady({ ...options, intervalMs: INTERVAL_MS });
  const { serialNumber } = await drive.identity();
  const values = (await drive.mam())?.values;
  const barcodeInMemory = values?.barcode || undefined;
  if (barcode !== undefined && barcodeInMemory !== undefined && !isSameCartridge(barcode, barcodeInMemory)) {
    throw new VerificationError(`the label says ${barcode}, and the cartridge memory ${barcodeInMemory}`, {
      device: drive.device,
      next: 'Find out which of the two is right before anything is written',
    });
  }
  return {
    node: drive.device,
    driveSerialNumber: serialNumber ?? driveSerialNumber,
    barcodeInMemory,
    mediumSerialNumber: values?.serialNumber || undefined,
  };
}

/** What a drive reports about itself and the cleaning cartridge in it. */
export interface CleaningState {
  readonly isCleaning: boolean;
  /** Why it does not clean with this cartridge. */
  readonly problem?: 'cleaning-expired' | 'cleaning-refused';
  /** By the cartridge memory, where it can be read. */
  readonly uses?: number;
  readonly usesLeft?: number;
}

/** TapeAlert flags of cleaning cartridges (SSC-5). */
const PROBLEMS = new Map<number, NonNullable<CleaningState['problem']>>([
  [22, 'cleaning-expired'],
  [23, 'cleaning-refused'],
]);

/** Asked again and again while a cleaning cartridge is in the drive. */
export async function cleaningState(node: string): Promise<CleaningState> {
  return withDrive(node, async (drive) => {
    const { state } = await drive.readiness();
    const { flags = [] } = (await drive.alerts()) ?? {};
    const problem = flags.map(({ flag }) => PROBLEMS.get(flag)).find((found) => found !== undefined);
    // Not every drive lets the memory be read while it cleans.
    const { loadCount, mediumTypeInformation } = (await drive.mam().catch(() => undefined))?.values ?? {};
    return {
      isCleaning: problem === undefined && (state === 'becoming-ready' || state === 'not-ready'),
      ...(problem !== undefined && { problem }),
      ...(loadCount !== undefined && { uses: loadCount }),
      ...(loadCount !== undefined &&
        mediumTypeInformation && { usesLeft: Math.max(0, mediumTypeInformation - loadCount) }),
    };
  });
}

async function withDrive<T>(node: string, work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  const drive = await TapeDrive.open(node, { readOnly: true });
  try {
    return await work(drive);
  } finally {
    await drive.close();
  }
}
