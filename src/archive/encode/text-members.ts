import type { FileTime } from './file-time.js';
import { MemberEncoder } from './member.js';
import { BLOCK, TYPE } from './ustar.js';

/** Two blocks of zeros end an archive. */
export const END_BYTES = 2 * BLOCK;
const READABLE = 0o644;

/** A file of an archive that is made in memory. */
export interface TextMember {
  readonly path: string;
  readonly content: string;
}

/** A whole archive of small text files of the user 0, modified now. */
export function encodeTextMembers(members: readonly TextMember[]): Buffer {
  const encoder = new MemberEncoder();
  const modified: FileTime = { seconds: Math.floor(Date.now() / 1000), nanoseconds: 0 };
  const pieces: Uint8Array[] = [];
  for (const { path, content } of members) {
    const bytes = Buffer.from(content);
    const name = Buffer.from(path).toString('latin1');
    const header = encoder.encode({ ...TEXT, path: name, size: bytes.length, modified });
    // The encoder makes the next header in the same memory.
    pieces.push(Buffer.from(header), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1)));
  }
  return Buffer.concat([...pieces, Buffer.alloc(END_BYTES)]);
}

const TEXT = { type: TYPE.file, mode: READABLE, uid: 0, gid: 0, target: '', major: 0, minor: 0, records: [] } as const;
