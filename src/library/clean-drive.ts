import { ElementError } from '../errors/index.js';
import { isCleaning, letGo } from './drive-work.js';
import type { Inventory, InventoryElement } from './inventory.js';
import { type MoveReceipt, moveCartridge } from './moves.js';
import type { Robot } from './read-elements.js';
import { type LibraryWaitOptions, waitFor } from './waiting.js';

export interface CleanOptions extends LibraryWaitOptions {
  /** Milliseconds after which the drive is made to eject the cleaning cartridge if it has not; default five minutes. */
  readonly ejectAfterMs?: number | undefined;
}

/** A drive that was cleaned, and with which cartridge. */
export interface CleaningReceipt {
  readonly barcode: string | undefined;
  readonly brought: MoveReceipt;
  readonly returned: MoveReceipt;
  /** Milliseconds in the drive. */
  readonly duration: number;
}

const CLEANING_LABEL = /^CLN/;
const EJECT_AFTER_MS = 5 * 60_000;
const GIVE_UP_MS = 15 * 60_000;

/** A cleaning cartridge in a slot. Throws ElementError where there is none. */
function cleaningCartridge(inventory: Inventory): InventoryElement {
  const found = inventory.elements.find(({ kind, full, accessible, mediumType, barcode }) => {
    const cleans = barcode === undefined ? mediumType === 'cleaning' : CLEANING_LABEL.test(barcode);
    return kind === 'slot' && full && accessible && cleans;
  });
  if (found !== undefined) return found;
  throw new ElementError('there is no cleaning cartridge in a slot', {
    device: inventory.device,
    problem: 'source-empty',
    next: 'Put one in whose barcode begins with CLN',
  });
}

/** Moves a cleaning cartridge to an empty drive, waits until cleaning has finished, and moves it back to its slot. */
export async function cleanDrive(
  robot: Robot,
  inventory: Inventory,
  drive: InventoryElement,
  { ejectAfterMs = EJECT_AFTER_MS, ...options }: CleanOptions,
): Promise<CleaningReceipt> {
  const slot = cleaningCartridge(inventory);
  const brought = await moveCartridge(robot, slot, drive);
  const begun = performance.now();
  const loaded = { ...drive, full: true, barcode: slot.barcode };
  const emptied = { ...slot, full: false, barcode: undefined };
  const comeBack = async () => {
    const { node } = drive;
    const isDue = performance.now() - begun >= ejectAfterMs;
    if (node !== undefined && (await isCleaning(node)) && !isDue) return undefined;
    if (isDue) await letGo(drive);
    try {
      return await moveCartridge(robot, loaded, emptied);
    } catch (error) {
      if (error instanceof ElementError && error.problem === 'held-by-drive') return undefined;
      throw error;
    }
  };
  const what = `drive ${drive.number} has not given the cleaning cartridge back`;
  const returned = await waitFor(robot.device.device, what, comeBack, { timeoutMs: GIVE_UP_MS, ...options });
  return { barcode: slot.barcode, brought, returned, duration: Math.round(performance.now() - begun) };
}
