// Recording an archive: finding its members as it passes, and writing it with a catalogue.
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openTarget } from '../devices/targets.mjs';
import { libraryUrl } from '../harness/library.mjs';

const { MemberTap } = await import(libraryUrl('archive/tap/member-tap.js'));
const { memberRecord } = await import(libraryUrl('provider/record/recording.js'));
const { ArchiveRecords } = await import(libraryUrl('provider/record/record-archives.js'));
const { takeSource } = await import(libraryUrl('streams/taken-source.js'));
const { openCatalogue } = await import(libraryUrl('catalogue/index.js'));

const CHUNK = 2 ** 20;
const RECORD = CHUNK / 4;

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

/** Writes one archive as a provider does; `catalogue` is a file, or absent. */
export async function write({ target, archive, catalogue: file }, meter) {
  const catalogue = file && (await openCatalogue(file));
  const records = new ArchiveRecords(catalogue);
  await meter.window(async () => {
    const drive = await openTarget(target, 'write');
    const source = takeSource(createReadStream(archive, { highWaterMark: CHUNK }), {});
    const recording = records.archive(source, {}, {});
    await recording?.begin({ cartridge: 'AA0001L9', fileNumber: 1 });
    const receipt = await drive.writeFile(source, { position: 'overwrite', recordSize: RECORD });
    await recording?.end('durable', [{ cartridge: 'AA0001L9', fileNumber: 1, ...receipt }], receipt.checksum);
    await drive.close();
    await catalogue?.close();
  });
}

/** Takes what comes through a FIFO at the speed of a drive whose buffer never runs full: bytes a second on average. */
export async function take({ path, speed }, meter) {
  await meter.window(async () => {
    const fifo = openSync(path, 'r');
    const buffer = Buffer.allocUnsafe(4 * CHUNK);
    let taken = 0;
    let began;
    for (;;) {
      const bytes = readSync(fifo, buffer);
      if (bytes === 0) break;
      began ??= performance.now();
      taken += bytes;
      const early = (taken / speed) * 1000 - (performance.now() - began);
      if (early > 1) await delay(early);
    }
    closeSync(fifo);
  });
}
