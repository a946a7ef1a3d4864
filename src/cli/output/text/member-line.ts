import type { ArchiveMember } from '../../../archive/extract/messages.js';
import { visible } from '../terminal.js';

type MemberType = ArchiveMember['type'];

const LETTERS: Readonly<Record<MemberType, string>> = {
  file: '-',
  folder: 'd',
  'symbolic link': 'l',
  'hard link': 'h',
  'character device': 'c',
  'block device': 'b',
  fifo: 'p',
};
const ARROWS: Partial<Readonly<Record<MemberType, string>>> = { 'symbolic link': '->', 'hard link': 'link to' };
/** The last time that a JavaScript Date can hold, in seconds. */
const LAST_DATE = 8_640_000_000_000;

/** One line in the form of `tar -tv` and `ls -l`; times in UTC, control characters escaped. */
export function memberLine(member: ArchiveMember): string {
  const { name, type, size, mode, uid, gid, userName, groupName, modified, target } = member;
  const owner = `${userName || uid}/${groupName || gid}`;
  const arrow = target === undefined ? '' : ` ${ARROWS[type]} ${visible(target)}`;
  const columns = [`${LETTERS[type]}${permissions(mode)}`, visible(owner).padEnd(13), String(size).padStart(12)];
  return `${columns.join(' ')} ${timeText(modified.seconds)} ${visible(name)}${arrow}`;
}

/** `rwxr-sr-x`. */
function permissions(mode: number): string {
  const letters = [...'rwxrwxrwx'].map((letter, bit) => (mode & (0o400 >> bit) ? letter : '-'));
  const special = [
    { bit: 0o4000, at: 2, letter: 's' },
    { bit: 0o2000, at: 5, letter: 's' },
    { bit: 0o1000, at: 8, letter: 't' },
  ];
  for (const { bit, at, letter } of special) {
    if (mode & bit) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  }
  return letters.join('');
}

function timeText(seconds: number): string {
  if (Math.abs(seconds) > LAST_DATE) return `${seconds} s`;
  return new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, -5);
}
