// One archive that passes while a catalogue takes its members.
import { readFile } from 'node:fs/promises';
import { LtoProvider, libraryUrl } from '../harness/library.mjs';

const CHUNK = 2 ** 20;

/** Takes everything, and keeps nothing: what is left is the tap on the stream. */
const NOWHERE = { apply: async () => {} };

async function recorderAt(location) {
  if (location === undefined || location === 'nowhere') return location && NOWHERE;
  const { openCatalogue } = await import(libraryUrl('catalogue/index.js'));
  return openCatalogue(location);
}

function* pieces(members, times) {
  for (let time = 0; time < times; time += 1) {
    for (let at = 0; at < members.length; at += CHUNK) yield members.subarray(at, at + CHUNK);
  }
  yield Buffer.alloc(1024);
}

/** Writes the members of the file `archive`, which has no end, so many times. */
export async function record({ drive, barcode, archive, times, location }, meter) {
  const members = await readFile(archive);
  const recorder = await recorderAt(location);
  const lto = new LtoProvider({ devicePath: `virtual:${drive}` }, { catalogue: recorder });
  try {
    await lto.initializeMedia(barcode, { overwrite: barcode });
    await lto.prepareForWrite(barcode);
    await meter.window(() => lto.writeArchive(barcode, pieces(members, times)));
  } finally {
    await lto.close();
    await recorder?.close?.();
  }
}
