// Much more data than memory or disk would hold, to a virtual drive whose cartridge keeps none of it.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { libraryUrl, TapeDrive } from '../harness/library.mjs';
import { drain, newChunk, repeated, requireBytes } from './source.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));
const MIB = 2 ** 20;

/** Writes, and reads back; resident memory is looked at on the way, `samples` times. */
export async function endurance({ folder, bytes, chunk, aligned, options = {}, samples = 100, read = true }, meter) {
  const transport = await VirtualTransport.open({ device: folder, folder });
  const drive = TapeDrive.onTransport(transport);
  await drive.rewind();
  const memory = newChunk(chunk, aligned ? drive : undefined);
  return meter.window(async () => {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const stream = drive.createWriteStream({ position: 'overwrite', checksum: false, ...options });
    const written = sampled(bytes, samples);
    await pipeline(
      Readable.from(written.through(repeated(memory, bytes)), { objectMode: true, highWaterMark: 1 }),
      stream,
    );
    requireBytes(stream.receipt.bytes, bytes);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const streaming = transport.drive.streaming ?? null;
    const readBack = sampled(bytes, samples);
    if (read) {
      const { bufferBytes } = options;
      const source = drive.createReadStream({ fileNumber: 0, checksum: false, reuseChunks: true, bufferBytes });
      requireBytes(await drain(source, readBack.passed), bytes);
    }
    await drive.close();
    return {
      write: { seconds, cpuSeconds: (user + system) / 1e6, resident: written.resident },
      read: { resident: readBack.resident },
      streaming,
    };
  });
}

/** Looks at the resident memory, MiB, each time another part of the bytes has passed. */
function sampled(bytes, samples) {
  const resident = [];
  let sum = 0;
  const passed = (chunk) => {
    sum += chunk.length;
    if (sum >= ((resident.length + 1) * bytes) / samples) resident.push([sum / 1e9, process.memoryUsage.rss() / MIB]);
  };
  function* through(chunks) {
    for (const chunk of chunks) {
      passed(chunk);
      yield chunk;
    }
  }
  return { resident, passed, through };
}
