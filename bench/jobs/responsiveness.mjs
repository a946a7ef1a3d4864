// What the rest of a process notices of a drive at work: the event loop, and files read through libuv's pool.
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openTarget, rewindTarget } from '../devices/targets.mjs';
import { libraryUrl, TapeDrive } from '../harness/library.mjs';
import { newChunk } from './source.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));
const SMALL_FILE = fileURLToPath(new URL('../../package.json', import.meta.url));
/** Milliseconds between two reads of the small file. */
const BETWEEN = 5;

/** Times, in ms, of reading a small file again and again while `work` goes on. */
async function readingsDuring(work) {
  let done = false;
  const working = work.finally(() => {
    done = true;
  });
  const times = [];
  while (!done) {
    const begun = performance.now();
    await readFile(SMALL_FILE);
    times.push(performance.now() - begun);
    await pause(BETWEEN);
  }
  await working;
  return times;
}

/** Nothing else goes on. */
export function idle({ seconds }, meter) {
  return meter.window(() => readingsDuring(pause(seconds * 1000)));
}

/** A stream of chunks, as fast as the device takes them, or at `rate` bytes a second. */
export async function streaming({ target, seconds, chunk, aligned, rate, options }, meter) {
  await rewindTarget(target);
  const drive = await openTarget(target, 'write');
  const memory = newChunk(chunk, aligned ? drive : undefined);
  async function* source() {
    const begun = performance.now();
    for (let sent = 0; performance.now() - begun < seconds * 1000; sent += chunk) {
      const ahead = rate === undefined ? 0 : sent / rate - (performance.now() - begun) / 1000;
      if (ahead > 0.002) await pause(ahead * 1000);
      yield memory;
    }
  }
  const stream = drive.createWriteStream({ position: 'overwrite', checksum: false, ...options });
  const times = await meter.window(() =>
    readingsDuring(pipeline(Readable.from(source(), { objectMode: true, highWaterMark: 1 }), stream)),
  );
  const { bytes } = stream.receipt;
  await drive.close();
  return { times, bytes };
}

/** Rewinds that take `seconds` on several virtual drives, at once. */
export async function slowRewinds({ folders, seconds }, meter) {
  const transports = [];
  for (const folder of folders) transports.push(await VirtualTransport.open({ device: folder, folder }));
  for (const { drive } of transports) drive.faults = [{ command: 'REWIND', outcome: { delayMs: seconds * 1000 } }];
  const drives = transports.map((transport) => TapeDrive.onTransport(transport));
  const times = await meter.window(() => readingsDuring(Promise.all(drives.map((drive) => drive.rewind()))));
  for (const drive of drives) await drive.close();
  return times;
}

/** Rewinds again and again on nodes whose every command takes long, as scsi_debug can be told. */
export async function rewindsOnNodes({ devices, seconds }, meter) {
  const drives = await Promise.all(devices.map((device) => TapeDrive.open(device)));
  const until = performance.now() + seconds * 1000;
  const work = Promise.all(
    drives.map(async (drive) => {
      while (performance.now() < until) await drive.rewind();
    }),
  );
  const times = await meter.window(() => readingsDuring(work));
  for (const drive of drives) await drive.close();
  return times;
}
