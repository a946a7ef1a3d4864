// Calls every entry of the addon with hostile receivers and arguments: hostile-calls.mjs RUNS SEED. Prints one JSON
// line: how many calls there were, what came of them, and by how many bytes the process grew. Needs --expose-gc.
import { constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

const [runs, seed] = process.argv.slice(2).map(Number);
const addon = createRequire(import.meta.url)('node-gyp-build')(join(import.meta.dirname, '..', '..'));
const { Crc32, Device, ExtractionRoot, FilePacker, SlabPool, allocateSlab } = addon;
/** All that is made by a path goes here, and goes with the process. */
const scratch = mkdtempSync(join(tmpdir(), 'lto-hostile-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Calls after which the event loop turns, and after which garbage is collected. */
const TURN = 64;
const COLLECT = 16_384;
/** Calls after which there are instances anew: hostile calls close them. */
const RENEW = 256;

/** Mulberry32: the same seed gives the same calls. */
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (values) => values[Math.floor(random() * values.length)];

const thrower = () => {
  throw new Error('thrown by an argument');
};
const throwing = new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower, ownKeys: thrower });
const revoked = Proxy.revocable([], {});
revoked.revoke();
const detached = new Uint8Array(64);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

const slab = new Uint8Array(allocateSlab(65_536));
/** Claims an element at every index. */
const endless = new Array(2 ** 32 - 1);
Object.setPrototypeOf(endless, new Proxy(Array.prototype, { get: (_of, key) => (key === 'length' ? 0 : slab) }));

const lockedFile = openSync('/dev/null', 'r');
const closedDevice = new Device('/dev/null');
const closedPool = new SlabPool(4096, 1);
closedPool.close();
const subjects = {
  Crc32: [new Crc32(), new (class extends Crc32 {})(), Reflect.construct(Crc32, [], Device)],
  Device: [new Device('/dev/null'), new Device('/dev/zero'), closedDevice, new Device('/nowhere')],
  ExtractionRoot: [new ExtractionRoot(scratch), new ExtractionRoot(scratch, true)],
  FilePacker: [new FilePacker(true), new FilePacker(false)],
  SlabPool: [new SlabPool(65_536, 4), new SlabPool(4096, 1), closedPool, Reflect.construct(SlabPool, [4096, 2], Crc32)],
};
const classes = Object.values(addon).filter(({ prototype }) => prototype?.constructor !== undefined);
const instances = Object.values(subjects).flat();

const strangers = [
  ...[undefined, null, true, 0, -1, 'text', 10n, Symbol('s'), {}, [], () => undefined, new Proxy(Device, {}), throwing],
  ...instances.map((instance) => Object.create(instance)),
  ...instances.map((instance) => new Proxy(instance, {})),
  ...classes.flatMap((made) => [made, made.prototype]),
  ...[new ArrayBuffer(8), new Uint8Array(8), globalThis, addon, Promise.resolve()],
];
// Nothing that asks for much memory and would get it.
const numbers = [
  ...[0, -0, 1, 2, 6, 31, 64, 511, 512, 513, 4096, 65_536, 65_537, -1, -(2 ** 31), 1.5, Number.NaN],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 40, 2 ** 53 - 1, 2 ** 53, 2 ** 64, 1e308, Infinity, -Infinity],
];
const texts = ['', 'in', 'out', 'none', 'in\0', '/dev/null', '/dev/zero', '\0', 'x'.repeat(70_000), '\ud800', '/'];
const memories = [
  ...[slab, slab.subarray(0, 0), slab.subarray(0, 512), slab.subarray(512), slab.subarray(1), slab.subarray(0, 700)],
  ...[slab.buffer, allocateSlab(4096), detached, detached.buffer, new Uint8Array(6), new Uint8Array(16)],
  ...[new Uint8Array(new SharedArrayBuffer(64)), new Float64Array(8), new DataView(new ArrayBuffer(8))],
  ...[new Float64Array(0), new Float64Array(7), new Float64Array(17), new Float64Array(17).fill(Number.NaN)],
  ...[new Uint8Array(17 * 2 ** 20), Buffer.alloc(32), new Uint8ClampedArray(8), new ArrayBuffer(4096)],
];
const lists = [
  ...[[], [slab], [slab, slab.subarray(512)], [slab, undefined], new Array(3), revoked.proxy],
  ...[new Array(2 ** 32 - 1), endless, new Proxy([slab], {}), Array(70_000).fill(slab.subarray(0, 512))],
];
/** Memory that a pool has handed out, the last few. */
/** Slabs of a pool that were read into. */
const filled = [0];
let begunReads = 0;
const lent = [slab.buffer];
let handedOut = 0;
const keepLent = (memory) => {
  if (!(memory instanceof ArrayBuffer)) return;
  handedOut += 1;
  lent[handedOut % 4] = memory;
};
const optionsOf = (checksum) => ({
  checksum,
  quiet: random() < 0.5,
  checkEach: random() < 0.5,
  protection: pick([undefined, undefined, 'crc32c', 'reed-solomon']),
  exclusive: random() < 0.5,
});
const options = [
  ...instances.map((instance) => ({ checksum: instance })),
  ...[{ protection: null }, { protection: 'crc' }, { protection: {} }, { protection: 'crc32c', exclusive: 1 }],
  ...[{ checksum: null }, { checksum: {} }, { get: thrower }, { valueOf: thrower, toString: thrower }],
  ...[Object.defineProperty({}, 'checksum', { get: thrower }), Object.defineProperty({}, 'quiet', { get: thrower })],
];
const pools = [numbers, texts, memories, lists, strangers, instances, options];

const names = ['a', 'b', 'a/c', 'b/d/e', '', '.', '..', '../a', '/a', 'a//b', 'a\u00ff'];

const packedNames = Buffer.from('a\0b\0c\0');
/** A file of the archive that a packer makes. */
const archive = packedFile();
function packedFile() {
  const memory = new Uint8Array(4096);
  writeFileSync(join(scratch, 'a'), 'content');
  const packer = new FilePacker(false);
  packer.pack(`${scratch}/`, '', packedNames, memory, new Float64Array(2));
  packer.close();
  return memory;
}

/** What the entry would take, so that the call goes on to its later arguments. */
const sane = {
  'Device.open': () => [constants.O_RDWR],
  'Device.scsi': () => [new Uint8Array(6), pick(['none', 'in', 'out']), pick([0, 8, slab]), 100, 1],
  'Device.setLastCommand': () => [
    pick(['protection', 'encryption']),
    new Uint8Array(10),
    new Uint8Array(pick([1, 40, 256])),
    100,
    pick(subjects.Device),
  ],
  'Device.mtOp': () => [1, 1, 1],
  'Device.mtGet': () => [1],
  'Device.mtPos': () => [1],
  'Device.writeRecords': () => [
    pick([slab, [slab, slab]]),
    512,
    Math.ceil(random() * 1e6),
    1,
    optionsOf(subjects.Crc32[0]),
  ],
  'Device.readRecords': () => [
    pick([slab, subjects.SlabPool[0]]),
    4096,
    4,
    Math.ceil(random() * 1e6),
    1,
    optionsOf(subjects.Crc32[1]),
  ],
  'Device.cancel': () => [1],
  'SlabPool.take': () => [pick(filled)],
  'SlabPool.collect': () => [pick([0, 4096, 2 ** 31 - 1])],
  'SlabPool.giveBack': () => [pick([...lent, allocateSlab(4096)])],
  'ExtractionRoot.inspect': () => [pick(names), new Float64Array(17)],
  'ExtractionRoot.createFile': () => [pick(names), new Float64Array(17)],
  'ExtractionRoot.makeFile': () => [
    pick(names),
    pick([slab, new Uint8Array(3)]),
    new Float64Array(7).fill(-1),
    new Float64Array(17),
  ],
  'ExtractionRoot.makeFiles': () => [
    pick([archive, archive.subarray(512), slab]),
    0o777,
    random() < 0.5,
    new Float64Array(3),
    new Float64Array(pick([0, 1, 2, 16])),
  ],
  'ExtractionRoot.makeFolder': () => [pick(names), 0o700, new Float64Array(17)],
  'ExtractionRoot.openFolder': () => [pick(names)],
  'ExtractionRoot.write': () => [pick([slab, new Uint8Array(3)]), pick([0, 1, 4096])],
  'ExtractionRoot.setAttribute': () => ['user.name', new Uint8Array(3)],
  'ExtractionRoot.setOwner': () => [-1, -1],
  'ExtractionRoot.finish': () => [-1, new Float64Array(7).fill(-1)],
  'ExtractionRoot.makeSymbolicLink': () => [pick(names), pick(names), new Float64Array(7), new Float64Array(17)],
  'ExtractionRoot.makeNode': () => [pick(names), 0o010000, 0, 0, new Float64Array(7), new Float64Array(17)],
  'ExtractionRoot.makeHardLink': () => [pick(names), pick(names)],
  'ExtractionRoot.remove': () => [pick(names)],
  namesIn: () => [scratch],
  // The names may lie in the memory that they are packed into.
  'FilePacker.pack': () => [`${scratch}/`, 'in/', pick([packedNames, slab]), slab, new Float64Array(2)],
  inspectFile: () => [pick([scratch, join(scratch, pick(names))]), new Float64Array(17)],
  readSmallFile: () => [join(scratch, 'a'), slab, 0, 4096, new Float64Array(17)],
  readAttributes: () => [scratch],
  dataExtents: () => [lockedFile, 4096],
  'Crc32.update': () => [slab],
  Crc32: () => [pick([undefined, 'crc32', 'crc32c'])],
  allocateSlab: () => [4096],
  addressOfSlab: () => [pick([slab, new Uint8Array(3)])],
  slabAt: () => [pick([addon.addressOfSlab(slab), addon.addressOfSlab(slab) + 4096, 1])],
  lockFile: () => [lockedFile, pick(['shared', 'exclusive'])],
  Device: () => ['/dev/null'],
  ExtractionRoot: () => [scratch],
  FilePacker: () => [random() < 0.5],
  SlabPool: () => [4096, 2],
};

/** Every export, every method and accessor: what calls it, and the instances that are its own. */
function entries() {
  const all = [];
  for (const [name, exported] of Object.entries(addon)) {
    all.push({ name, own: [undefined], call: (receiver, args) => Reflect.apply(exported, receiver, args) });
    if (!classes.includes(exported)) continue;
    all.push({
      name,
      own: [exported],
      call: (of, args) => dispose(Reflect.construct(exported, args, newTarget(of, exported))),
    });
    for (const [member, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(exported.prototype))) {
      if (member === 'constructor') continue;
      for (const entry of [value, get, set].filter((each) => each !== undefined)) {
        const call = (receiver, args) => Reflect.apply(entry, receiver, args);
        all.push({ name: `${name}.${member}`, own: subjects[name], call });
      }
    }
  }
  return all;
}

function newTarget(wanted, exported) {
  return typeof wanted === 'function' && wanted.prototype !== undefined ? wanted : exported;
}

/** A device has a thread, and a folder a descriptor, until it is closed or collected. */
function dispose(made) {
  if (made instanceof Device || made instanceof ExtractionRoot || made instanceof FilePacker) return made.close();
  return made;
}

/** One or more arguments of what the entry takes are exchanged. */
function argumentsFor(name) {
  const args = random() < 0.7 ? (sane[name]?.() ?? []) : Array.from({ length: Math.floor(random() * 7) });
  for (let changes = Math.floor(random() * 3); changes > 0 || args.length === 0; changes -= 1) {
    args[Math.floor(random() * Math.max(1, args.length))] = pick(pick(pools));
  }
  return random() < 0.1 ? args.slice(0, Math.floor(random() * args.length)) : args;
}

const counts = { returned: 0, threw: 0, resolved: 0, rejected: 0 };
const strange = new Set();
function note(kind, error) {
  counts[kind] += 1;
  if (kind !== 'returned' && kind !== 'resolved' && !(error instanceof Error)) strange.add(String(error));
}

async function main() {
  await Promise.allSettled([
    ...subjects.Device.slice(0, 2).map((device) => device.open(constants.O_RDWR)),
    closedDevice.close(),
  ]);
  const all = entries();
  const renew = async () => {
    await Promise.allSettled([subjects.Device[0].close(), subjects.Device[1].close()]);
    subjects.Device.splice(0, 2, new Device('/dev/null'), new Device('/dev/zero'));
    subjects.SlabPool[0] = new SlabPool(65_536, 4);
    for (const open of [...subjects.ExtractionRoot, ...subjects.FilePacker]) open.close();
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch);
    subjects.FilePacker.splice(0, 2, new FilePacker(true), new FilePacker(false));
    subjects.ExtractionRoot.splice(0, 2, new ExtractionRoot(scratch), new ExtractionRoot(scratch, true));
    await Promise.all(subjects.Device.slice(0, 2).map((device) => device.open(constants.O_RDWR)));
  };
  let begun = 0;
  for (let run = 0; run < runs; run += 1) {
    const { name, own, call } = all[run % all.length];
    const receiver = random() < 0.7 ? pick(own) : pick(random() < 0.5 ? strangers : instances);
    try {
      const result = call(receiver, argumentsFor(name));
      note('returned');
      keepLent(result);
      if (result instanceof Promise) {
        result.then(
          (outcome) => {
            note('resolved');
            if (outcome?.slab !== undefined) filled[begunReads++ % 4] = outcome.slab;
          },
          (error) => note('rejected', error),
        );
      }
    } catch (error) {
      note('threw', error);
    }
    if (run % TURN === TURN - 1) await setImmediate();
    if (run % RENEW === RENEW - 1) await renew();
    if (run % COLLECT === COLLECT - 1) {
      global.gc();
      await setImmediate();
      // The first round has filled caches and compiled code.
      begun ||= process.memoryUsage.rss();
    }
  }
  await renew();
  await Promise.allSettled(subjects.Device.map((device) => device.close()));
  global.gc();
  await setImmediate();
  const grown = begun === 0 ? 0 : process.memoryUsage.rss() - begun;
  const entryNames = [...new Set(all.map(({ name }) => name))];
  process.stdout.write(`${JSON.stringify({ runs, ...counts, grown, strange: [...strange], entries: entryNames })}\n`);
}

await main();
