// Recording an archive: finding its members as it passes, and writing it with a catalogue.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createVirtualDrive, LtoProvider, libraryUrl } from '../harness/library.mjs';

const { MemberTap } = await import(libraryUrl('archive/tap/member-tap.js'));
const { memberRecord } = await import(libraryUrl('provider/record/recording.js'));

const { openCatalogue } = await import(libraryUrl('catalogue/index.js'));

const CHUNK = 2 ** 20;
const CARTRIDGE = 'AA0001L9';
/** After a stop the model's tape stands again. */
const STOP_MS = 3500;

/** What a catalogue is told of the members of the file `archive`, which has no end, so many times. */
export async function record({ archive, times }, meter) {
  const members = await readFile(archive);
  let found = 0;
  const tap = new MemberTap((member) => {
    found += memberRecord(member).path.length;
  });
  await meter.window(async () => {
    for (let time = 0; time < times; time += 1) {
      for (let at = 0; at < members.length; at += CHUNK) tap.write(members.subarray(at, at + CHUNK));
    }
  });
  if (found === 0 || !tap.isOpen) throw new Error('members were not found');
}

/** Appends one archive; `catalogue` is a file, or absent. */
export async function write({ drive, archive, catalogue: file }, meter) {
  const catalogue = file && (await openCatalogue(file));
  const provider = new LtoProvider({ devicePath: `virtual:${drive}` }, { ...(catalogue && { catalogue }) });
  try {
    await provider.prepareForWrite(CARTRIDGE);
    await delay(STOP_MS);
    await meter.window(async () => {
      await provider.writeArchive(CARTRIDGE, createReadStream(archive, { highWaterMark: CHUNK }));
      await catalogue?.close();
    });
  } finally {
    await provider.close();
  }
}

/** A labelled cartridge in a new drive of an LTO-9's speed. */
export async function label({ drive }) {
  await createVirtualDrive(drive, { generation: 9, speed: 'lto9', cartridge: { barcode: CARTRIDGE } });
  const provider = new LtoProvider({ devicePath: `virtual:${drive}` });
  try {
    await provider.initializeMedia(CARTRIDGE);
  } finally {
    await provider.close();
  }
}
