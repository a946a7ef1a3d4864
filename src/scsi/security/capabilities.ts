import { ByteReader, concatBytes } from '../wire/bytes.js';
import { bits, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { sizeByHeader, splitStructures } from '../wire/structures.js';
import {
  joinSecurityPage,
  PAGE_HEADER_LENGTH,
  SECURITY_IN_PAGE,
  securityPage,
  securityPageLength,
} from './protocol.js';

const CAPABILITIES = 'data encryption capabilities';
const HEADER = {
  /** EXTDECC: 2 if encryption can be controlled from outside the device server (by a library). */
  externalControl: bits(4, 3, 2),
  /** CFG_P: 1 encryption may be configured, 2 prevented. */
  configurationPrevented: bits(4, 1, 0),
};
const HEADER_LENGTH = 20;

const ALGORITHM = {
  /** Value for `SetDataEncryption.algorithmIndex`; it differs between drives. */
  index: uint(0, 1),
  length: uint(2, 2),
  /** AVFMV: usable with the mounted volume. */
  validForMountedVolume: flag(4, 7),
  supplementalDecryptionKeys: flag(4, 6),
  messageAuthentication: flag(4, 5),
  /** DELB_C: can distinguish encrypted blocks from plain ones. */
  distinguishesEncryptedBlocks: flag(4, 4),
  /** 0 no, 1 in software, 2 in hardware, 3 only by external control; likewise `encrypt`. */
  decrypt: bits(4, 3, 2),
  encrypt: bits(4, 1, 0),
  /** AVFCLP: 1 not usable, 2 usable at the current position; 0 not reported. */
  validForCurrentPosition: bits(5, 7, 6),
  nonce: bits(5, 5, 4),
  kadFormat: flag(5, 3),
  /** VCELB_C. */
  reportsEncryptedVolume: flag(5, 2),
  unauthenticatedKadFixed: flag(5, 1),
  authenticatedKadFixed: flag(5, 0),
  /** Bytes. */
  maximumUnauthenticatedKad: uint(6, 2),
  maximumAuthenticatedKad: uint(8, 2),
  keySize: uint(10, 2),
  decryptionKad: bits(12, 7, 6),
  externalEncryptionModeControl: bits(12, 5, 4),
  rawDecryptionModeControl: bits(12, 3, 1),
  /** EAREM: the mode is recorded with each block. */
  recordsEncryptionMode: flag(12, 0),
  maximumEncryptedDataKeys: uint(13, 1),
  maximumSupplementalKeys: uint(14, 2),
  /** Key of `ENCRYPTION_ALGORITHMS`. */
  algorithm: uint(20, 4),
};
const ALGORITHM_HEADER_LENGTH = 4;
const ALGORITHM_LENGTH = 24;

/** SECURITY ALGORITHM CODE (SFSC, IKEv2 encryption algorithms) to name. */
export const ENCRYPTION_ALGORITHMS: Readonly<Record<number, string>> = {
  65548: 'AES-256-CBC-HMAC-SHA-1',
  65552: 'AES-256-CCM-128',
  65556: 'AES-256-GCM-128',
  65558: 'AES-256-XTS-HMAC-SHA-512',
};

export type EncryptionAlgorithm = Omit<FieldValues<typeof ALGORITHM>, 'length'>;
export type EncryptionCapabilities = FieldValues<typeof HEADER> & {
  readonly algorithms: readonly EncryptionAlgorithm[];
};

/**
 * Page 0010, with the complete algorithm descriptors. Throws MalformedResponseError if it has descriptors and none is
 * complete.
 */
export function decodeEncryptionCapabilities(bytes: Uint8Array): EncryptionCapabilities {
  const length = securityPageLength(bytes, SECURITY_IN_PAGE.capabilities, CAPABILITIES) - HEADER_LENGTH;
  const { whole, cut } = splitStructures(bytes, HEADER_LENGTH, length, sizeOfAlgorithm);
  if (cut && whole.length === 0)
    throw new ByteReader(bytes, CAPABILITIES).malformed('no algorithm descriptor is whole');
  const algorithms = whole.map((descriptor) => {
    const { length: _, ...algorithm } = decodeFields(ALGORITHM, descriptor, CAPABILITIES);
    return algorithm;
  });
  return { ...decodeFields(HEADER, bytes, CAPABILITIES), algorithms };
}

function sizeOfAlgorithm(rest: Uint8Array): number | undefined {
  const size = sizeByHeader(ALGORITHM_HEADER_LENGTH, (header) => header.readUInt16BE(2))(rest);
  return size !== undefined && size < ALGORITHM_LENGTH ? undefined : size;
}

export function encodeEncryptionCapabilities({ algorithms, ...header }: EncryptionCapabilities): Uint8Array {
  const head = encodeFields(HEADER, HEADER_LENGTH, header, CAPABILITIES).subarray(PAGE_HEADER_LENGTH);
  return joinSecurityPage(SECURITY_IN_PAGE.capabilities, head, concatBytes(...algorithms.map(encodeAlgorithm)));
}

function encodeAlgorithm(algorithm: EncryptionAlgorithm): Uint8Array {
  const values = { ...algorithm, length: ALGORITHM_LENGTH - ALGORITHM_HEADER_LENGTH };
  return encodeFields(ALGORITHM, ALGORITHM_LENGTH, values, CAPABILITIES);
}

/** Page 0011: the KEY FORMAT values that the drive accepts. */
export function decodeKeyFormats(bytes: Uint8Array): number[] {
  return [...securityPage(bytes, SECURITY_IN_PAGE.keyFormats, 'supported key formats').subarray(PAGE_HEADER_LENGTH)];
}

export function encodeKeyFormats(formats: readonly number[]): Uint8Array {
  return joinSecurityPage(SECURITY_IN_PAGE.keyFormats, Uint8Array.from(formats));
}

const MANAGEMENT = 'data encryption management capabilities';
const MANAGEMENT_FIELDS = {
  lock: flag(4, 0),
  clearKeyOnDemount: flag(5, 2),
  clearKeyOnReservationPreempted: flag(5, 1),
  clearKeyOnReservationLoss: flag(5, 0),
  scopeAllNexus: flag(7, 2),
  scopeLocal: flag(7, 1),
  scopePublic: flag(7, 0),
};
const MANAGEMENT_LENGTH = 16;

/** Options of `SetDataEncryption` that the drive supports. */
export type EncryptionManagementCapabilities = FieldValues<typeof MANAGEMENT_FIELDS>;

/** Page 0012. */
export function decodeManagementCapabilities(bytes: Uint8Array): EncryptionManagementCapabilities {
  const page = securityPage(bytes, SECURITY_IN_PAGE.managementCapabilities, MANAGEMENT);
  return decodeFields(MANAGEMENT_FIELDS, page, MANAGEMENT);
}

export function encodeManagementCapabilities(capabilities: Partial<EncryptionManagementCapabilities>): Uint8Array {
  const page = encodeFields(MANAGEMENT_FIELDS, MANAGEMENT_LENGTH, capabilities, MANAGEMENT);
  return joinSecurityPage(SECURITY_IN_PAGE.managementCapabilities, page.subarray(PAGE_HEADER_LENGTH));
}
