import { encodeTextMembers } from '../../archive/encode/text-members.js';

/** Name of the member of the archive that a part header is; `tar -xf <device> -O .archive-part.json` prints it. */
export const HEADER_MEMBER = '.archive-part.json';

/** Content of the header file that precedes each part of an archive that may span cartridges. */
export interface PartHeader {
  /** Name of the archive, the same for all its parts. */
  readonly archive: string;
  /** From 1 up. */
  readonly part: number;
  /** Location of the previous part; undefined for the first. */
  readonly predecessor: { readonly cartridge: string; readonly location: number } | undefined;
}

/** The bytes of a header: a tar archive with one JSON file, so that the part itself stays as it came. */
export function encodePartHeader(header: PartHeader): Buffer {
  return encodeTextMembers([{ path: HEADER_MEMBER, content: `${JSON.stringify(header)}\n` }]);
}
