import { KAD_TYPE, type KeyAssociatedData } from '../../scsi/security/index.js';

const PRINTABLE = /^[\x20-\x7e]+$/;
/** Descriptors that may hold the key's identifier, in order of preference. */
const NAMING_TYPES = [KAD_TYPE.unauthenticated, KAD_TYPE.authenticated];

/** The key's identifier in key-associated data, without padding; undefined if there is no printable one. */
export function keyIdIn(kads: readonly KeyAssociatedData[]): string | undefined {
  for (const wanted of NAMING_TYPES) {
    const kad = kads.find(({ type }) => type === wanted);
    const text =
      kad &&
      Buffer.from(kad.data)
        .toString('latin1')
        .replace(/[\0 ]+$/, '')
        .trimStart();
    if (text && PRINTABLE.test(text)) return text;
  }
  return undefined;
}
