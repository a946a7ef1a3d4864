import { ByteReader } from '../wire/bytes.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { decodeKads, encodeKads, type KeyAssociatedData } from './kad.js';
import {
  joinSecurityPage,
  PAGE_HEADER_LENGTH,
  SECURITY_OUT_PAGE,
  securityPage,
  securityProtocolOut,
} from './protocol.js';

/** SCOPE: the nexuses that the parameters apply to. */
export const ENCRYPTION_SCOPE = { public: 0, local: 1, allNexus: 2 } as const;
/** CEEM. */
export const CHECK_EXTERNAL_ENCRYPTION_MODE = { vendorSpecific: 0, noCheck: 1, external: 2, encrypted: 3 } as const;
/** RDMC. */
export const RAW_DECRYPTION_MODE_CONTROL = { algorithmDefault: 0, enabled: 2, disabled: 3 } as const;
export const KEY_FORMAT = { plain: 0, reference: 1, wrapped: 2, espScsi: 3 } as const;

const NAME = 'set data encryption';
const FIELDS = {
  /** One of `ENCRYPTION_SCOPE`. */
  scope: bits(4, 7, 5),
  /** LOCK: this nexus keeps these parameters until it changes them. */
  lock: flag(4, 0),
  /** One of `CHECK_EXTERNAL_ENCRYPTION_MODE`. */
  checkExternalEncryptionMode: bits(5, 7, 6),
  /** One of `RAW_DECRYPTION_MODE_CONTROL`. */
  rawDecryptionModeControl: bits(5, 5, 4),
  /** SDK. */
  supplementalDecryptionKey: flag(5, 3),
  /** CKOD. */
  clearKeyOnDemount: flag(5, 2),
  /** CKORP. */
  clearKeyOnReservationPreempted: flag(5, 1),
  /** CKORL. */
  clearKeyOnReservationLoss: flag(5, 0),
  /** One of `ENCRYPTION_MODE`. */
  encryptionMode: uint(6, 1),
  /** One of `DECRYPTION_MODE`. */
  decryptionMode: uint(7, 1),
  /** Index from the drive's capabilities page; it differs between drives. */
  algorithmIndex: uint(8, 1),
  /** One of `KEY_FORMAT`. */
  keyFormat: uint(9, 1),
  /** One of `KAD_FORMAT`. */
  kadFormat: uint(10, 1),
  keyLength: uint(18, 2),
};
const FIXED_LENGTH = 20;
const EMPTY = new Uint8Array(0);

/** Page 0010 of SECURITY PROTOCOL OUT. It holds the key: wipe it after use. */
export type SetDataEncryption = Omit<FieldValues<typeof FIELDS>, 'keyLength'> & {
  readonly key: Uint8Array;
  /** In ascending order of type. */
  readonly kads: readonly KeyAssociatedData[];
};

/**
 * Omitted fields are zero. Throws InvalidArgumentError for a value that does not fit; the error never contains the key.
 */
export function encodeSetDataEncryption({ key = EMPTY, kads = [], ...values }: Partial<SetDataEncryption>): Uint8Array {
  const fixed = encodeFields(FIELDS, FIXED_LENGTH, { ...values, keyLength: key.length }, NAME);
  const rest = [key, encodeKads(kads)];
  return joinSecurityPage(SECURITY_OUT_PAGE.setDataEncryption, fixed.subarray(PAGE_HEADER_LENGTH), ...rest);
}

/** For the device server. Throws MalformedResponseError if the list is shorter than its length fields say. */
export function decodeSetDataEncryption(list: Uint8Array): SetDataEncryption {
  const page = securityPage(list, SECURITY_OUT_PAGE.setDataEncryption, NAME);
  const reader = new ByteReader(page, NAME);
  const declared = PAGE_HEADER_LENGTH + reader.u16(2);
  if (page.length < declared) throw reader.malformed(`${page.length} bytes came of a page of ${declared}`);
  const { keyLength, ...values } = decodeFields(FIELDS, page, NAME);
  const kads = decodeKads(page.subarray(FIXED_LENGTH + keyLength), NAME);
  return { ...values, key: reader.bytes(FIXED_LENGTH, keyLength), kads };
}

/** The command that sets the parameters; it is marked secret. */
export function setDataEncryption(parameters: Partial<SetDataEncryption>): ScsiCommand {
  return securityProtocolOut(SECURITY_OUT_PAGE.setDataEncryption, encodeSetDataEncryption(parameters));
}

/**
 * Switches encryption and decryption off for `scope`: both modes 0 and no key. `algorithmIndex` must be one of the
 * drive's own: mhvtl refuses index 0 even here.
 */
export function disableDataEncryption(algorithmIndex: number, scope: number = ENCRYPTION_SCOPE.allNexus): ScsiCommand {
  return setDataEncryption({ scope, algorithmIndex });
}
