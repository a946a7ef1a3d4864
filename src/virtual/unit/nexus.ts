import { requireNonEmptyText } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';

/** An I_T nexus (SAM-5): the path from one initiator port to the drive, by a name that is its own. */
export type Nexus = string;

/** The nexus of the user that has the drive open in this process. */
export const LOCAL_NEXUS: Nexus = 'local';

/** Additional sense code and qualifier of a unit attention. */
export type Attention = readonly [asc: number, ascq: number];

/** Power on, reset, or bus device reset occurred. */
export const POWER_ON: Attention = [0x29, 0x00];
/** Not ready to ready change, medium may have changed. */
export const MEDIUM_MAY_HAVE_CHANGED: Attention = [0x28, 0x00];
/** Import or export element accessed. */
export const IMPORT_EXPORT_ACCESSED: Attention = [0x28, 0x01];
/** Medium magazine removed, and inserted. */
export const MAGAZINE_REMOVED: Attention = [0x3b, 0x12];
export const MAGAZINE_INSERTED: Attention = [0x3b, 0x13];
/** Mode parameters changed. */
export const MODE_PARAMETERS_CHANGED: Attention = [0x2a, 0x01];
export const RESERVATIONS_PREEMPTED: Attention = [0x2a, 0x03];
export const RESERVATIONS_RELEASED: Attention = [0x2a, 0x04];
export const REGISTRATIONS_PREEMPTED: Attention = [0x2a, 0x05];
/** Data encryption parameters changed by another I_T nexus. */
export const ENCRYPTION_PARAMETERS_CHANGED: Attention = [0x2a, 0x11];
/** Data encryption parameters changed by vendor specific event. */
export const ENCRYPTION_PARAMETERS_LOST: Attention = [0x2a, 0x12];
/** Commands cleared by another initiator. */
export const COMMANDS_CLEARED: Attention = [0x2f, 0x00];

/** Throws InvalidArgumentError for what is no name of a nexus, or no additional sense code and qualifier. */
export function requireAttention(nexus: unknown, attention: unknown): void {
  requireNonEmptyText('nexus', nexus);
  const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff;
  if (Array.isArray(attention) && attention.length === 2 && attention.every(isByte)) return;
  throw new InvalidArgumentError('a unit attention is an additional sense code and its qualifier', {
    next: 'Give two bytes: [asc, ascq]',
  });
}

/** Queued unit attentions of each nexus (SAM-5 5.14). */
export class UnitAttentions {
  readonly #waiting = new Map<Nexus, Attention[]>();

  /** `local`: those of the local nexus, which last as long as the power of the drive. */
  constructor(local: readonly Attention[]) {
    this.#waiting.set(LOCAL_NEXUS, [...local]);
  }

  /** Queued unit attentions of the local nexus. */
  get local(): readonly Attention[] {
    return this.#of(LOCAL_NEXUS);
  }

  /** The one that has waited longest for this nexus, which takes it from the queue. */
  take(nexus: Nexus): Attention | undefined {
    return this.#of(nexus).shift();
  }

  /** For every nexus that is known, but for the one that is the cause, or those that it does not concern. */
  raise(attention: Attention, spared?: Nexus | ((nexus: Nexus) => boolean)): void {
    const isSpared = typeof spared === 'function' ? spared : (nexus: Nexus) => nexus === spared;
    for (const nexus of this.#waiting.keys()) if (!isSpared(nexus)) this.raiseFor(nexus, attention);
  }

  raiseFor(nexus: Nexus, [asc, ascq]: Attention): void {
    const waiting = this.#of(nexus);
    if (!waiting.some((other) => other[0] === asc && other[1] === ascq)) waiting.push([asc, ascq]);
  }

  /** A reset makes void what waited before (SAM-5 5.14.2). */
  reset(): void {
    for (const nexus of this.#waiting.keys()) this.#waiting.set(nexus, [POWER_ON]);
  }

  /** The nexus is lost: what waited for it is void. */
  forget(nexus: Nexus): void {
    this.#waiting.delete(nexus);
  }

  /** An unknown nexus gets the power-on unit attention. */
  #of(nexus: Nexus): Attention[] {
    const waiting = this.#waiting.get(nexus) ?? [POWER_ON];
    this.#waiting.set(nexus, waiting);
    return waiting;
  }
}
