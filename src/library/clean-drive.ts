import { type CallOptions, requireNonEmptyText } from '../arguments/options.js';
import { ElementError, type ElementProblem } from '../errors/index.js';
import { type CleaningState, cleaningState, letGo } from './drive-work.js';
import type { Inventory, InventoryElement } from './inventory.js';
import { type MoveReceipt, moveCartridge } from './moves.js';
import type { Robot } from './read-elements.js';
import { type LibraryWaitOptions, waitFor } from './waiting.js';

export interface CleanOptions extends LibraryWaitOptions {
  /** Milliseconds after which the drive is made to eject the cleaning cartridge if it has not; default five minutes. */
  readonly ejectAfterMs?: number | undefined;
}

/** Of `TapeLibrary.open`. */
export interface LibraryOptions extends CallOptions {
  /** File in which uses of cleaning cartridges are counted, by barcode, where the drive does not let their memory be read. */
  readonly cleaningLog?: string | undefined;
}

/** A drive that was cleaned, and with which cartridge. */
export interface CleaningReceipt {
  readonly barcode: string | undefined;
  readonly brought: MoveReceipt;
  readonly returned: MoveReceipt;
  /** Milliseconds in the drive. */
  readonly duration: number;
  /** How often the cartridge has been used, this time included. */
  readonly uses: number;
  /**
   * `memory`: read from the cartridge memory. `log`: counted in the file of `LibraryOptions.cleaningLog`. `library`: counted
   * by this `TapeLibrary`, since it was opened.
   */
  readonly usesCountedBy: 'memory' | 'log' | 'library';
  /** Remaining uses, if the cartridge memory reports them. */
  readonly usesLeft: number | undefined;
}

/** What is known of the cleaning cartridges of a library. */
export class CleaningCartridges {
  readonly #uses = new Map<string, number>();
  readonly #spent = new Map<string, ElementProblem>();
  readonly #log: string | undefined;

  /** `log`: the file that uses are counted in. Throws InvalidArgumentError for what is no path. */
  constructor(log: string | undefined) {
    if (log !== undefined) requireNonEmptyText('cleaningLog', log, { operation: 'open' });
    this.#log = log;
  }

  /** Counts a use; the uses so far, and who has counted them. A log that fails is a warning: the drive is clean all the same. */
  async used(cartridge: InventoryElement): Promise<{ readonly uses: number; readonly by: 'log' | 'library' }> {
    const name = nameOf(cartridge);
    const uses = (this.#uses.get(name) ?? 0) + 1;
    this.#uses.set(name, uses);
    if (this.#log === undefined || cartridge.barcode === undefined) return { uses, by: 'library' };
    try {
      const { countInLog } = await import('./cleaning-log.js');
      return { uses: await countInLog(this.#log, cartridge.barcode), by: 'log' };
    } catch (error) {
      process.emitWarning(`the use of ${name} is not counted in ${this.#log}: ${String(error)}`);
      return { uses, by: 'library' };
    }
  }

  /** It has been seen not to clean. */
  spent(cartridge: InventoryElement, problem: ElementProblem): void {
    this.#spent.set(nameOf(cartridge), problem);
  }

  /** One that may clean. Throws ElementError where there is none. */
  next(inventory: Inventory): InventoryElement {
    const all = inventory.elements.filter(
      (element) => element.kind === 'slot' && element.full && element.accessible && isCleaner(element),
    );
    const found = all.find((element) => !this.#spent.has(nameOf(element)));
    if (found !== undefined) return found;
    const [first] = all;
    const problem = first === undefined ? 'source-empty' : (this.#spent.get(nameOf(first)) ?? 'cleaning-expired');
    throw new ElementError(
      first === undefined ? 'there is no cleaning cartridge in a slot' : (WHAT[problem] ?? problem),
      {
        device: inventory.device,
        problem,
        next:
          first === undefined
            ? 'Put one in whose barcode begins with CLN'
            : `Replace ${all.map(({ barcode, number }) => barcode ?? `the one in slot ${number}`).join(', ')}`,
      },
    );
  }
}

const WHAT: Readonly<Partial<Record<ElementProblem, string>>> = {
  'cleaning-expired': 'all cleaning cartridges are worn out',
  'cleaning-refused': 'the drive does not accept the cleaning cartridge',
};

/** By its barcode, or else where it is. */
function nameOf({ barcode, address }: InventoryElement): string {
  return barcode ?? `@${address}`;
}

const CLEANING_LABEL = /^CLN/;

/** By its barcode, or else by what the library says. */
export function isCleaner({ mediumType, barcode }: InventoryElement): boolean {
  return barcode === undefined ? mediumType === 'cleaning' : CLEANING_LABEL.test(barcode);
}

const EJECT_AFTER_MS = 5 * 60_000;
const GIVE_UP_MS = 15 * 60_000;

/** What came of one cleaning cartridge. */
export type Attempt = CleaningReceipt | { readonly problem: ElementProblem };

/**
 * Moves a cleaning cartridge to an empty drive, waits until cleaning has finished, and moves it back to its slot. The drive
 * reports by TapeAlert when it did not clean with it.
 */
export async function cleanDrive(
  robot: Robot,
  slot: InventoryElement,
  drive: InventoryElement,
  cartridges: CleaningCartridges,
  { ejectAfterMs = EJECT_AFTER_MS, ...options }: CleanOptions,
): Promise<Attempt> {
  const brought = await broughtTo(robot, slot, drive);
  if ('problem' in brought) return noted(brought);
  const begun = performance.now();
  const loaded = { ...drive, full: true, barcode: slot.barcode };
  const emptied = { ...slot, full: false, barcode: undefined };
  let state: CleaningState | undefined;
  const comeBack = async () => {
    const isDue = performance.now() - begun >= ejectAfterMs;
    const found = drive.node === undefined ? undefined : await cleaningState(drive.node);
    state = found && { ...state, ...found };
    if (state?.isCleaning && !isDue) return undefined;
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
  if (state?.problem !== undefined) return noted({ problem: state.problem });
  const counted = await cartridges.used(slot);
  return {
    barcode: slot.barcode,
    brought,
    returned,
    duration: Math.round(performance.now() - begun),
    uses: state?.uses ?? counted.uses,
    usesCountedBy: state?.uses === undefined ? counted.by : 'memory',
    usesLeft: state?.usesLeft,
  };

  function noted(attempt: { readonly problem: ElementProblem }): Attempt {
    cartridges.spent(slot, attempt.problem);
    return attempt;
  }
}

/** Some libraries know which cartridges are worn out, and refuse to move them to a drive. */
async function broughtTo(robot: Robot, slot: InventoryElement, drive: InventoryElement) {
  try {
    return await moveCartridge(robot, slot, drive);
  } catch (error) {
    if (error instanceof ElementError && error.problem === 'cleaning-expired') return { problem: error.problem };
    throw error;
  }
}
