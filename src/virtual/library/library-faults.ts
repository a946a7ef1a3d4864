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

/** The faults of a library. */
export class LibraryFaults {
  readonly commands = new Faults('changer');
  #given: LibraryFault = {};

  get given(): LibraryFault {
    return this.#given;
  }

  /** Setting them starts all counts anew. */
  set given(faults: LibraryFault) {
    this.#given = faults;
    this.commands.list = faults.commands ?? [];
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
