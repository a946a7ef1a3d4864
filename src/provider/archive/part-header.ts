import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** Name of the member of a part note's archive; `tar -xf <device> -O .archive-part.json` prints it. */
export const NOTE_MEMBER = '.archive-part.json';

/** What stands on tape in a file of its own before each part of an archive that may span cartridges. */
export interface PartNote {
  /** Name of the archive, the same for all its parts. */
  readonly archive: string;
  /** From 1 up. */
  readonly part: number;
  /** Where the part before this one is; undefined for the first. */
  readonly predecessor: { readonly cartridge: string; readonly location: number } | undefined;
}

/** The bytes of a note: a tar archive with one JSON file, so that the part itself stays as it came. */
export async function encodePartNote(note: PartNote): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: NOTE_MEMBER, mode: 0o644, uid: 0, gid: 0 }, `${JSON.stringify(note)}\n`);
  archive.finalize();
  return buffer(archive);
}
