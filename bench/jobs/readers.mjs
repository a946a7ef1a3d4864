// Consumers that nobody told the stream anything about: chunks come back to it by garbage collection alone.
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openTarget, rewindTarget } from '../devices/targets.mjs';
import { drainByLoop, requireBytes } from './source.mjs';

const RECORD = 256 * 1024;
/** Chunks that a consumer holds which sends them on. */
const HELD = 4;

/** Takes a chunk a turn of the event loop, and has done with it then, as a hash on a thread does. */
function hashLike(stream) {
  return throughWritable(stream, () => {});
}

/** Holds the last few, as an upload in parts does. */
function holding(stream) {
  const held = [];
  return throughWritable(stream, (chunk) => {
    held.push(chunk);
    if (held.length > HELD) held.shift();
  });
}

async function throughWritable(stream, take) {
  let bytes = 0;
  const write = (chunk, _encoding, callback) => {
    bytes += chunk.length;
    take(chunk);
    setImmediate(callback);
  };
  await pipeline(stream, new Writable({ write }));
  return bytes;
}

const CONSUMERS = { loop: drainByLoop, hashLike, holding };

/** Reads the first file. @param {{ target: object, bytes: number, consumer: keyof typeof CONSUMERS }} args */
export async function read({ target, bytes, consumer }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    const drive = await openTarget(target, 'read');
    const got = await CONSUMERS[consumer](drive.createReadStream({ checksum: false }));
    await drive.close();
    requireBytes(got, bytes);
  });
}

/** The same consumers behind `fs.createReadStream`. */
export async function fsRead({ target, bytes, consumer }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    requireBytes(await CONSUMERS[consumer](createReadStream(target.path, { highWaterMark: RECORD })), bytes);
  });
}
