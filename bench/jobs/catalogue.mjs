// A catalogue of many members: recording them, and finding some again.
import { libraryUrl } from '../harness/library.mjs';

const { openCatalogue } = await import(libraryUrl('catalogue/index.js'));

/** Of one change, and of one archive. */
const BATCH = 10_000;
const MEMBERS = 200_000;
const MONTHS = 12;
const DAYS = 28;
const IN_FOLDER = 200;

/** A file of a camera, as there are many: the number is spread over all digits. */
function pathOf(number) {
  const spread = String(((number * 2654435761) % 2 ** 32) % 10_000_000).padStart(7, '0');
  const day = `2024-${String((number % MONTHS) + 1).padStart(2, '0')}-${String((number % DAYS) + 1).padStart(2, '0')}`;
  return `archive/${Math.floor(number / IN_FOLDER)}/IMG_${day}_${spread}.jpg`;
}

/** @returns seconds and CPU seconds of recording, and milliseconds of each query, the median of `repeats` */
export async function fill({ location, members, repeats }) {
  const catalogue = await openCatalogue(location);
  const before = process.cpuUsage();
  const began = performance.now();
  for (let done = 0; done < members; done += BATCH) {
    const archive = `archive-${Math.floor(done / MEMBERS)}`;
    const first = done % MEMBERS;
    const parts = [
      {
        cartridge: 'A00001L8',
        fileNumber: 1 + Math.floor(done / MEMBERS),
        firstLogicalObject: 3,
        records: 1,
        bytes: 1,
        recordSize: 262144,
      },
    ];
    const record = {
      type: 'archive',
      archive,
      state: 'durable',
      parts,
      bytes: 1,
      membersComplete: true,
      createdAt: done,
    };
    const some = Array.from({ length: Math.min(BATCH, members - done) }, (_, index) => ({
      path: pathOf(done + index),
      type: 'file',
      size: 4_000_000 + index,
      modified: 1_700_000_000 + index,
      offset: (first + index) * 4_000_256,
      length: 4_000_256,
    }));
    await catalogue.apply([...(first === 0 ? [record] : []), { type: 'members', archive, first, members: some }]);
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const one = pathOf(Math.floor(members / 2));
  const queries = {
    prefix: `${one.slice(0, one.lastIndexOf('/') + 1)}*`,
    suffix: `*${one.slice(-11)}`,
    part: one.slice(-12, -5),
    common: '*.jpg',
  };
  const found = {};
  for (const [name, pattern] of Object.entries(queries)) found[name] = await timedQuery(catalogue, pattern, repeats);
  await catalogue.close();
  return { seconds, cpuSeconds: (user + system) / 1e6, found };
}

async function timedQuery(catalogue, pattern, repeats) {
  const times = [];
  for (let run = 0; run < repeats; run += 1) {
    const began = performance.now();
    const { members } = await catalogue.find({ pattern, limit: 100 });
    times.push(performance.now() - began);
    if (members.length === 0) throw new Error(`${pattern}: nothing found`);
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}
