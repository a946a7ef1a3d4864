import { concatBytes } from '../wire/bytes.js';
import { ascii, bits, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { ELEMENT_TYPE, type ElementType } from './commands.js';

// READ ELEMENT STATUS data (SMC-3 6.11): a header, a page for each type of element, a descriptor for each element.

export const ELEMENT_STATUS_HEADER = {
  length: 8,
  fields: {
    firstElement: uint(0, 2),
    count: uint(2, 2),
    /** BYTE COUNT OF REPORT AVAILABLE: bytes after the header, independent of the allocation length. */
    byteCount: uint(5, 3),
  },
} as const;

export const ELEMENT_STATUS_PAGE = {
  length: 8,
  fields: {
    elementType: uint(0, 1),
    primaryVolumeTag: flag(1, 7),
    alternateVolumeTag: flag(1, 6),
    descriptorLength: uint(2, 2),
    byteCount: uint(5, 3),
  },
} as const;

/** The fields that every descriptor begins with. */
export const ELEMENT_DESCRIPTOR = {
  length: 12,
  fields: {
    element: uint(0, 2),
    /** INENAB and EXENAB of import/export elements: cartridges can be imported and exported. */
    importEnabled: flag(2, 5),
    exportEnabled: flag(2, 4),
    /** The robot reaches the element. */
    access: flag(2, 3),
    /** The element is in an abnormal state; `asc` and `ascq` say which. */
    except: flag(2, 2),
    /** IMPEXP: the cartridge was placed by an operator, not by the robot. */
    byOperator: flag(2, 1),
    full: flag(2, 0),
    asc: uint(4, 1),
    ascq: uint(5, 1),
    /** Of drives on a parallel bus. */
    notThisBus: flag(6, 7),
    idValid: flag(6, 5),
    lunValid: flag(6, 4),
    lun: bits(6, 2, 0),
    busAddress: uint(7, 1),
    /** SVALID: `source` is known. */
    sourceValid: flag(9, 7),
    invert: flag(9, 6),
    /** ED. */
    disabled: flag(9, 3),
    /** One of `MEDIUM_TYPE`. */
    mediumType: bits(9, 2, 0),
    /** The storage element that the cartridge came from last. */
    source: uint(10, 2),
  },
} as const;

/** MEDIUM TYPE of an element descriptor. */
export const MEDIUM_TYPE = { unspecified: 0, data: 1, cleaning: 2, diagnostic: 3, worm: 4, microcode: 5 } as const;

export const VOLUME_TAG = {
  length: 36,
  fields: { identifier: ascii(0, 32), sequence: uint(34, 2) },
} as const;

/** Header of a drive's identifier (DVCID), or the reserved bytes in its place; the identifier follows. */
export const ELEMENT_IDENTIFIER = {
  length: 4,
  fields: {
    /** 2: ASCII. */
    codeSet: bits(0, 3, 0),
    /** 0: vendor specific, the serial number alone; 1: T10 vendor, with vendor, product and serial number. */
    identifierType: bits(1, 3, 0),
    identifierLength: uint(3, 1),
  },
} as const;

export type VolumeTag = FieldValues<typeof VOLUME_TAG.fields>;

/** Identifier of a drive (DVCID). */
export interface ElementIdentifier {
  readonly codeSet: number;
  readonly identifierType: number;
  readonly bytes: Uint8Array;
}

/** One element of READ ELEMENT STATUS data. */
export interface ElementDescriptor extends Partial<FieldValues<typeof ELEMENT_DESCRIPTOR.fields>> {
  readonly element: number;
  /** The barcode; undefined if there is none. */
  readonly primaryVolumeTag?: Partial<VolumeTag> | undefined;
  /** Volume tag of the second side, for two-sided media. */
  readonly alternateVolumeTag?: Partial<VolumeTag> | undefined;
  /** Of a drive. */
  readonly identifier?: ElementIdentifier | undefined;
  /** Bytes after the fields of the standard. */
  readonly vendorSpecific?: Uint8Array | undefined;
}

/** The elements of one type. */
export interface ElementPage {
  readonly elementType: ElementType;
  readonly elements: readonly ElementDescriptor[];
}

export interface ElementStatusOptions {
  /** VOLTAG: the descriptors have volume tags. */
  readonly volumeTags?: boolean;
  /** AVOLTAG: they have alternate volume tags. */
  readonly alternateVolumeTags?: boolean;
  /** DVCID: descriptors of drives have identifiers. */
  readonly deviceIdentifiers?: boolean;
}

/** Encodes READ ELEMENT STATUS data. A page without elements is left out. */
export function encodeElementStatus(pages: readonly ElementPage[], options: ElementStatusOptions = {}): Uint8Array {
  const filled = pages.filter(({ elements }) => elements.length > 0);
  const addresses = filled.flatMap(({ elements }) => elements.map(({ element }) => element));
  const encoded = concatBytes(...filled.map((page) => encodePage(page, options)));
  const firstElement = addresses.reduce((first, address) => Math.min(first, address), 0xffff);
  const header = { firstElement, count: addresses.length, byteCount: encoded.length };
  return concatBytes(encodePart(ELEMENT_STATUS_HEADER, addresses.length === 0 ? {} : header), encoded);
}

function encodePage({ elementType, elements }: ElementPage, options: ElementStatusOptions): Uint8Array {
  const { volumeTags: primaryVolumeTag = false, alternateVolumeTags: alternateVolumeTag = false } = options;
  const identifies = elementType === 'dataTransfer' && (options.deviceIdentifiers ?? false);
  const encoded = elements.map((element) => {
    return encodeDescriptor(element, { primaryVolumeTag, alternateVolumeTag, identifies });
  });
  // All descriptors of a page are as long as the longest.
  const descriptorLength = encoded.reduce((longest, { length }) => Math.max(longest, length), 0);
  const byteCount = descriptorLength * elements.length;
  const header = { elementType: ELEMENT_TYPE[elementType], primaryVolumeTag, alternateVolumeTag, descriptorLength };
  const page = new Uint8Array(ELEMENT_STATUS_PAGE.length + byteCount);
  page.set(encodePart(ELEMENT_STATUS_PAGE, { ...header, byteCount }));
  for (const [index, bytes] of encoded.entries()) {
    page.set(bytes, ELEMENT_STATUS_PAGE.length + index * descriptorLength);
  }
  return page;
}

interface DescriptorParts {
  readonly primaryVolumeTag: boolean;
  readonly alternateVolumeTag: boolean;
  readonly identifies: boolean;
}

function encodeDescriptor(descriptor: ElementDescriptor, parts: DescriptorParts): Uint8Array {
  const { primaryVolumeTag, alternateVolumeTag, identifier, vendorSpecific, ...fields } = descriptor;
  return concatBytes(
    encodePart(ELEMENT_DESCRIPTOR, fields),
    ...(parts.primaryVolumeTag ? [encodeTag(primaryVolumeTag)] : []),
    ...(parts.alternateVolumeTag ? [encodeTag(alternateVolumeTag)] : []),
    ...encodeIdentifier(parts.identifies ? identifier : undefined),
    ...(vendorSpecific === undefined ? [] : [vendorSpecific]),
  );
}

/** Four reserved bytes if there is no identifier. */
function encodeIdentifier(identifier: ElementIdentifier | undefined): readonly Uint8Array[] {
  if (identifier === undefined) return [new Uint8Array(ELEMENT_IDENTIFIER.length)];
  const { codeSet, identifierType, bytes } = identifier;
  return [encodePart(ELEMENT_IDENTIFIER, { codeSet, identifierType, identifierLength: bytes.length }), bytes];
}

/** Zeros if there is no barcode. */
function encodeTag(tag: Partial<VolumeTag> | undefined): Uint8Array {
  return tag === undefined ? new Uint8Array(VOLUME_TAG.length) : encodePart(VOLUME_TAG, tag);
}

function encodePart<T extends { readonly length: number; readonly fields: Parameters<typeof encodeFields>[0] }>(
  { length, fields }: T,
  values: Partial<FieldValues<T['fields']>>,
): Uint8Array {
  return encodeFields(fields, length, values, 'READ ELEMENT STATUS data');
}
