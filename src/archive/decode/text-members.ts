import { toText } from '../encode/byte-string.js';
import { ArchiveReader } from './archive-reader.js';
import { ArchiveFault } from './fault.js';

/** The text of each member of an archive in memory, by name; undefined for bytes that are no archive. */
export function decodeTextMembers(bytes: Uint8Array): Map<string, string> | undefined {
  let rest = bytes;
  const source = {
    next: (most: number) => {
      const piece = rest.subarray(0, most);
      rest = rest.subarray(piece.length);
      return piece.length === 0 ? undefined : piece;
    },
  };
  try {
    return readAll(new ArchiveReader(source));
  } catch (error) {
    if (error instanceof ArchiveFault) return undefined;
    throw error;
  }
}

function readAll(archive: ArchiveReader): Map<string, string> {
  const members = new Map<string, string>();
  for (let member = archive.next(); member !== undefined; member = archive.next()) {
    const pieces: Buffer[] = [];
    for (let piece = archive.content(); piece !== undefined; piece = archive.content()) pieces.push(Buffer.from(piece));
    members.set(toText(member.path), Buffer.concat(pieces).toString('utf8'));
  }
  return members;
}
