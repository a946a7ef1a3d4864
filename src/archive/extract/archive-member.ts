import type { Member } from '../decode/member.js';
import { isUtf8, toBytes, toText } from '../encode/byte-string.js';
import type { ArchiveMember } from './messages.js';

export function archiveMember(member: Member): ArchiveMember {
  const { path, type, size, mode, uid, gid, userName, groupName, modified, target } = member;
  return {
    name: toText(path),
    ...(!isUtf8(path) && { nameBytes: toBytes(path).toString('hex') }),
    type,
    size,
    mode,
    uid,
    gid,
    userName: toText(userName),
    groupName: toText(groupName),
    modified,
    ...(target !== '' && { target: toText(target) }),
  };
}
