import { ByteReader } from '../wire/bytes.js';
import { bits, count, decodeFields, encodeFields, type Fields, type FieldValues, flag, uint } from '../wire/layout.js';
import { encodeKads, type KeyAssociatedData, receivedKads } from './kad.js';
import {
  joinSecurityPage,
  PAGE_HEADER_LENGTH,
  SECURITY_IN_PAGE,
  securityPage,
  securityPageLength,
} from './protocol.js';

/** PARAMETERS CONTROL: who may set the encryption parameters. With `library`, a key from the host is refused. */
export const PARAMETERS_CONTROL = { notTold: 0, host: 1, drive: 2, library: 3 } as const;

/** COMPRESSION STATUS of the next block. */
export const COMPRESSION_STATUS = ['unknown', 'not determined', 'not a logical block', 'plain', 'compressed'] as const;

/** ENCRYPTION STATUS of the next block. */
export const ENCRYPTION_STATUS = [
  'unknown',
  'not determined',
  'not a logical block',
  'plain',
  'unsupported algorithm',
  'decryptable',
  'other key needed',
] as const;

interface StatusLayout<T extends Fields> {
  readonly page: number;
  readonly name: string;
  /** Bytes before the key-associated data. */
  readonly length: number;
  readonly fields: T;
}

export type StatusOf<T extends Fields> = FieldValues<T> & { readonly kads: readonly KeyAssociatedData[] };

const DATA_ENCRYPTION_STATUS = {
  page: SECURITY_IN_PAGE.dataEncryptionStatus,
  name: 'data encryption status',
  length: 24,
  fields: {
    /** Scope of the parameters that this nexus uses. */
    nexusScope: bits(4, 7, 5),
    /** Scope that the parameters were set with. */
    encryptionScope: bits(4, 2, 0),
    /** One of `ENCRYPTION_MODE`. */
    encryptionMode: uint(5, 1),
    /** One of `DECRYPTION_MODE`. */
    decryptionMode: uint(6, 1),
    algorithmIndex: uint(7, 1),
    /** Counts every change of the parameters. */
    keyInstance: uint(8, 4),
    /** One of `PARAMETERS_CONTROL`. */
    parametersControl: bits(12, 6, 4),
    /** VCELB: the volume contains encrypted blocks. */
    volumeContainsEncryptedBlocks: flag(12, 3),
    checkExternalEncryptionMode: bits(12, 2, 1),
    /** RDMD: blocks are marked as unreadable in raw mode. */
    rawDecryptionDisabled: flag(12, 0),
    /** One of `KAD_FORMAT`. */
    kadFormat: uint(13, 1),
    availableSupplementalKeys: uint(14, 2),
  },
} as const satisfies StatusLayout<Fields>;

const NEXT_BLOCK_STATUS = {
  page: SECURITY_IN_PAGE.nextBlockStatus,
  name: 'next block encryption status',
  length: 16,
  fields: {
    logicalObject: count(4, 8),
    /** Index into `COMPRESSION_STATUS`. */
    compressionStatus: bits(12, 7, 4),
    /** Index into `ENCRYPTION_STATUS`. */
    encryptionStatus: bits(12, 3, 0),
    algorithmIndex: uint(13, 1),
    /** EMES: encrypted in external mode. */
    externallyEncrypted: flag(14, 1),
    /** RDMDS. */
    rawDecryptionDisabled: flag(14, 0),
    kadFormat: uint(15, 1),
  },
} as const satisfies StatusLayout<Fields>;

export type DataEncryptionStatus = StatusOf<(typeof DATA_ENCRYPTION_STATUS)['fields']>;
export type NextBlockStatus = StatusOf<(typeof NEXT_BLOCK_STATUS)['fields']>;

/** Page 0020: the encryption parameters set in the drive. */
export function decodeDataEncryptionStatus(bytes: Uint8Array): DataEncryptionStatus {
  return decodeStatus(DATA_ENCRYPTION_STATUS, bytes);
}

export function encodeDataEncryptionStatus({ kads, ...values }: DataEncryptionStatus): Uint8Array {
  return encodeStatus(DATA_ENCRYPTION_STATUS, values, kads);
}

/** Page 0021: how the block at the current position is encrypted. Valid only if the position is at data. */
export function decodeNextBlockStatus(bytes: Uint8Array): NextBlockStatus {
  return decodeStatus(NEXT_BLOCK_STATUS, bytes);
}

export function encodeNextBlockStatus({ kads, ...values }: NextBlockStatus): Uint8Array {
  return encodeStatus(NEXT_BLOCK_STATUS, values, kads);
}

const RANDOM_LENGTH = 32;

/** Page 0030: 32 random bytes. */
export function decodeRandomNumber(bytes: Uint8Array): Uint8Array {
  const page = securityPage(bytes, SECURITY_IN_PAGE.randomNumber, 'random number');
  return new ByteReader(page, 'random number').bytes(PAGE_HEADER_LENGTH, RANDOM_LENGTH);
}

export function encodeRandomNumber(random: Uint8Array): Uint8Array {
  return joinSecurityPage(SECURITY_IN_PAGE.randomNumber, random);
}

function decodeStatus<T extends Fields>(
  { page, name, length, fields }: StatusLayout<T>,
  bytes: Uint8Array,
): StatusOf<T> {
  const stated = securityPageLength(bytes, page, name);
  return { ...decodeFields(fields, bytes, name), kads: receivedKads(bytes, length, stated - length, name) };
}

function encodeStatus<T extends Fields>(
  { page, name, length, fields }: StatusLayout<T>,
  values: Partial<FieldValues<T>>,
  kads: readonly KeyAssociatedData[],
): Uint8Array {
  const fixed = encodeFields(fields, length, values, name);
  return joinSecurityPage(page, fixed.subarray(PAGE_HEADER_LENGTH), encodeKads(kads));
}
