import type { Readable } from 'node:stream';
import { InvalidArgumentError } from '../../errors/index.js';

const LINE_FEED = 0x0a;

/**
 * Reads the lines of a stream on demand. The stream is not destroyed at the end. Throws InvalidArgumentError for a line
 * of more than `most` bytes.
 */
export async function* linesOf(stream: Readable, most: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let rest = chunk; rest.length > 0; ) {
      const end = rest.indexOf(LINE_FEED);
      const part = end < 0 ? rest : rest.subarray(0, end);
      bytes += part.length;
      if (bytes > most) throw new InvalidArgumentError(`the line is longer than ${most} bytes`);
      parts.push(part);
      if (end < 0) break;
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
  }
  if (bytes > 0) yield Buffer.concat(parts).toString('utf8');
}
