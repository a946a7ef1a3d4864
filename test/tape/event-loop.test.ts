import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { countTurns, work } from '../support/event-loop.js';
import { newTapeDrive } from './drives.js';

const CHUNKS = 30;
const CHUNK = 64 * 1024;
/** None of the chunks has to wait for memory. */
const BUFFER = 32 * CHUNK;
/** What the queues of the streams hold themselves (4 and 1), while the drive is asked where the file begins, and a few. */
const MOST_IN_A_TURN = 8;
/** Nothing is read from or written to a disk. */
const FAST = { cartridge: { discardsData: true } };

function* source(chunk: Uint8Array, note: () => void): Generator<Uint8Array> {
  for (let i = 0; i < CHUNKS; i += 1) {
    note();
    work();
    yield chunk;
  }
}

describe('a stream between a busy source or consumer and a drive that is never waited for', () => {
  it.each(['copied', 'passed as they are'])('lets the event loop go round while chunks are %s', async (kind) => {
    const drive = await newTapeDrive(FAST);
    const chunk = kind === 'copied' ? new Uint8Array(CHUNK) : drive.allocate(CHUNK);
    const stream = drive.createWriteStream({ recordSize: CHUNK, bufferBytes: BUFFER });
    const { note, stop } = countTurns();
    await pipeline(Readable.from(source(chunk, note), { highWaterMark: 1 }), stream);
    const turns = stop();
    expect(turns.reduce((sum, chunks) => sum + chunks)).toBe(CHUNKS);
    expect(Math.max(...turns)).toBeLessThanOrEqual(MOST_IN_A_TURN);
    expect(stream.receipt?.records).toBe(CHUNKS);
  });

  it('lets the event loop go round while chunks are read', async () => {
    const drive = await newTapeDrive(FAST);
    await pipeline(
      Readable.from(source(new Uint8Array(CHUNK), () => undefined)),
      drive.createWriteStream({ recordSize: CHUNK, bufferBytes: BUFFER }),
    );
    await drive.rewind();
    const stream = drive.createReadStream({ maxRecordSize: CHUNK, bufferBytes: 16 * CHUNK });
    const { note, stop } = countTurns();
    let bytes = 0;
    for await (const chunk of stream) {
      note();
      work();
      bytes += chunk.length;
    }
    const turns = stop();
    expect(bytes).toBe(CHUNKS * CHUNK);
    expect(Math.max(...turns)).toBeLessThanOrEqual(MOST_IN_A_TURN);
  });
});
