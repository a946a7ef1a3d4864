import { requireSignal } from '../../arguments/signal.js';
import { DeviceNotFoundError, DriveBusyError, ElementError } from '../../errors/index.js';
import { findDrive, type LibraryDriveName } from '../find-element.js';
import type { Inventory, InventoryElement } from '../inventory.js';
import type { Bay } from './bay.js';
import { Deferred } from './deferred.js';
import type { HeldDrive } from './held-drive.js';
import { MOST_OVERTAKING, type MountPolicy } from './policy.js';

/** What a cartridge is asked for under. */
export interface MountTerms {
  readonly policy: MountPolicy;
  /** The drives that may be used; undefined for all that have a node on this machine. */
  readonly drives?: readonly LibraryDriveName[] | undefined;
  /** For a question to the drive of a mounted cartridge: it is asked at once, whoever waits for the drive. */
  readonly isQuestion?: boolean | undefined;
}

/** A cartridge that somebody waits for. */
export class MountRequest<D extends HeldDrive> {
  readonly barcode: string;
  readonly terms: MountTerms;
  /** Resolves with the drive that the cartridge is in. */
  readonly granted: Promise<Bay<D>>;
  /** Drives that have refused it, and why. */
  readonly refusals = new Map<Bay<D>, Error>();
  /** Whether it was looked for once. */
  isKnown = false;
  /** The drives that it waits for, each in use when it was last looked for. */
  waitsFor: ReadonlySet<Bay<D>> = new Set();
  /** How many jobs that came later have begun in one of them. */
  overtaken = 0;
  readonly #answer: Deferred<Bay<D>>;
  #isAnswered = false;

  constructor(barcode: string, terms: MountTerms) {
    this.barcode = barcode;
    this.terms = terms;
    this.#answer = new Deferred();
    this.granted = this.#answer.promise;
  }

  /** False for one that was rejected before, as by its signal. */
  grant(bay: Bay<D>): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    this.#answer.resolve(bay);
    return true;
  }

  /** Whether no later job may begin in that drive before this one has had it. */
  claims(bay: Bay<D>): boolean {
    return this.waitsFor.has(bay) && this.overtaken >= (this.terms.policy.mostOvertaking ?? MOST_OVERTAKING);
  }

  reject(error: unknown): void {
    this.#isAnswered = true;
    this.#answer.reject(error);
  }

  /** Rejects with the signal's reason when that is aborted. */
  endWith(signal: AbortSignal | undefined): void {
    requireSignal(signal);
    if (signal === undefined) return;
    const abort = () => this.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const ignore = () => signal.removeEventListener('abort', abort);
    this.granted.then(ignore, ignore);
    if (signal.aborted) abort();
  }

  /** Of the given drives, those that it may use. Throws ElementError and DeviceNotFoundError for a name of none. */
  allowed(bays: readonly Bay<D>[], inventory: Inventory): readonly Bay<D>[] {
    const { drives } = this.terms;
    if (drives === undefined) return bays;
    const named = new Set(drives.map((name) => requireNode(findDrive(inventory, name), inventory).address));
    return bays.filter(({ element }) => named.has(element.address));
  }

  /** The error for a cartridge that no drive takes. */
  refused(allowed: readonly Bay<D>[], inventory: Inventory): Error {
    const reasons = allowed.map((bay) => this.refusals.get(bay) ?? bay.failure).filter((error) => error !== undefined);
    const busy = reasons.find((error) => error instanceof DriveBusyError);
    const [first] = busy ? [busy] : reasons;
    if (first !== undefined) return first;
    return new DeviceNotFoundError('no drive of the library has a node on this machine', {
      device: inventory.device,
      next: 'Look at which node is which drive: `lto library status`',
    });
  }

  /** The error for a cartridge that is in a drive which may not be used. */
  elsewhere({ number, node }: InventoryElement, inventory: Inventory): DriveBusyError {
    const why = node === undefined ? 'has no node on this machine' : 'is none of those that may be used';
    return new DriveBusyError(`the cartridge ${this.barcode} is in drive ${number}, which ${why}`, {
      device: inventory.device,
      next: `Wait until it is put back, or take it out: \`lto library unload ${number}\``,
    });
  }
}

/** Throws ElementError unless the robot reaches the cartridge. */
export function requireAccess({ accessible, kind, barcode }: InventoryElement, { device }: Inventory): void {
  if (accessible || kind === 'hand') return;
  throw new ElementError(`the robot does not reach the cartridge ${barcode}`, {
    device,
    problem: 'not-accessible',
    next: 'Close the mail slot, or put the magazine in',
  });
}

function requireNode(element: InventoryElement, { device }: Inventory): InventoryElement {
  if (element.node !== undefined) return element;
  throw new DeviceNotFoundError(`drive ${element.number} has no node on this machine (${element.nodeProblem})`, {
    device,
    next: 'Look at which node is which drive: `lto library status`',
  });
}
