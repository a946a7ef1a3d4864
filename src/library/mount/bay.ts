import type { InventoryElement } from '../inventory.js';
import type { Deferred } from './deferred.js';
import type { HeldDrive } from './held-drive.js';
import type { MountDrive } from './policy.js';

/** A drive of the library with the cartridge in it, and who uses it. */
export class Bay<D extends HeldDrive> {
  readonly node: string;
  /** As the library last reported it. */
  element: InventoryElement;
  /** Open while a cartridge is in it that was asked for. */
  held: D | undefined;
  /** The cartridge that was asked for, once it is proven. */
  mounted: string | undefined;
  /** Whether the cartridge was brought, and not found in the drive. */
  moved = false;
  /** `TapeDrive.mediumEpoch` when it was proven. */
  epoch: number | undefined;
  /** What is under way, if something is: nobody else touches the drive meanwhile. */
  work: Promise<void> | undefined;
  /** A cartridge that is being brought. */
  expected: string | undefined;
  users = 0;
  /** Settles when the cartridge has gone back, which it does when its last user has gone. */
  departure: Deferred<void> | undefined;
  /** Why the drive can't be used any more: a cartridge is stuck in it. */
  failure: Error | undefined;
  #usedAt = Number.NEGATIVE_INFINITY;

  constructor(element: InventoryElement, node: string) {
    this.element = element;
    this.node = node;
  }

  get isFree(): boolean {
    return this.users === 0 && this.work === undefined && this.failure === undefined;
  }

  used(): void {
    this.#usedAt = performance.now();
  }

  /** For a policy. */
  get drive(): MountDrive {
    const { full, barcode, number } = this.element;
    return {
      number,
      node: this.node,
      cartridge: this.mounted ?? (full ? (barcode ?? 'unknown') : undefined),
      foreign: full && this.mounted === undefined,
      idleMs: performance.now() - this.#usedAt,
    };
  }
}
