// A file written and read, with somebody who asks the drive for full live info all the while, or without.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LtoProvider, TapeDrive } from '../harness/library.mjs';
import { drain, newChunk, repeated, requireBytes } from './source.mjs';

const MIB = 2 ** 20;

/** Polls so often until told to end; resolves with how often it was answered. */
function startMonitor(provider, perSecond) {
  let ended = false;
  let polls = 0;
  const polling = (async () => {
    const begun = performance.now();
    while (!ended) {
      const { state } = await provider.getLiveInfo({ force: true });
      if (state !== 'ready') throw new Error(`the monitor saw the drive ${state}`);
      polls += 1;
      const left = begun + (polls * 1000) / perSecond - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    }
  })();
  return async () => {
    ended = true;
    await polling;
    return polls;
  };
}

/** Seconds that writing and reading took, how often it was looked at, and what is on the tape then. */
export async function watched({ device, bytes, perSecond }, meter) {
  const drive = await TapeDrive.open(device);
  const provider = new LtoProvider({ devicePath: device }, { open: async () => drive });
  await drive.rewind();
  const phase = async (work) => {
    const end = perSecond > 0 ? startMonitor(provider, perSecond) : async () => 0;
    const begun = performance.now();
    await work();
    const seconds = (performance.now() - begun) / 1000;
    return { seconds, polls: await end() };
  };
  return meter.window(async () => {
    const stream = drive.createWriteStream({ position: 'overwrite', checksum: false });
    const source = Readable.from(repeated(newChunk(MIB), bytes), { objectMode: true, highWaterMark: 1 });
    const write = await phase(() => pipeline(source, stream));
    requireBytes(stream.receipt.bytes, bytes);
    const read = await phase(async () => {
      requireBytes(await drain(drive.createReadStream({ fileNumber: 0, checksum: false, reuseChunks: true })), bytes);
    });
    const { fileNumber, blockNumber } = await drive.status();
    const { fileNumber: filemarks } = await drive.spaceToEndOfData();
    await provider.close();
    return { write, read, stoodAt: { fileNumber, blockNumber }, filemarks };
  });
}
