import { InvalidArgumentError } from '../../../errors/index.js';
import {
  type CommandName,
  concatBytes,
  type ElementDescriptor,
  MEDIUM_TYPE,
  type READ_ELEMENT_STATUS,
} from '../../../scsi/index.js';
import type { FieldValues } from '../../../scsi/wire/layout.js';
import { LIBRARY_TRAIT_NAMES, type LibraryTrait } from './trait-names.js';

/** Where an element is. */
export interface ElementState {
  /** In a magazine that was taken out. */
  readonly isOut: boolean;
  /** The library has not looked into it since its magazine was put in. */
  readonly isUnscanned: boolean;
}

type Wanted = FieldValues<typeof READ_ELEMENT_STATUS.fields>;

/** A permanent difference in how some libraries answer. */
interface LibraryTraitRow {
  readonly about: string;
  /** Unsupported commands: 5/20/00. */
  readonly unknown?: readonly CommandName[];
  /** READ ELEMENT STATUS commands that it refuses: 5/24/00. */
  readonly refuses?: (wanted: Wanted) => boolean;
  /** Changes the report of an element. */
  readonly element?: (element: ElementDescriptor, wanted: Wanted, state: ElementState) => ElementDescriptor;
  /** A magazine that was put in is scanned by INITIALIZE ELEMENT STATUS only. */
  readonly scansOnDemand?: boolean;
  /** Changes READ ELEMENT STATUS data before it is truncated to the allocation length. */
  readonly data?: (data: Uint8Array) => Uint8Array;
  /** Bits of the allocation length that the library uses; default all 24. */
  readonly allocationBits?: number;
}

const SERIAL_AT = 24;
const SL150_IDENTIFIER = 32;
/** Media domain and type, transport domain and type: LTO-8. */
const SL150_DOMAINS = Uint8Array.of(0x4c, 8, 0x4c, 8);
const CLEANING_CARTRIDGE_INSTALLED = { asc: 0x30, ascq: 0x03 };
const MAGAZINE_REMOVED = { asc: 0x3b, ascq: 0x12 };
const NOT_YET_SCANNED = { asc: 0x83, ascq: 0x00 };
const NO_LABEL = { asc: 0x83, ascq: 0x01 };
const CLEANING_WITHOUT_LABEL = { asc: 0x30, ascq: 0x83 };
const MOST_AT_ONCE = 1000;
const ALTERNATE_TAG = 0x40;
const HEADER = 8;
const DRIVES = 4;
/** Bytes that tgt leaves out at the end. */
const CUT = 8;

const TRAITS: Readonly<Record<LibraryTrait, LibraryTraitRow>> = {
  'tags-or-identifiers': {
    about: 'refuses VOLTAG and DVCID in one command',
    refuses: ({ volumeTags, deviceIdentifiers }) => volumeTags && deviceIdentifiers,
  },
  'identifiers-by-curdata': {
    about: 'omits the identifiers of drives unless CURDATA is set',
    element: (element, { currentData }) => (currentData ? element : { ...element, identifier: undefined }),
  },
  'no-curdata': { about: 'refuses CURDATA', refuses: ({ currentData }) => currentData },
  'at-most-1000': {
    about: 'refuses to report more than 1,000 elements at once',
    refuses: ({ count }) => count > MOST_AT_ONCE,
  },
  'allocation-16-bits': {
    about: 'uses only the low 16 bits of the allocation length',
    allocationBits: 16,
  },
  'cut-report': {
    about: 'omits the last 8 bytes of a report but includes them in its length',
    data: (data) => data.subarray(0, Math.max(HEADER, data.length - CUT)),
  },
  'serial-only': {
    about: 'identifies a drive by its serial number alone',
    element: (element) => withIdentifier(element, (bytes) => ({ identifierType: 0, bytes: bytes.subarray(SERIAL_AT) })),
  },
  'long-descriptors': {
    about: 'pads the serial number of a drive to 32 bytes, followed by media domains and the serial number again',
    element: (element) => {
      if (element.identifier === undefined) return element;
      const serial = new Uint8Array(SL150_IDENTIFIER).fill(0x20);
      serial.set(element.identifier.bytes.subarray(SERIAL_AT));
      const identifier = { codeSet: 2, identifierType: 0, bytes: serial };
      return { ...element, identifier, vendorSpecific: concatBytes(SL150_DOMAINS, serial) };
    },
  },
  'false-alternate-tag': {
    about: 'identifies a drive by its serial number alone, and claims alternate volume tags without sending any',
    element: (element) => withIdentifier(element, (bytes) => ({ identifierType: 0, bytes: bytes.subarray(SERIAL_AT) })),
    data: (data) => {
      const claimed = Uint8Array.from(data);
      // The page of the drives comes first, or alone.
      if (claimed[HEADER] === DRIVES) claimed[HEADER + 1] = (claimed[HEADER + 1] ?? 0) | ALTERNATE_TAG;
      return claimed;
    },
  },
  'cleaning-exception': {
    about: 'reports an exception (30/03) for the element of a cleaning cartridge',
    element: (element) =>
      element.mediumType === MEDIUM_TYPE.cleaning
        ? { ...element, except: true, ...CLEANING_CARTRIDGE_INSTALLED }
        : element,
  },
  'maker-exceptions': {
    about: 'reports exceptions of elements with vendor codes, and scans a magazine only on demand (IBM 3573-TL)',
    scansOnDemand: true,
    element: (element, _wanted, { isOut, isUnscanned }) => {
      if (isOut) return { ...element, disabled: true, except: true, ...MAGAZINE_REMOVED };
      if (!element.full) return element;
      if (isUnscanned) {
        const { primaryVolumeTag: _tag, ...unread } = element;
        return { ...unread, mediumType: MEDIUM_TYPE.unspecified, except: true, ...NOT_YET_SCANNED };
      }
      if (element.primaryVolumeTag !== undefined) return element;
      const isCleaner = element.mediumType === MEDIUM_TYPE.cleaning;
      return { ...element, except: true, ...(isCleaner ? CLEANING_WITHOUT_LABEL : NO_LABEL) };
    },
  },
  'no-access': {
    about: 'never reports that the robot can access an element',
    element: (element) => ({ ...element, access: false }),
  },
  'few-commands': {
    about: 'lacks MODE SENSE(10), LOG SENSE, EXCHANGE MEDIUM, POSITION TO ELEMENT, PREVENT ALLOW MEDIUM REMOVAL',
    unknown: [
      'MODE SENSE(10)',
      'LOG SENSE',
      'EXCHANGE MEDIUM',
      'INITIALIZE ELEMENT STATUS WITH RANGE',
      'PREVENT ALLOW MEDIUM REMOVAL',
      'POSITION TO ELEMENT',
    ],
  },
};

function withIdentifier(
  element: ElementDescriptor,
  change: (bytes: Uint8Array) => Partial<NonNullable<ElementDescriptor['identifier']>>,
): ElementDescriptor {
  const { identifier } = element;
  return identifier === undefined
    ? element
    : { ...element, identifier: { ...identifier, ...change(identifier.bytes) } };
}

/** Throws InvalidArgumentError for an unknown trait. */
export function requireLibraryTraits(names: readonly string[]): readonly LibraryTrait[] {
  return names.map((name) => {
    if (Object.hasOwn(TRAITS, name)) return name as LibraryTrait;
    throw new InvalidArgumentError(`unknown trait of a virtual library: ${JSON.stringify(name)}`, {
      next: `Traits are ${LIBRARY_TRAIT_NAMES.join(', ')}`,
    });
  });
}

/** The traits of one library, taken together. */
export class LibraryTraits {
  readonly #rows: readonly LibraryTraitRow[];

  constructor(names: readonly LibraryTrait[] = []) {
    this.#rows = names.map((name) => TRAITS[name]);
  }

  knows(command: CommandName): boolean {
    return !this.#rows.some(({ unknown }) => unknown?.includes(command));
  }

  refuses(wanted: Wanted): boolean {
    return this.#rows.some(({ refuses }) => refuses?.(wanted));
  }

  get scansOnDemand(): boolean {
    return this.#rows.some(({ scansOnDemand }) => scansOnDemand);
  }

  element(element: ElementDescriptor, wanted: Wanted, state: ElementState): ElementDescriptor {
    return this.#rows.reduce((shown, row) => row.element?.(shown, wanted, state) ?? shown, element);
  }

  /** The data for an initiator with this allocation length. */
  data(data: Uint8Array, allocationLength: number): Uint8Array {
    const bits = Math.min(24, ...this.#rows.map(({ allocationBits = 24 }) => allocationBits));
    const shown = this.#rows.reduce((sent, row) => row.data?.(sent) ?? sent, data);
    return shown.subarray(0, allocationLength % 2 ** bits);
  }
}
