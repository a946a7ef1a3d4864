import { ELEMENT_TYPE, type ElementType } from '../../scsi/index.js';

/** Number of elements of each type; there is one medium transport element. */
export interface ElementCounts {
  readonly drives: number;
  readonly slots: number;
  readonly mailSlots: number;
  /** Magazines that the slots are divided among, in the order of their addresses; none: the slots are fixed. */
  readonly magazines?: number | undefined;
}

/** Address of the medium transport element: 0, which also means "the library's choice". */
export const TRANSPORT = 0;
/** First addresses, as in large libraries. */
const FIRST = { transport: TRANSPORT, dataTransfer: 1, importExport: 101, storage: 1001 } as const;
/** Most elements of each type before the addresses of the next type. */
export const MOST_ELEMENTS = { drives: 100, mailSlots: 900, slots: 64_000 } as const;

const TYPES = Object.keys(FIRST) as readonly ElementType[];

/** The addresses of a library's elements. */
export class ElementMap {
  readonly #counts: Readonly<Record<ElementType, number>>;
  readonly #magazines: number;

  constructor({ drives, slots, mailSlots, magazines = 0 }: ElementCounts) {
    this.#magazines = magazines;
    this.#counts = { transport: 1, dataTransfer: drives, importExport: mailSlots, storage: slots };
  }

  first(type: ElementType): number {
    return FIRST[type];
  }

  count(type: ElementType): number {
    return this.#counts[type];
  }

  addresses(type: ElementType): number[] {
    return Array.from({ length: this.#counts[type] }, (_, index) => FIRST[type] + index);
  }

  /** All addresses, in ascending order. */
  all(): number[] {
    return TYPES.flatMap((type) => this.addresses(type));
  }

  /** The type of the element at an address; undefined if there is none. */
  typeOf(address: number): ElementType | undefined {
    return TYPES.find((type) => address >= FIRST[type] && address < FIRST[type] + this.#counts[type]);
  }

  /** Number of the magazine that a slot is in, from 1; undefined for other elements, and where slots are fixed. */
  magazineOf(address: number): number | undefined {
    if (this.#magazines === 0 || this.typeOf(address) !== 'storage') return undefined;
    return Math.floor(((address - FIRST.storage) * this.#magazines) / this.#counts.storage) + 1;
  }

  /** Place of an element along the robot's path, from 0 to 1. */
  placeOf(address: number): number {
    const before = TYPES.filter((type) => FIRST[type] < address).map((type) => {
      return Math.min(this.#counts[type], address - FIRST[type]);
    });
    const total = TYPES.reduce((sum, type) => sum + this.#counts[type], 0);
    return before.reduce((sum, count) => sum + count, 0) / Math.max(1, total - 1);
  }
}

/** The types of an ELEMENT TYPE CODE, in the order of their addresses; undefined for an unknown code. */
export function typesOf(code: number): readonly ElementType[] | undefined {
  if (code === ELEMENT_TYPE.all) return TYPES;
  const type = TYPES.find((each) => ELEMENT_TYPE[each] === code);
  return type && [type];
}
