import type { ArchiveRecord, PartRecord } from '../record/changes.js';

/** An archive, and whether it is known to be a tar archive. */
export interface RestorableArchive extends ArchiveRecord {
  readonly members: number;
}

/** What the text is about. */
export interface RestoreFacts {
  readonly cartridge: string;
  /** Of the index archive that holds the text. */
  readonly fileNumber: number;
  readonly createdAt: number;
  /** In the order of the tape. */
  readonly archives: readonly RestorableArchive[];
}

const DAY = 10;
/** The smallest block that is asked for: a drive gives a block whole, or not at all. */
const SMALLEST_READ = 2 ** 20;

/**
 * How to get everything on a cartridge back with mt, dd and tar. The indented lines are commands for a shell, in their
 * order: a test takes them from the text and runs them.
 */
export function restoreText(facts: RestoreFacts): string {
  const { archives } = facts;
  const keys = [
    ...new Set(archives.flatMap(({ parts }) => parts.flatMap(({ encryptionKeyId = [] }) => encryptionKeyId))),
  ];
  return [introduction(facts, keys), ...archives.map((archive) => archiveText(facts.cartridge, archive)), ''].join(
    '\n\n',
  );
}

function introduction({ cartridge, fileNumber, createdAt, archives }: RestoreFacts, keys: readonly string[]): string {
  const written = new Date(createdAt).toISOString().slice(0, DAY);
  const encrypted = keys.length === 0 ? '' : `\n\n${keyText(keys)}`;
  return `HOW TO READ THIS CARTRIDGE

This is the cartridge ${cartridge}. It was written until ${written} and holds ${archives.length} archives, one in each file
of the tape. Files are counted from 0. File 0 is a label with the name of the cartridge, and this text is in file ${fileNumber}.
Of several texts like this one on the cartridge, the last is the newest.

You need a tape drive for this cartridge and the programs mt, dd and tar. Name the drive first; on Linux, the name of a
drive that does not rewind by itself begins with n:

    TAPE=/dev/nst0
    mt -f "$TAPE" setblk 0${encrypted}

Then, for each archive that you want, run the lines below its title, in an empty folder.`;
}

function keyText(keys: readonly string[]): string {
  const [first = ''] = keys;
  return `Archives with a key are encrypted by the drive. The key is not on the cartridge. You need the program stenc, and for
each key a file with the key in 64 hexadecimal digits on its first line, named as the key and ".key", such as ${quoted(`${first}.key`)}.
The keys are ${keys.map(quoted).join(', ')}. The number of AES-256-GCM is 1 in most drives:

    SG=/dev/sg0
    ALGORITHM=1`;
}

function archiveText(cartridge: string, archive: RestorableArchive): string {
  const { bytes, parts, tags = {}, createdAt, members, checksum } = archive;
  const name = tags.archive === undefined ? '' : ` ${JSON.stringify(tags.archive)}`;
  const kind =
    members > 0 ? `a tar archive of ${archive.membersComplete ? '' : 'at least '}${members} members` : 'data';
  const [first] = parts;
  const title = `FILE ${first?.cartridge === cartridge ? first.fileNumber : `ON ${parts.length} CARTRIDGES`}:${name} written ${new Date(
    createdAt,
  )
    .toISOString()
    .slice(0, DAY)}, ${bytes} bytes, ${kind}${checksum === undefined ? '' : `, ${checksum}`}`;
  if (parts.length === 1 && first !== undefined)
    return `${title}\n\n${partCommands(first, members > 0 ? ' | tar -xf -' : ` of=file-${first.fileNumber}`)}`;
  return `${title}\n\n${spannedText(parts, members > 0)}`;
}

/** A part behind the other, each from its cartridge. */
function spannedText(parts: readonly PartRecord[], isTar: boolean): string {
  const name = `archive-${parts[0]?.cartridge.replaceAll(/[^\w.-]/g, '_')}-${parts[0]?.fileNumber}`;
  const pieces = parts.map((part, index) => {
    const where = `Part ${index + 1} of ${parts.length}: insert the cartridge ${part.cartridge}.`;
    return `${where}\n\n${partCommands(part, ` ${index === 0 ? '>' : '>>'} ${name}`)}`;
  });
  return `${pieces.join('\n\n')}${isTar ? `\n\nThen unpack it:\n\n    tar -xf ${name}` : ''}`;
}

function partCommands({ fileNumber, records, recordSize, encryptionKeyId }: PartRecord, behind: string): string {
  const read = Math.max(recordSize, SMALLEST_READ);
  const key = encryptionKeyId === undefined ? undefined : quoted(`${encryptionKeyId}.key`);
  const lines = [
    ...(key === undefined ? [] : [`stenc -f "$SG" -e mixed -k ${key} -a "$ALGORITHM"`]),
    'mt -f "$TAPE" rewind',
    `mt -f "$TAPE" fsf ${fileNumber}`,
    `dd if="$TAPE" bs=${read}${behind}`,
    ...(key === undefined ? [] : ['stenc -f "$SG" -e off -a "$ALGORITHM"']),
  ];
  return `${lines.map((line) => `    ${line}`).join('\n')}\n\nIt has ${records} blocks of ${recordSize} bytes, the last one may be shorter.`;
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
