// The write stream, a bursty source and a virtual drive with a speed model, in real time.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { libraryUrl, TapeDrive } from '../harness/library.mjs';
import { BurstySource } from '../streaming/source.mjs';
import { newChunk } from './source.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));
const CHUNK = 256 * 1024;

/** Writes a job, its filemark included; what the drive counted, and how long it took. */
export async function job({ folder, bursts, bytes, options }, meter) {
  const transport = await VirtualTransport.open({ device: folder, folder });
  const drive = TapeDrive.onTransport(transport);
  await drive.rewind();
  const before = transport.drive.streaming;
  const chunk = newChunk(CHUNK);
  async function* source() {
    const schedule = new BurstySource(bursts);
    const origin = performance.now();
    for (let sent = 0, at = 0; sent < bytes; sent += CHUNK) {
      // A consumer that kept the source waiting has moved all that follows.
      at = schedule.next(Math.max(at, (performance.now() - origin) / 1000 - 0.01), CHUNK);
      const early = at * 1000 - (performance.now() - origin);
      if (early > 2) await pause(early);
      yield chunk;
    }
  }
  return meter.window(async () => {
    const begun = performance.now();
    const stream = drive.createWriteStream({ position: 'overwrite', checksum: false, ...options });
    await pipeline(Readable.from(source(), { objectMode: true, highWaterMark: 1 }), stream);
    const seconds = (performance.now() - begun) / 1000;
    const { backHitches } = transport.drive.streaming;
    await drive.close();
    return { backHitches: backHitches - before.backHitches, seconds };
  });
}
