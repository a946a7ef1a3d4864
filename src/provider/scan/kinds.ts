import { ArchiveFault } from '../../archive/decode/fault.js';
import { BLOCK, decodeHeader } from '../../archive/decode/header.js';
import { HEADER_MEMBER } from '../archive/part-header.js';
import { LABEL_MEMBER } from '../session/cartridge-label.js';
import { INDEX_MEMBER } from '../tape-index/index-format.js';

/** What a file of a tape begins like. */
export type FileKind =
  | 'label'
  | 'index'
  | 'part header'
  | 'tar'
  | 'cpio'
  | 'gzip'
  | 'zstd'
  | 'xz'
  | 'bzip2'
  | 'lz4'
  | 'LTFS'
  | 'Proxmox Backup Server'
  | 'Bacula or Bareos'
  | 'Amanda'
  | 'ANSI label'
  | 'empty'
  | 'raw';

interface Magic {
  readonly kind: FileKind;
  readonly offset: number;
  /** Bytes, one character each. */
  readonly bytes: string;
}

const magic = (kind: FileKind, offset: number, bytes: string): Magic => ({ kind, offset, bytes });

/** The more telling one first. */
const MAGICS: readonly Magic[] = [
  // The implementation identifier of the VOL1 label, and the XML of the label and the indexes behind it.
  magic('LTFS', 24, 'LTFS'),
  magic('LTFS', 0, '<?xml version="1.0" encoding="UTF-8"?>\n<ltfs'),
  magic('ANSI label', 0, 'VOL1'),
  magic('ANSI label', 0, 'HDR1'),
  // SHA-256 of `Proxmox Tape Block Header v1.0`, its first eight bytes.
  magic('Proxmox Backup Server', 0, '\xdc\xbd\xaf\xca\xeb\xa0\xa5\x28'),
  // Behind checksum, length and number of each block.
  magic('Bacula or Bareos', 12, 'BB02'),
  magic('Bacula or Bareos', 12, 'BB01'),
  magic('Amanda', 0, 'AMANDA: '),
  magic('cpio', 0, '070701'),
  magic('cpio', 0, '070702'),
  magic('cpio', 0, '070707'),
  magic('cpio', 0, '\xc7\x71'),
  magic('cpio', 0, '\x71\xc7'),
  magic('gzip', 0, '\x1f\x8b\x08'),
  magic('zstd', 0, '\x28\xb5\x2f\xfd'),
  magic('xz', 0, '\xfd7zXZ\0'),
  magic('bzip2', 0, 'BZh'),
  magic('lz4', 0, '\x04\x22\x4d\x18'),
];
const LONGEST = 64;

/** Archives whose first member says what they are. */
const OF_MEMBER: ReadonlyMap<string, FileKind> = new Map<string, FileKind>([
  [LABEL_MEMBER, 'label'],
  [INDEX_MEMBER, 'index'],
  [HEADER_MEMBER, 'part header'],
]);

/** The kind of a file by its first bytes, of which some hundred are needed. `label`: name of the member of a label. */
export function kindOf(first: Buffer, label?: string): FileKind {
  if (first.length === 0) return 'empty';
  const member = firstMember(first);
  if (member !== undefined) return member === label ? 'label' : (OF_MEMBER.get(member) ?? 'tar');
  const begin = first.toString('latin1', 0, LONGEST);
  return MAGICS.find(({ offset, bytes }) => begin.startsWith(bytes, offset))?.kind ?? 'raw';
}

/** Of a tar archive. */
function firstMember(first: Buffer): string | undefined {
  if (first.length < BLOCK) return undefined;
  try {
    return decodeHeader(first.subarray(0, BLOCK)).path;
  } catch (error) {
    if (error instanceof ArchiveFault) return undefined;
    throw error;
  }
}
