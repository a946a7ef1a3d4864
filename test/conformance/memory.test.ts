import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect } from 'vitest';
import { backend, collect, conforms, openDrive, testData } from './conformance.js';

const RECORD = 64 * 1024;
/** Several times what the streams of these tests hold. */
const COUNT = 200;
const BUFFER = 16 * RECORD;

function* records(): Generator<Buffer> {
  for (let i = 0; i < COUNT; i += 1) yield testData(RECORD, i);
}

const all = Buffer.concat([...records()]);

describe(`memory of streams on ${backend.name}`, () => {
  conforms('a source may fill the same few pieces over and over, when they were released', ['data'], async () => {
    const drive = await openDrive();
    const chunks = Array.from({ length: 3 }, () => drive.allocate(2 * RECORD));
    async function* source() {
      for (let i = 0; i < COUNT / 2; i += 1) {
        const chunk = chunks[i % chunks.length] ?? Buffer.alloc(0);
        await drive.released(chunk);
        all.copy(chunk, 0, i * chunk.length, (i + 1) * chunk.length);
        yield chunk;
      }
    }
    const stream = drive.createWriteStream({ position: 'overwrite', recordSize: RECORD, bufferBytes: BUFFER });
    await pipeline(source(), stream);
    expect(stream.receipt).toMatchObject({ records: COUNT, bytes: all.length });
    const { checksum } = stream.receipt ?? {};
    const read = await collect(drive.createReadStream({ fileNumber: 0, expectedChecksum: checksum }));
    expect(read.equals(all)).toBe(true);
  });

  conforms('a piece that is awaited is not kept back for the start threshold', [], async () => {
    const drive = await openDrive();
    const chunk = drive.allocate(RECORD);
    const stream = drive.createWriteStream({ position: 'overwrite', recordSize: RECORD, startThreshold: BUFFER });
    for (let i = 0; i < 3; i += 1) {
      await new Promise<void>((resolve, reject) => stream.write(chunk, (error) => (error ? reject(error) : resolve())));
      expect(stream.bytesWritten).toBe((i + 1) * RECORD);
    }
    stream.write(chunk);
    await drive.released(chunk);
    expect(stream.bytesWritten).toBe(4 * RECORD);
    await pipeline([], stream);
    expect(stream.receipt).toMatchObject({ records: 4 });
  });

  conforms('chunks that the consumer keeps stay as they were read', ['data'], async () => {
    const drive = await openDrive();
    await drive.writeFile(records(), { position: 'overwrite', recordSize: RECORD });
    const read = await collect(drive.createReadStream({ fileNumber: 0, bufferBytes: BUFFER, maxRecordSize: RECORD }));
    expect(read.equals(all)).toBe(true);
  });

  conforms(
    'chunks that are kept at random stay as they were read, beyond the stream and the drive',
    ['data'],
    async () => {
      const drive = await openDrive();
      await drive.writeFile(records(), { position: 'overwrite', recordSize: RECORD });
      const kept: { readonly chunk: Buffer; readonly begin: number }[] = [];
      const keep = (chunk: Buffer, begin: number) => {
        // A part of a chunk keeps all of its memory.
        if (Math.random() < 0.2) kept.push({ chunk: chunk.subarray(Math.floor(chunk.length / 3)), begin });
      };
      const options = { fileNumber: 0, bufferBytes: BUFFER, maxRecordSize: RECORD };
      for (let round = 0; round < 3; round += 1) {
        const stream = drive.createReadStream(options);
        let bytes = 0;
        for await (const chunk of stream) {
          keep(chunk, bytes + Math.floor(chunk.length / 3));
          bytes += chunk.length;
          // The last one is destroyed while chunks of it are kept.
          if (round === 2 && bytes > all.length / 2) break;
        }
      }
      await drive.close();
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.filter(({ chunk, begin }) => !chunk.equals(all.subarray(begin, begin + chunk.length)))).toEqual([]);
    },
  );

  conforms('a file takes what is read into the same memory over and over', ['data'], async () => {
    const drive = await openDrive();
    const { checksum } = await drive.writeFile(records(), { position: 'overwrite', recordSize: RECORD });
    const folder = await mkdtemp(join(tmpdir(), 'lto-memory-'));
    try {
      const path = join(folder, 'file');
      const stream = drive.createReadStream({ fileNumber: 0, bufferBytes: BUFFER, maxRecordSize: RECORD });
      await pipeline(stream, createWriteStream(path));
      expect(stream.summary).toMatchObject({ bytes: all.length, checksum });
      expect((await readFile(path)).equals(all)).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  conforms('a slow destination that gives chunks back gets every byte', ['data'], async () => {
    const drive = await openDrive();
    // Records that are no multiple of a page lie apart: several chunks to a slab.
    const data = all.subarray(0, 60 * 512 * 9);
    await drive.writeFile([data], { position: 'overwrite', recordSize: 512 * 9 });
    const taken: Buffer[] = [];
    const destination = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, callback) {
        setTimeout(() => {
          taken.push(Buffer.from(chunk));
          callback();
        }, 1);
      },
    });
    const options = { fileNumber: 0, bufferBytes: BUFFER, maxRecordSize: RECORD, reuseChunks: true };
    await pipeline(drive.createReadStream(options), destination);
    expect(Buffer.concat(taken).equals(data)).toBe(true);
  });

  conforms('a loop that lets each chunk go before the next gets every byte', ['data'], async () => {
    const drive = await openDrive();
    await drive.writeFile(records(), { position: 'overwrite', recordSize: RECORD });
    const options = { fileNumber: 0, bufferBytes: BUFFER, maxRecordSize: RECORD, reuseChunks: true };
    const taken: Buffer[] = [];
    for await (const chunk of drive.createReadStream(options)) taken.push(Buffer.from(chunk));
    expect(Buffer.concat(taken).equals(all)).toBe(true);
  });

  conforms('a destination that fails ends the reading, and the tape can be used', [], async () => {
    const drive = await openDrive();
    await drive.writeFile(records(), { position: 'overwrite', recordSize: RECORD });
    const destination = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('full disk')) });
    const stream = drive.createReadStream({ fileNumber: 0, reuseChunks: true });
    await expect(pipeline(stream, destination)).rejects.toThrow('full disk');
    await drive.rewind();
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });
});
