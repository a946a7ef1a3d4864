// The library at work. Each measurement goes from opening the drive to its close, as a run of `dd` does.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OrdinaryFile } from '../devices/ordinary-file.mjs';
import { openTarget, rewindTarget } from '../devices/targets.mjs';
import { Meter } from '../harness/meter.mjs';
import { drain, drainByLoop, newChunk, repeated, requireBytes } from './source.mjs';

const RECORD = 256 * 1024;
/** So many that nothing but the loop itself counts. */
const RECORDS_A_CALL = 512;

/**
 * Writes a file by `pipeline()`.
 * @param {{ target: object, bytes: number, chunk: number, aligned?: boolean, options?: object }} args
 */
export async function write({ target, bytes, chunk, aligned = false, options }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    const drive = await openTarget(target, 'write');
    const source = repeated(newChunk(chunk, aligned ? drive : undefined), bytes);
    const stream = drive.createWriteStream({ position: 'overwrite', checksum: false, ...options });
    await pipeline(Readable.from(source, { objectMode: true, highWaterMark: 1 }), stream);
    await drive.close();
    requireBytes(stream.receipt.bytes, bytes);
  });
}

/**
 * Reads the first file.
 * @param {{ target: object, bytes: number, loop?: boolean, options?: object }} args `loop`: by `for await`, whose chunks
 *   come back to the stream by garbage collection
 */
export async function read({ target, bytes, loop = false, options }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    const drive = await openTarget(target, 'read');
    const stream = drive.createReadStream({ checksum: false, reuseChunks: !loop, ...options });
    const got = await (loop ? drainByLoop(stream) : drain(stream));
    await drive.close();
    requireBytes(got, bytes);
  });
}

/** The addon's loop over write(2), a record again and again, and no stream. Only for what is no tape. */
export async function callsAlone({ target, bytes }, meter) {
  const file = await OrdinaryFile.open(target.path, 'write');
  const records = Array(RECORDS_A_CALL).fill(newChunk(RECORD, file));
  await meter.window(async () => {
    for (let left = bytes / RECORD; left > 0; left -= records.length) {
      const { stop } = await file.writeRecords(records.slice(0, left), RECORD, 1, {});
      if (stop !== 'done') throw new Error(`write(2) ended with ${stop}`);
    }
    await file.close();
  });
}

/** Writes or reads the same file again and again; resolves with the seconds of each time. */
export async function oneByOne({ direction, files, ...args }, meter) {
  const run = direction === 'write' ? write : read;
  const seconds = [];
  await meter.window(async () => {
    for (let file = 0; file < files; file += 1) {
      const each = new Meter();
      await run(args, each);
      seconds.push(each.usage.seconds);
    }
  });
  return seconds;
}

/** Writes to several drives at once, in one process. */
export async function writeAll({ targets, bytes, chunk, aligned, options }, meter) {
  for (const target of targets) await rewindTarget(target);
  const nothing = { window: (work) => work() };
  return meter.window(() =>
    Promise.all(targets.map((target) => write({ target, bytes, chunk, aligned, options }, nothing))),
  );
}
