// Where the bytes come from and where they go.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** As many bytes, in the same chunk again and again. */
export function* repeated(chunk, bytes) {
  let left = bytes;
  for (; left >= chunk.length; left -= chunk.length) yield chunk;
  if (left > 0) yield chunk.subarray(0, left);
}

/** A chunk with content that does not compress to nothing, in memory of the drive or not. */
export function newChunk(bytes, drive) {
  const chunk = drive === undefined ? Buffer.allocUnsafeSlow(bytes) : drive.allocate(bytes);
  for (let at = 0; at < bytes; at += 4) chunk[at] = (at * 2654435761) >>> 24;
  return chunk;
}

/** Takes everything by `pipeline()` and keeps nothing; `passed` is told of each chunk. */
export async function drain(stream, passed = () => {}) {
  let bytes = 0;
  const write = (chunk, _encoding, callback) => {
    bytes += chunk.length;
    passed(chunk);
    callback();
  };
  await pipeline(stream, new Writable({ write, highWaterMark: 4 * 1024 * 1024 }));
  return bytes;
}

/** As `drain`, with a loop. */
export async function drainByLoop(stream) {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

export function requireBytes(got, expected) {
  if (got !== expected) throw new Error(`${got} bytes instead of ${expected}`);
}
