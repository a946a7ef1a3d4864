// Works on a cartridge and a catalogue until it is killed: catalogue-child.mjs LIB KIND DEVICE CATALOGUE SEED [POINT].
// Before each piece of work it prints {"begin": …}, and {"done": …} when that was acknowledged. With a point it kills
// itself: `before 3` as its third changes come to the catalogue, `after 3` when they are in it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, kind, device, location, seed, point] = process.argv.slice(2);
const load = (source) => import(pathToFileURL(join(lib, source)).href);
const { LtoProvider } = await load('index.js');
const { openCatalogue, rebuild, reconcile } = await load('catalogue/index.js');
const { encodeTextMembers } = await load('archive/encode/text-members.js');
const { createChecksum } = await load('tape/stream/file/checksum.js');

const ID = 'KILL01L8';
const [when, which] = point?.split(' ') ?? [];
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const catalogue = await openCatalogue(location);
let applied = 0;
const dieAt = (moment) => {
  if (when === moment && applied === Number(which)) process.kill(process.pid, 'SIGKILL');
};
const apply = catalogue.apply.bind(catalogue);
catalogue.apply = async (changes) => {
  applied += 1;
  dieAt('before');
  await apply(changes);
  dieAt('after');
};
const settings = { devicePath: device, recordSize: 16384 };

function checksumOf(bytes) {
  const checksum = createChecksum('crc32');
  checksum.update(bytes);
  return checksum.digest();
}

/** An archive by its number: every third is no tar archive. */
function archiveOf(number) {
  const size = (number * 7919) % 150_000;
  if (number % 3 === 2) return Buffer.alloc(size, number);
  return encodeTextMembers(
    Array.from({ length: 1 + (number % 5) }, (_, at) => ({ path: `${number}/${at}.txt`, content: 'x'.repeat(size) })),
  );
}

const WORK = {
  async *write() {
    const provider = new LtoProvider({ ...settings, indexArchive: true }, { catalogue });
    await provider.prepareForWrite(ID, { closeUnterminated: true });
    for (let number = Number(seed); ; number += 1) {
      const bytes = archiveOf(number);
      const tags = { number: String(number) };
      const begin = { number, checksum: checksumOf(bytes) };
      yield { begin, work: () => provider.writeArchive(ID, [bytes.subarray(0, 999), bytes.subarray(999)], { tags }) };
    }
  },
  async *session() {
    const provider = new LtoProvider({ ...settings, indexArchive: true }, { catalogue });
    for (let number = Number(seed); ; number += 3) {
      await provider.prepareForWrite(ID, { closeUnterminated: true });
      const session = await provider.writeSession(ID);
      const receipts = [];
      for (const own of [number, number + 1, number + 2]) {
        const bytes = archiveOf(own);
        say({ begin: { number: own, checksum: checksumOf(bytes) } });
        receipts.push(await session.writeArchive(bytes, { tags: { number: String(own) } }));
      }
      await session.commit();
      for (const { durable } of receipts) yield { work: () => durable };
      await session.close();
    }
  },
  async *reconcile() {
    const provider = new LtoProvider(settings);
    for (;;)
      yield { begin: 'reconcile', work: () => reconcile(catalogue, provider, ID, { verify: true }), done: 'reconcile' };
  },
  async *rebuild() {
    const provider = new LtoProvider(settings);
    for (let round = Number(seed); ; round += 1) {
      yield {
        begin: 'rebuild',
        work: () => rebuild(catalogue, provider, [ID], { index: round % 2 === 0 }),
        done: 'rebuild',
      };
    }
  },
  async *scan() {
    const provider = new LtoProvider(settings);
    for (;;) yield { begin: 'scan', work: () => provider.scan(ID, { whole: true, index: false }), done: 'scan' };
  },
  /** The second process on the catalogue. */
  async *beside() {
    for (let number = Number(seed); ; number += 1) {
      const archive = `beside-${number}`;
      const parts = [{ cartridge: 'BESIDE01', fileNumber: number, records: 1, bytes: 5, recordSize: 512 }];
      const record = {
        type: 'archive',
        archive,
        state: 'durable',
        parts,
        bytes: 5,
        membersComplete: true,
        createdAt: 1,
      };
      const members = Array.from({ length: 20 }, (_, at) => {
        return { path: `beside/${number}/${at}`, type: 'file', size: 1, modified: 1, offset: at, length: 1 };
      });
      const changes = [record, { type: 'members', archive, first: 0, members }];
      yield { begin: archive, work: () => catalogue.apply(changes), done: archive };
      await catalogue.find({ pattern: 'beside' });
    }
  },
};

for await (const { begin, work, done } of WORK[kind]()) {
  if (begin !== undefined) say({ begin });
  const result = await work();
  say({ done: done ?? result });
}
