import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { cutOff, damaged, unsupported } from './fault.js';

const CHUNK = 256 * 1024;
/** Bytes needed to distinguish them. */
const LONGEST_MAGIC = 10;

interface Compression {
  readonly name: string;
  /** First bytes. */
  readonly magic: string;
  /** Bytes after the magic and one arbitrary byte. */
  readonly tail?: string | undefined;
  /** Absent if Node.js cannot decompress it. */
  readonly open?: (() => NodeJS.ReadWriteStream) | undefined;
}

interface NewerZlib {
  createZstdDecompress?(options: { readonly chunkSize: number }): NodeJS.ReadWriteStream;
}

/** From Node.js 22.15 on. */
const { createZstdDecompress } = zlib as NewerZlib;

/** A tar archive begins with a name, so a magic that could be a name is not sufficient. */
const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: '\x1f\x8b\x08', open: () => zlib.createGunzip({ chunkSize: CHUNK }) },
  {
    name: 'zstd',
    magic: '\x28\xb5\x2f\xfd',
    open: createZstdDecompress && (() => createZstdDecompress({ chunkSize: CHUNK })),
  },
  { name: 'xz', magic: '\xfd7zXZ\0' },
  { name: 'bzip2', magic: 'BZh', tail: '1AY&SY' },
  { name: 'lz4', magic: '\x04\x22\x4d\x18' },
  { name: 'lzip', magic: 'LZIP\x01' },
  { name: 'compress', magic: '\x1f\x9d' },
];

/**
 * The bytes of an archive, decompressed if they begin like gzip or zstd. Throws ArchiveFault for other compressions.
 */
export async function* decompressed(source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const head = await firstBytes(source);
  const begin = head.toString('latin1', 0, LONGEST_MAGIC);
  const compression = COMPRESSIONS.find(({ magic, tail = '' }) => {
    return begin.startsWith(magic) && begin.startsWith(tail, magic.length + (tail === '' ? 0 : 1));
  });
  const whole = chunks(head, source);
  if (compression === undefined) yield* whole;
  else yield* decompress(whole, compression);
}

async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < LONGEST_MAGIC; ) {
    const { done, value } = await source.next();
    if (done) break;
    // Copied, because the source may reuse its memory for the next chunk.
    pieces.push(Uint8Array.from(value));
    length += value.length;
  }
  return Buffer.concat(pieces);
}

async function* chunks(head: Buffer, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (head.length > 0) yield head;
  for (;;) {
    const { done, value } = await source.next();
    if (done) return;
    yield value;
  }
}

async function* decompress(
  source: AsyncIterable<Uint8Array>,
  { name, open }: Compression,
): AsyncGenerator<Uint8Array, void> {
  if (open === undefined) throw unsupported(`the archive is compressed with ${name}`);
  const from = Readable.from(source, { objectMode: false });
  const stream = open();
  let sourceError: unknown;
  from.once('error', (error) => {
    sourceError = error;
    stream.end();
  });
  from.pipe(stream);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (sourceError === undefined) {
      throw code === 'Z_BUF_ERROR' ? cutOff(`the ${name} data ends early`) : damaged(`the ${name} data is damaged`);
    }
  } finally {
    from.destroy();
  }
  if (sourceError !== undefined) throw sourceError;
}
