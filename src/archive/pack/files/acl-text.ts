import type { ByteString } from '../../encode/byte-string.js';
import type { PaxRecord } from '../../encode/pax.js';

/**
 * Linux keeps access control lists as extended attributes (linux/posix_acl_xattr.h). When restoring such lists, GNU tar
 * and libarchive look only for their text form.
 */
const RECORDS: ReadonlyMap<ByteString, ByteString> = new Map([
  ['system.posix_acl_access', 'SCHILY.acl.access'],
  ['system.posix_acl_default', 'SCHILY.acl.default'],
]);

const VERSION = 2;
const HEADER_BYTES = 4;
const ENTRY_BYTES = 8;

/** Names of entry tags. `named`: the entry has the number of a user or group. */
const TAGS: ReadonlyMap<number, { readonly name: string; readonly named: boolean }> = new Map([
  [0x01, { name: 'user', named: false }],
  [0x02, { name: 'user', named: true }],
  [0x04, { name: 'group', named: false }],
  [0x08, { name: 'group', named: true }],
  [0x10, { name: 'mask', named: false }],
  [0x20, { name: 'other', named: false }],
]);

/** The record with the text of an access control list; undefined if the attribute is not a list of a known version. */
export function aclRecord(attribute: ByteString, value: Buffer): PaxRecord | undefined {
  const key = RECORDS.get(attribute);
  if (key === undefined || value.length < HEADER_BYTES || value.readUInt32LE(0) !== VERSION) return undefined;
  const entries: string[] = [];
  for (let at = HEADER_BYTES; at + ENTRY_BYTES <= value.length; at += ENTRY_BYTES) {
    const tag = TAGS.get(value.readUInt16LE(at));
    if (tag === undefined) return undefined;
    const id = tag.named ? value.readUInt32LE(at + 4) : '';
    entries.push(`${tag.name}:${id}:${permissions(value.readUInt16LE(at + 2))}`);
  }
  return [key, entries.join(',')];
}

function permissions(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
}
