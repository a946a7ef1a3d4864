import type { ExtendedAttribute } from './member.js';
import type { PaxRecord } from './pax.js';

/** Access control lists are extended attributes on Linux (linux/posix_acl_xattr.h); archives have them as text. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  'SCHILY.acl.access': 'system.posix_acl_access',
  'SCHILY.acl.default': 'system.posix_acl_default',
};

const VERSION = 2;
const ENTRY_BYTES = 8;
const NO_ID = 0xffff_ffff;
/** Tags of entries; the second row has those of named users and groups. */
const TAGS: Readonly<Record<string, number>> = { user: 0x01, group: 0x04, mask: 0x10, other: 0x20 };
const NAMED_TAGS: Readonly<Record<string, number>> = { user: 0x02, group: 0x08 };
/** Number of entries of a list that is equivalent to a mode. */
const AS_MODE = 3;

interface Entry {
  readonly tag: number;
  readonly permissions: number;
  readonly id: number;
}

export function isAclKey(key: string): boolean {
  return Object.hasOwn(ATTRIBUTES, key);
}

/**
 * `user::rwx,user:lisa:r-x:1000,group::r-x,mask::r-x,other::r-x` as the attribute that the kernel takes. Undefined if
 * an entry names a user without a number, because the number on this system is unknown.
 */
export function aclAttribute({ key, value }: PaxRecord): ExtendedAttribute | 'nothing' | undefined {
  const lines = value.toString('latin1').split(/[,\n]/);
  const texts = lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
  const entries = texts.map(entryOf).filter((entry) => entry !== undefined);
  if (entries.length < texts.length || entries.length < AS_MODE) return undefined;
  if (entries.length === AS_MODE && key === 'SCHILY.acl.access') return 'nothing';
  // The kernel accepts them only in this order.
  entries.sort((one, other) => one.tag - other.tag || one.id - other.id);
  const bytes = Buffer.alloc(4 + entries.length * ENTRY_BYTES);
  bytes.writeUInt32LE(VERSION);
  for (const [index, { tag, permissions, id }] of entries.entries()) {
    const at = 4 + index * ENTRY_BYTES;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(permissions, at + 2);
    bytes.writeUInt32LE(id, at + 4);
  }
  return { name: ATTRIBUTES[key] ?? '', value: bytes };
}

function entryOf(text: string): Entry | undefined {
  const [kind = '', who = '', letters = '', number = who] = text.replace(/^default:/, '').split(':');
  const permissions = [...'rwx'].reduce((bits, letter) => bits * 2 + (letters.includes(letter) ? 1 : 0), 0);
  if (!/^[rwx-]{1,3}$/.test(letters)) return undefined;
  const tag = (who === '' ? TAGS : NAMED_TAGS)[kind];
  if (tag === undefined || who === '') return tag === undefined ? undefined : { tag, permissions, id: NO_ID };
  const id = Number(number);
  return /^\d{1,10}$/.test(number) && id < NO_ID ? { tag, permissions, id } : undefined;
}
