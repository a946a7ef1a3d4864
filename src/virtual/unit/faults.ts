import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { type CommandName, type CommandSet, commandName, type SenseFields } from '../../scsi/index.js';
import { randomFrom } from './random.js';

/** A fault to inject. It applies when all given conditions hold. */
export interface Fault {
  /** Only for this command, by name or operation code. */
  readonly command?: CommandName | number;
  /** Only after this many commands that meet the other conditions. */
  readonly afterCount?: number;
  /** Only while the tape stands at this logical object. */
  readonly atObject?: number;
  /** Probability from 0 to 1; the same `seed` gives the same sequence of hits. */
  readonly probability?: number;
  readonly seed?: number;
  /** How often it happens; without it, every time. */
  readonly times?: number;
  /** The command is carried out, and only its answer is replaced. */
  readonly carriedOut?: boolean;
  /**
   * CHECK CONDITION with this sense data; a Linux host byte, as for a command that never got an answer; a delay; GOOD,
   * as from a drive that lies; a reset of the drive just before the command; or a flipped bit: of the data of a record on
   * its way (`wire`, READ and WRITE), or of the record where it stands (`medium`, READ and VERIFY). `powerCut`: the power
   * of a drive goes off and on just before the command, and what is not on the medium is gone. `deferred`: what is not on
   * the medium could not be recorded and is gone, which this command is answered as a deferred error.
   */
  readonly outcome:
    | { readonly sense: SenseFields }
    | { readonly hostStatus: number }
    | { readonly delayMs: number }
    | { readonly good: true }
    | { readonly reset: true }
    | { readonly powerCut: true }
    | { readonly deferred: SenseFields }
    | { readonly flip: 'wire' | 'medium' };
}

/** The faults of one device, and how far each has come. */
export class Faults {
  readonly #set: CommandSet;
  #armed: ArmedFault[] = [];

  constructor(set: CommandSet = 'tape') {
    this.#set = set;
  }

  get list(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  /** Throws InvalidArgumentError for what is no list of faults. */
  set list(faults: readonly Fault[]) {
    requireFaults(faults);
    this.#armed = faults.map((fault) => ({ fault, seen: 0, hits: 0, random: randomFrom(fault.seed ?? 1) }));
  }

  /** The first fault that strikes a command, at a position of the tape where there is one. */
  strike(cdb: Uint8Array, object?: number): Fault | undefined {
    return this.#armed.find((armed) => strikes(armed, cdb, commandName(cdb, this.#set), object))?.fault;
  }
}

const FAULT: OptionNames<Fault> = {
  command: true,
  afterCount: true,
  atObject: true,
  probability: true,
  seed: true,
  times: true,
  carriedOut: true,
  outcome: true,
};
const CONDITIONS = {
  afterCount: { min: 0, max: LARGEST_COUNT, unit: 'commands' },
  atObject: { min: 0, max: LARGEST_COUNT, unit: 'objects' },
  probability: { min: 0, max: 1, unit: 'parts of one', fractions: true },
  seed: { min: -LARGEST_COUNT, max: LARGEST_COUNT, unit: 'seeds' },
  times: { min: 0, max: Number.POSITIVE_INFINITY, unit: 'times' },
} satisfies Record<string, NumberRange>;
const OUTCOMES = ['sense', 'hostStatus', 'delayMs', 'good', 'reset', 'powerCut', 'deferred', 'flip'];

function requireFaults(faults: unknown): void {
  const next = 'Give a list of faults: see `Fault`';
  if (!Array.isArray(faults)) throw new InvalidArgumentError('faults are a list', { next });
  for (const fault of faults as readonly Fault[]) {
    requireRecord('a fault', fault, { next });
    requireKnownNames(fault, FAULT, undefined, 'condition of a fault');
    requireNumbers(fault, CONDITIONS, { next });
    requireRecord('the outcome of a fault', fault.outcome, { next });
    if (OUTCOMES.some((name) => name in fault.outcome)) continue;
    throw new InvalidArgumentError(`the outcome of a fault is one of ${OUTCOMES.join(', ')}`, { next });
  }
}

interface ArmedFault {
  readonly fault: Fault;
  readonly random: () => number;
  seen: number;
  hits: number;
}

function strikes(
  armed: ArmedFault,
  cdb: Uint8Array,
  name: CommandName | undefined,
  object: number | undefined,
): boolean {
  const { command, afterCount = 0, atObject, probability, times = Number.POSITIVE_INFINITY } = armed.fault;
  if (command !== undefined && command !== cdb[0] && command !== name) return false;
  if (atObject !== undefined && atObject !== object) return false;
  armed.seen += 1;
  if (armed.seen <= afterCount || armed.hits >= times) return false;
  if (probability !== undefined && armed.random() >= probability) return false;
  armed.hits += 1;
  return true;
}
