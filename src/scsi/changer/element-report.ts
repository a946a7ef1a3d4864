import { MalformedResponseError } from '../../errors/index.js';
import { asciiTrim } from '../wire/bytes.js';
import { decodeFields, type FieldValues } from '../wire/layout.js';
import { ELEMENT_TYPE, type ElementType } from './commands.js';
import {
  ELEMENT_DESCRIPTOR,
  ELEMENT_IDENTIFIER,
  ELEMENT_STATUS_HEADER,
  ELEMENT_STATUS_PAGE,
  type ElementDescriptor,
  type ElementIdentifier,
  VOLUME_TAG,
  type VolumeTag,
} from './element-status.js';

// READ ELEMENT STATUS data as libraries send it: truncated by the allocation length or by the library itself, and with
// descriptors longer than the standard's.

/** An element of a report, with every field. */
export type ReportedElement = Required<Pick<ElementDescriptor, keyof FieldValues<typeof ELEMENT_DESCRIPTOR.fields>>> &
  ElementDescriptor & {
    readonly primaryVolumeTag: VolumeTag | undefined;
    readonly alternateVolumeTag: VolumeTag | undefined;
  };

export interface ReportedPage {
  readonly elementType: ElementType;
  readonly elements: readonly ReportedElement[];
}

export interface ElementReport {
  /** Lowest element address in the report. */
  readonly firstElement: number;
  /** Number of elements that the library reports, including those that were truncated. */
  readonly count: number;
  /** Bytes of the whole report after its header, including truncated ones. */
  readonly byteCount: number;
  readonly pages: readonly ReportedPage[];
  /** The report is shorter than its own counts. Elements with incomplete barcodes are left out. */
  readonly cut: boolean;
}

const WHAT = 'READ ELEMENT STATUS data';
/** Bytes of the barcode in a volume tag. */
const BARCODE_BYTES = VOLUME_TAG.fields.identifier.width;

/**
 * Decodes a report (SMC-3 6.11). `deviceIdentifiers`: it was requested with DVCID; without it, those bytes are
 * reserved. Throws MalformedResponseError for a report without its header, a page of unknown type, and descriptors that
 * are shorter than their page requires.
 */
export function decodeElementStatus(
  bytes: Uint8Array,
  { deviceIdentifiers = false }: { readonly deviceIdentifiers?: boolean | undefined } = {},
): ElementReport {
  const header = decodeFields(ELEMENT_STATUS_HEADER.fields, bytes, WHAT);
  const pages: ReportedPage[] = [];
  const end = ELEMENT_STATUS_HEADER.length + header.byteCount;
  let cut = end > bytes.length;
  for (let offset = ELEMENT_STATUS_HEADER.length; offset < end && offset < bytes.length; ) {
    const rest = bytes.subarray(offset);
    if (rest.length < ELEMENT_STATUS_PAGE.length) return { ...header, pages, cut: true };
    const page = decodePage(rest, deviceIdentifiers);
    pages.push(page);
    cut ||= page.cut;
    offset += page.length;
  }
  return { ...header, pages: pages.map(({ elementType, elements }) => ({ elementType, elements })), cut };
}

interface DecodedPage extends ReportedPage {
  /** Bytes of the page according to its length field. */
  readonly length: number;
  readonly cut: boolean;
}

function decodePage(bytes: Uint8Array, deviceIdentifiers: boolean): DecodedPage {
  const page = decodeFields(ELEMENT_STATUS_PAGE.fields, bytes, WHAT);
  const elementType = typeOf(page.elementType);
  const { primaryVolumeTag, descriptorLength, byteCount } = page;
  const withPrimary = ELEMENT_DESCRIPTOR.length + (primaryVolumeTag ? VOLUME_TAG.length : 0);
  // mhvtl claims alternate tags of drives that it does not send: there is no room for them.
  const isFalse = descriptorLength >= withPrimary && descriptorLength < withPrimary + VOLUME_TAG.length;
  const alternateVolumeTag = page.alternateVolumeTag && !isFalse;
  const tags = (primaryVolumeTag ? 1 : 0) + (alternateVolumeTag ? 1 : 0);
  const known = withPrimary + (alternateVolumeTag ? VOLUME_TAG.length : 0);
  if (byteCount > 0 && descriptorLength < known) {
    throw new MalformedResponseError(`${WHAT}: descriptors of ${descriptorLength} bytes, where ${known} are needed`);
  }
  const needed = tags === 0 ? known : known - VOLUME_TAG.length + BARCODE_BYTES;
  const length = ELEMENT_STATUS_PAGE.length + byteCount;
  const elements: ReportedElement[] = [];
  let cut = length > bytes.length;
  for (let offset = ELEMENT_STATUS_PAGE.length; offset < length; offset += descriptorLength) {
    const descriptor = bytes.subarray(offset, Math.min(offset + descriptorLength, length));
    if (descriptor.length < descriptorLength) cut = true;
    if (descriptor.length < needed) break;
    elements.push(decodeDescriptor(descriptor, { primaryVolumeTag, alternateVolumeTag, deviceIdentifiers }));
  }
  return { elementType, elements, length, cut };
}

const TYPES = new Map(
  (Object.entries(ELEMENT_TYPE) as [keyof typeof ELEMENT_TYPE, number][]).flatMap(([name, code]) =>
    name === 'all' ? [] : [[code, name] as const],
  ),
);

function typeOf(code: number): ElementType {
  const type = TYPES.get(code);
  if (type === undefined) throw new MalformedResponseError(`${WHAT}: a page of elements of type ${code}`);
  return type;
}

interface DescriptorParts {
  readonly primaryVolumeTag: boolean;
  readonly alternateVolumeTag: boolean;
  readonly deviceIdentifiers: boolean;
}

function decodeDescriptor(bytes: Uint8Array, parts: DescriptorParts): ReportedElement {
  const fields = decodeFields(ELEMENT_DESCRIPTOR.fields, bytes, WHAT);
  const behindPrimary = ELEMENT_DESCRIPTOR.length + (parts.primaryVolumeTag ? VOLUME_TAG.length : 0);
  const behindTags = behindPrimary + (parts.alternateVolumeTag ? VOLUME_TAG.length : 0);
  const identifier = parts.deviceIdentifiers ? decodeIdentifier(bytes.subarray(behindTags)) : undefined;
  // Object.assign instead of spread, and no view that is not kept, for speed: an inventory has thousands of elements.
  const element: ReportedElement = Object.assign(fields, {
    primaryVolumeTag: parts.primaryVolumeTag ? decodeTag(bytes, ELEMENT_DESCRIPTOR.length) : undefined,
    alternateVolumeTag: parts.alternateVolumeTag ? decodeTag(bytes, behindPrimary) : undefined,
  });
  if (identifier !== undefined) Object.assign(element, { identifier });
  const tail = behindTags + ELEMENT_IDENTIFIER.length + (identifier?.bytes.length ?? 0);
  // Zeros are padding to the longest descriptor of the page.
  if (hasOtherThanZeros(bytes, tail)) Object.assign(element, { vendorSpecific: bytes.subarray(tail) });
  return element;
}

function hasOtherThanZeros(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at += 1) if (bytes[at] !== 0) return true;
  return false;
}

/** Undefined for zeros or blanks: both mean no barcode. The last bytes may be missing. */
function decodeTag(bytes: Uint8Array, offset: number): VolumeTag | undefined {
  const identifier = asciiTrim(bytes.subarray(offset, offset + BARCODE_BYTES));
  if (identifier === '') return undefined;
  const at = offset + VOLUME_TAG.fields.sequence.byte;
  return { identifier, sequence: (bytes[at] ?? 0) * 0x100 + (bytes[at + 1] ?? 0) };
}

/** Undefined if it is missing or incomplete. */
function decodeIdentifier(tail: Uint8Array): ElementIdentifier | undefined {
  if (tail.length < ELEMENT_IDENTIFIER.length) return undefined;
  const { codeSet, identifierType, identifierLength } = decodeFields(ELEMENT_IDENTIFIER.fields, tail, WHAT);
  const bytes = tail.subarray(ELEMENT_IDENTIFIER.length, ELEMENT_IDENTIFIER.length + identifierLength);
  return identifierLength === 0 || bytes.length < identifierLength ? undefined : { codeSet, identifierType, bytes };
}

/** IDENTIFIER TYPE T10 vendor: 8 bytes of vendor and 16 of product precede the serial number. */
const T10_VENDOR = 1;
const BEFORE_SERIAL = 24;

/**
 * The serial number in the identifier of a drive; undefined if the identifier is of another type, such as a binary
 * name.
 */
export function serialOfIdentifier({ identifierType, bytes }: ElementIdentifier): string | undefined {
  if (identifierType > T10_VENDOR) return undefined;
  const serial = asciiTrim(identifierType === T10_VENDOR ? bytes.subarray(BEFORE_SERIAL) : bytes);
  return serial === '' ? undefined : serial;
}
