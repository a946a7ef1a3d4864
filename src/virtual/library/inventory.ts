import {
  asciiPad,
  concatBytes,
  decodeCdb,
  type ElementDescriptor,
  type ElementType,
  encodeElementStatus,
  INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
  MEDIUM_TYPE,
  READ_ELEMENT_STATUS,
} from '../../scsi/index.js';
import type { MediumKind } from '../cartridge/cartridge-memory.js';
import { invalidFieldInCdb } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { typesOf } from './element-map.js';
import type { DriveBay, Library } from './library.js';

/** INITIALIZE ELEMENT STATUS */
export async function initializeElementStatus(library: Library): Promise<undefined> {
  await library.pace.scan(library.map.all().length);
  library.unscanned.clear();
}

/** INITIALIZE ELEMENT STATUS WITH RANGE; a count of 0 means all from the address on. */
export async function initializeElementStatusWithRange(library: Library, { cdb }: Request): Promise<undefined> {
  const { range, firstElement, count } = decodeCdb(INITIALIZE_ELEMENT_STATUS_WITH_RANGE, cdb);
  if (!range) return initializeElementStatus(library);
  library.requireElement(firstElement);
  const behind = library.map.all().filter((element) => element >= firstElement).length;
  await library.pace.scan(count === 0 ? behind : Math.min(count, behind));
}

/** READ ELEMENT STATUS */
export function readElementStatus(library: Library, { cdb }: Request): Uint8Array {
  const wanted = decodeCdb(READ_ELEMENT_STATUS, cdb);
  const types = typesOf(wanted.elementType);
  if (types === undefined) throw invalidFieldInCdb(1);
  // With a single media domain there is nothing to mix; real libraries refuse it as well.
  if (wanted.mixed || library.traits.refuses(wanted)) throw invalidFieldInCdb(6);
  let left = wanted.count;
  const pages = types.map((elementType) => {
    const named = library.map.addresses(elementType).filter((element) => element >= wanted.firstElement);
    const reported = named.slice(0, left);
    left -= reported.length;
    const descriptorFor = (element: number) => descriptorOf(library, elementType, element);
    const shown = (element: number) => {
      const state = { isOut: library.isOut(element), isUnscanned: library.unscanned.has(element) };
      return library.traits.element(descriptorFor(element), wanted, state);
    };
    return { elementType, elements: reported.map(shown) };
  });
  return library.traits.data(encodeElementStatus(pages, wanted), wanted.allocationLength);
}

/** Additional sense code of an unreadable label, as several makers use it. */
const LABEL_UNREADABLE = 0x83;
const MEDIUM_TYPES: Readonly<Record<MediumKind, number>> = {
  data: MEDIUM_TYPE.data,
  cleaning: MEDIUM_TYPE.cleaning,
  worm: MEDIUM_TYPE.worm,
};

function descriptorOf(library: Library, type: ElementType, element: number): ElementDescriptor {
  const stored = library.storedAt(element);
  const bay = library.bayAt(element);
  const own = {
    element,
    access: type !== 'transport' && library.reaches(element),
    ...(type === 'importExport' && { importEnabled: true, exportEnabled: true }),
    ...(bay !== undefined && { identifier: identifierOf(bay) }),
  };
  // What is in a magazine that was taken out is in the library no more.
  if (stored === undefined || library.isOut(element)) return own;
  const isReadable = !library.faults.isUnreadable(stored.cartridge);
  return {
    ...own,
    full: true,
    byOperator: type === 'importExport' && (stored.byOperator ?? false),
    mediumType: MEDIUM_TYPES[stored.kind],
    ...(stored.source !== undefined && { sourceValid: true, source: stored.source }),
    ...(isReadable ? { primaryVolumeTag: { identifier: stored.cartridge } } : { except: true, asc: LABEL_UNREADABLE }),
  };
}

const ASCII = 2;
const T10_VENDOR = 1;

function identifierOf({ identity: { vendor, product, serial } }: DriveBay): ElementDescriptor['identifier'] {
  const bytes = concatBytes(asciiPad(vendor, 8), asciiPad(product, 16), Buffer.from(serial, 'latin1'));
  return { codeSet: ASCII, identifierType: T10_VENDOR, bytes };
}
