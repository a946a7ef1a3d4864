import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, Stream, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { DriveBusyError, InvalidArgumentError, LtoError, WriteError } from '../../src/errors/index.js';
import type { DataSource } from '../../src/index.js';
import { createChecksum } from '../../src/tape/stream/file/checksum.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { closed, collect, testData } from '../conformance/conformance.js';
import { countTurns } from '../support/event-loop.js';
import { newDriveFolder, temporaryFolder } from '../virtual/support.js';
import { newTapeDrive } from './drives.js';

const TEXT = 'Bänder – 磁带 '.repeat(20_000);
const BYTES = Buffer.from(TEXT);

function pieces(): string[] {
  return TEXT.match(/[\s\S]{1,997}/g) ?? [];
}

async function* later<T>(chunks: Iterable<T>): AsyncGenerator<T> {
  for (const chunk of chunks) {
    await new Promise(setImmediate);
    yield chunk;
  }
}

function shared(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(BYTES.length);
  new Uint8Array(memory).set(BYTES);
  return memory;
}

const memory = new Uint8Array(BYTES).buffer;

/** The same bytes, in every way that they may be given. */
const SOURCES: Readonly<Record<string, () => DataSource>> = {
  'a string': () => TEXT,
  'a Buffer': () => BYTES,
  'an ArrayBuffer': () => memory,
  'a SharedArrayBuffer': shared,
  'a Uint16Array': () => new Uint16Array(memory),
  'a DataView': () => new DataView(memory),
  'a Blob': () => new Blob([TEXT]),
  'the body of a response': () => new Response(TEXT).body ?? '',
  'a web stream of text': () => new Response(TEXT).body?.pipeThrough(new TextDecoderStream()) ?? '',
  'strings of an array': pieces,
  'strings of a generator': () => later(pieces()),
  'views of a generator': () => later([new Uint16Array(memory, 0, 500), new DataView(memory, 1000)]),
  'blobs of a generator': () => later([new Blob([BYTES.subarray(0, 999)]), new Blob([BYTES.subarray(999)])]),
  'a Readable': () => Readable.from(later([BYTES]), { objectMode: false }),
  'a Readable of objects that are text': () => Readable.from(pieces()),
  'a Readable with setEncoding(utf8)': () => Readable.from([BYTES], { objectMode: false }).setEncoding('utf8'),
  'a Readable with setEncoding(hex)': () => Readable.from([BYTES], { objectMode: false }).setEncoding('hex'),
  'a Readable with setEncoding(base64)': () => Readable.from([BYTES], { objectMode: false }).setEncoding('base64'),
  'a Readable with setEncoding(latin1)': () => Readable.from([BYTES], { objectMode: false }).setEncoding('latin1'),
};

const checksum = createChecksum('crc32');
checksum.update(BYTES);
const RECEIPT = { bytes: BYTES.length, checksum: checksum.digest() };

describe('data comes onto tape as bytes', () => {
  it.each(Object.entries(SOURCES))('from %s', async (_name, source) => {
    const drive = await newTapeDrive();
    expect(await drive.writeFile(source())).toMatchObject(RECEIPT);
    await drive.rewind();
    expect((await collect(drive.createReadStream())).equals(BYTES)).toBe(true);
  });

  it('written chunk by chunk, by the encoding that is set or given', async () => {
    const drive = await newTapeDrive();
    const stream = drive.createWriteStream();
    stream.setDefaultEncoding('hex');
    stream.write('00ff');
    stream.write('ÿ', 'latin1');
    stream.write(new Uint16Array([0x0201]));
    stream.end('0304');
    await closed(stream);
    expect(stream.receipt?.bytes).toBe(7);
    await drive.rewind();
    expect((await collect(drive.createReadStream())).toString('hex')).toBe('00ffff01020304');
  });
});

/** Options of a file whose first bytes are awaited on tape. */
function onTape() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, options: { startThreshold: 0, onProgress: (bytes: number) => bytes > 0 && resolve() } };
}

/** What can be no source, or is none any more. */
const NO_SOURCES: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  'a number': () => 5,
  'a bigint': () => 5n,
  true: () => true,
  'a symbol': () => Symbol('x'),
  'an object': () => ({}),
  'a function': () => () => BYTES,
  'the body of an empty response': () => new Response(null).body,
  'a response': () => new Response(TEXT),
  'a list with a number': () => [BYTES, 5],
  'a list with null': () => [null],
  'a stream that only takes': () => new Writable(),
  'a stream that only emits': () => new Stream(),
  'a locked web stream': () => {
    const { body } = new Response(TEXT);
    body?.getReader();
    return body;
  },
  'a destroyed stream': () => new PassThrough().destroy(),
};

const settled = <T>(promise: Promise<T>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('what is no data', () => {
  it.each(Object.entries(NO_SOURCES))('is refused before the tape moves: %s', async (_name, source) => {
    const drive = await newTapeDrive();
    const error = await settled(drive.writeFile(source() as DataSource));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ device: drive.device, operation: 'write' });
    expect((await drive.writeFile(BYTES)).fileNumber).toBe(0);
  });

  it.each([
    ['a Readable of numbers', () => Readable.from([1, 2])],
    ['a generator of objects', () => later([{}])],
    ['a generator of null', () => later([null])],
    ['text that is not hexadecimal', () => Readable.from(['xy']).setEncoding('hex')],
  ])('is refused with nothing written: %s', async (_name, source) => {
    const drive = await newTapeDrive();
    expect(await settled(drive.writeFile(source() as DataSource))).toBeInstanceOf(LtoError);
    expect((await drive.writeFile(BYTES)).fileNumber).toBe(0);
  });

  it('closes a file that had begun, and is the cause of the error', async () => {
    const drive = await newTapeDrive();
    const taken = onTape();
    async function* wrong() {
      yield testData(2 ** 23);
      await taken.promise;
      yield 7 as never;
    }
    const error = await settled(drive.writeFile(wrong(), taken.options));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ fileNumber: 0, safe: { filemark: true } });
    expect((error as WriteError).cause).toBeInstanceOf(InvalidArgumentError);
  });

  it.each([null, 5, {}, Symbol('x')])('is an error of the stream it is written to, never thrown: %s', async (chunk) => {
    const drive = await newTapeDrive();
    const stream = drive.createWriteStream();
    const failed = new Promise((resolve) => stream.once('error', resolve));
    expect(stream.write(chunk)).toBe(false);
    expect(await failed).toBeInstanceOf(InvalidArgumentError);
    await closed(stream);
  });
});

describe('a source that was handed over', () => {
  it('is destroyed when the call is refused: no descriptor is left', async () => {
    const drive = await newTapeDrive();
    const path = join(await temporaryFolder(), 'source');
    await writeFile(path, BYTES);
    const stream = drive.createWriteStream();
    const before = (await readdir('/proc/self/fd')).length;
    const sources = Array.from({ length: 200 }, () => createReadStream(path));
    const refusals = await Promise.all(sources.map((source) => settled(drive.writeFile(source))));
    expect(refusals.every((error) => error instanceof DriveBusyError)).toBe(true);
    await vi.waitFor(() => expect(sources.every((source) => source.closed)).toBe(true));
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
    stream.end();
    await closed(stream);
  });

  it('fails with WriteError that tells the closed file, and what the source said', async () => {
    const drive = await newTapeDrive();
    await drive.writeFile(BYTES);
    const cause = new Error('the disk broke');
    const taken = onTape();
    async function* broken() {
      yield testData(2 ** 23);
      await taken.promise;
      throw cause;
    }
    const error = await settled(drive.writeFile(broken(), taken.options));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ fileNumber: 1, safe: { filemark: true }, cause });
    expect((await drive.writeFile(BYTES)).fileNumber).toBe(2);
  });

  it('fails with WriteError when it broke before anything was written', async () => {
    const drive = await newTapeDrive();
    const cause = new Error('no such file');
    const error = await settled(drive.writeFile(new PassThrough().destroy(cause)));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ fileNumber: undefined, safe: { bytes: 0, filemark: false }, cause });
    expect((await drive.writeFile(BYTES)).fileNumber).toBe(0);
  });

  it('is ended early when the file is given up while it gives nothing', async () => {
    const drive = await newTapeDrive();
    const never = new ReadableStream<Uint8Array>();
    const controller = new AbortController();
    const written = settled(drive.writeFile(never, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    expect(await written).toMatchObject({ name: 'AbortError' });
    async function* stuck() {
      await new Promise(() => undefined);
      yield BYTES;
    }
    expect(await settled(drive.writeFile(stuck(), { signal: AbortSignal.timeout(50) }))).toMatchObject({
      name: 'TimeoutError',
    });
    expect((await drive.writeFile(BYTES)).fileNumber).toBe(0);
  });
});

describe('a stream that waits for its turn at the drive', () => {
  it('is destroyed at once when aborted, and lets nobody overtake those before it', async () => {
    const folder = await newDriveFolder();
    const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
    const drive = TapeDrive.onTransport(transport);
    onTestFinished(() => drive.close());
    transport.drive.faults = [{ command: 'REWIND', outcome: { delayMs: 1000 }, times: 1 }];
    let rewound = false;
    const rewind = drive.rewind().then(() => {
      rewound = true;
    });
    const controller = new AbortController();
    const written = settled(drive.writeFile(later([BYTES]), { signal: controller.signal }));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await written).toBe(reason);
    const read = settled(drive.verifyFile({ fileNumber: 0, signal: AbortSignal.abort(reason) }));
    expect(await read).toBe(reason);
    expect(rewound).toBe(false);
    const next = drive.writeFile(BYTES).finally(() => expect(rewound).toBe(true));
    expect((await next).fileNumber).toBe(0);
    await rewind;
  });
});

describe('a million and a half chunks of one byte', () => {
  const COUNT = 1_500_000;
  /** Chunks of one byte that a queue holds, and those that are packed in the longest stretch. */
  const MOST_IN_A_TURN = 60_000;

  it.each(['by pipeline', 'by writeFile'])('let the event loop go round, %s', async (way) => {
    const drive = await newTapeDrive({ cartridge: { discardsData: true } });
    const { note, stop } = countTurns();
    const chunk = new Uint8Array(1);
    function* source() {
      for (let i = 0; i < COUNT; i += 1) {
        note();
        yield chunk;
      }
    }
    const stream = way === 'by pipeline' ? drive.createWriteStream() : undefined;
    const receipt = stream
      ? await pipeline(source(), stream).then(() => stream.receipt)
      : await drive.writeFile(source());
    expect(receipt?.bytes).toBe(COUNT);
    expect(stop().reduce((most, count) => Math.max(most, count))).toBeLessThan(MOST_IN_A_TURN);
  });
});
