import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireBoolean, requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { type Fault, Faults } from '../unit/faults.js';

/** Faults to inject into a library. They last until the library is closed. */
export interface LibraryFault {
  /** Faults of commands to the changer, as for a drive. */
  readonly commands?: readonly Fault[] | undefined;
  /** Addresses of elements that do not release their cartridges: 4/53/00. */
  readonly stuck?: readonly number[] | undefined;
  /** Addresses of elements that take no cartridge: it stays in the hand, 4/15/01. */
  readonly blocked?: readonly number[] | undefined;
  /** Cartridges whose labels the robot can't read. */
  readonly unreadable?: readonly string[] | undefined;
  /** The robot is offline: 2/04/12. */
  readonly offline?: boolean | undefined;
}

const LIBRARY_FAULT: OptionNames<LibraryFault> = {
  commands: true,
  stuck: true,
  blocked: true,
  unreadable: true,
  offline: true,
};

function requireList(name: string, list: unknown, type: 'number' | 'string'): void {
  if (list === undefined || (Array.isArray(list) && list.every((each) => typeof each === type))) return;
  throw new InvalidArgumentError(`${name} is a list of ${type}s`);
}

/** The faults of a library. */
export class LibraryFaults {
  readonly commands = new Faults('changer');
  #given: LibraryFault = {};

  get given(): LibraryFault {
    return this.#given;
  }

  /** Setting them restarts all counts. */
  set given(faults: LibraryFault) {
    requireRecord('faults', faults);
    requireKnownNames(faults, LIBRARY_FAULT, undefined, 'fault of a library');
    requireList('stuck', faults.stuck, 'number');
    requireList('blocked', faults.blocked, 'number');
    requireList('unreadable', faults.unreadable, 'string');
    if (faults.offline !== undefined) requireBoolean('offline', faults.offline);
    const { commands = [] } = faults;
    this.commands.list = commands;
    this.#given = faults;
  }

  get offline(): boolean {
    return this.#given.offline ?? false;
  }

  isStuck(element: number): boolean {
    return this.#given.stuck?.includes(element) ?? false;
  }

  isBlocked(element: number): boolean {
    return this.#given.blocked?.includes(element) ?? false;
  }

  isUnreadable(cartridge: string): boolean {
    return this.#given.unreadable?.includes(cartridge) ?? false;
  }
}
