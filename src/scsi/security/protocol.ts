import { ByteReader, concatBytes, hexCode } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn, commandWithDataOut } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { decodeFields, encodeFields, flag, uint } from '../wire/layout.js';

/** SECURITY PROTOCOL field. */
export const SECURITY_PROTOCOL = { information: 0x00, tapeDataEncryption: 0x20 } as const;

/** Pages of SECURITY PROTOCOL IN, protocol 20h (SSC-5). */
export const SECURITY_IN_PAGE = {
  inSupport: 0x0000,
  outSupport: 0x0001,
  capabilities: 0x0010,
  keyFormats: 0x0011,
  managementCapabilities: 0x0012,
  dataEncryptionStatus: 0x0020,
  nextBlockStatus: 0x0021,
  randomNumber: 0x0030,
  wrappingPublicKey: 0x0031,
} as const;

/** Pages of SECURITY PROTOCOL OUT, protocol 20h. */
export const SECURITY_OUT_PAGE = { setDataEncryption: 0x0010, encapsulation: 0x0011 } as const;

export const SECURITY_PROTOCOL_IN = {
  name: 'SECURITY PROTOCOL IN',
  length: 12,
  fields: { protocol: uint(1, 1), page: uint(2, 2), inc512: flag(4, 7), allocationLength: uint(6, 4) },
} as const satisfies CdbLayout;

export const SECURITY_PROTOCOL_OUT = {
  name: 'SECURITY PROTOCOL OUT',
  length: 12,
  fields: { protocol: uint(1, 1), page: uint(2, 2), inc512: flag(4, 7), transferLength: uint(6, 4) },
} as const satisfies CdbLayout;

/** Requests a page of tape data encryption. */
export function securityProtocolIn(page: number, allocationLength = 0x2000): ScsiCommand {
  return readProtocol(SECURITY_PROTOCOL.tapeDataEncryption, page, allocationLength);
}

/** Requests the list of security protocols; decode the data with `decodeSecurityProtocols`. */
export function listSecurityProtocols(): ScsiCommand {
  return readProtocol(SECURITY_PROTOCOL.information, 0, 0x200);
}

/** Sends a page of tape data encryption; it may hold a key, so the command is marked secret. */
export function securityProtocolOut(page: number, data: Uint8Array): ScsiCommand {
  const values = { protocol: SECURITY_PROTOCOL.tapeDataEncryption, page, transferLength: data.length };
  return { ...commandWithDataOut(SECURITY_PROTOCOL_OUT, values, data), secret: true };
}

const PROTOCOL_LIST_HEADER_LENGTH = 8;
const PROTOCOL_LIST = { length: uint(6, 2) };

/** The SECURITY PROTOCOL values that the drive supports. */
export function decodeSecurityProtocols(bytes: Uint8Array): number[] {
  const { length } = decodeFields(PROTOCOL_LIST, bytes, 'security protocol list');
  return [...bytes.subarray(PROTOCOL_LIST_HEADER_LENGTH, PROTOCOL_LIST_HEADER_LENGTH + length)];
}

export function encodeSecurityProtocols(protocols: readonly number[]): Uint8Array {
  const length = { length: protocols.length };
  const header = encodeFields(PROTOCOL_LIST, PROTOCOL_LIST_HEADER_LENGTH, length, 'security protocol list');
  return concatBytes(header, Uint8Array.from(protocols));
}

const PAGE_HEADER = { page: uint(0, 2), length: uint(2, 2) };
/** Bytes of the page code and the page length. */
export const PAGE_HEADER_LENGTH = 4;

/**
 * The page according to its length field, header included, as far as it was sent: mhvtl's page 0020 claims 12 bytes
 * more than it sends. Throws MalformedResponseError if it is another page.
 */
export function securityPage(bytes: Uint8Array, page: number, what: string): Uint8Array {
  return bytes.subarray(0, securityPageLength(bytes, page, what));
}

/** Length of the page by its length field, header included. Throws MalformedResponseError if it is another page. */
export function securityPageLength(bytes: Uint8Array, page: number, what: string): number {
  const header = decodeFields(PAGE_HEADER, bytes, what);
  if (header.page === page) return PAGE_HEADER_LENGTH + header.length;
  throw new ByteReader(bytes, what).malformed(`the page is ${hexCode(header.page, 4)}, not ${hexCode(page, 4)}`);
}

/** Joins page code, length and `parts` in a single copy, so that a key exists in one place only. */
export function joinSecurityPage(page: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(encodeFields(PAGE_HEADER, PAGE_HEADER_LENGTH, { page, length }, 'security page'), ...parts);
}

/** The page codes of page 0000 (`inSupport`) or 0001 (`outSupport`). */
export function decodeSecurityPageList(bytes: Uint8Array, page: 0 | 1): number[] {
  const list = new ByteReader(
    securityPage(bytes, page, 'security page list').subarray(PAGE_HEADER_LENGTH),
    'page list',
  );
  return Array.from({ length: Math.floor(list.length / 2) }, (_, index) => list.u16(index * 2));
}

export function encodeSecurityPageList(page: 0 | 1, codes: readonly number[]): Uint8Array {
  const code = { code: uint(0, 2) };
  return joinSecurityPage(page, ...codes.map((each) => encodeFields(code, 2, { code: each }, 'security page list')));
}

function readProtocol(protocol: number, page: number, allocationLength: number): ScsiCommand {
  return commandWithDataIn(SECURITY_PROTOCOL_IN, { protocol, page, allocationLength }, allocationLength);
}
