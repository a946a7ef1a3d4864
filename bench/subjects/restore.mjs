// What the order of a restore costs: seconds that a virtual LTO-9 drive winds, by its own clock, which waits for nothing. The
// cartridge is small; its wraps, and the places of its files on them, are those of a full one.
import { join } from 'node:path';
import { createVirtualDrive, libraryUrl, TapeDrive } from '../harness/library.mjs';
import { withFolder } from '../harness/scratch.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));
const { speedFacts } = await import(libraryUrl('virtual/index.js'));
const { encodeCommandSupport, locate10, read6 } = await import(libraryUrl('scsi/index.js'));

const COLUMNS = { what: 'what', result: 'result', target: 'target' };
const CAPACITY = 18e12;
/** A file of 100 MB is one record here. */
const FILE = 100e6;
const RECORD = 512;
const GENERATE = 0xa4;
/** About what the model of LTO-9 takes: a turn cannot be told apart from another direction. */
const COSTS = { constant: 3, wrap: 0, band: 0, landingZone: 0, direction: 2, stepBack: 2, length: 103.5 };

/** Repeatable random numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function fullCartridge(folder, files) {
  const capacityBytes = files * (RECORD + 8);
  await createVirtualDrive(folder, {
    generation: 9,
    speed: { ...speedFacts('lto9'), clock: 'simulated' },
    cartridge: { capacityBytes, discardsData: true },
    earlyWarningBytes: 0,
  });
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport, { vendor: 'IBM', generation: 9 });
  await tape.writeFile([Buffer.alloc(files * RECORD)], { recordSize: RECORD, checksum: false });
  await tape.rewind();
  return { tape, transport };
}

/** The drive then reports that it does not order places itself. */
function withoutOwnOrder(transport) {
  const scsi = transport.scsi.bind(transport);
  transport.scsi = async (command, options) => {
    const reply = await scsi(command, options);
    const asks = command.name === 'REPORT SUPPORTED OPERATION CODES' && command.cdb[3] === GENERATE;
    return asks ? { ...reply, data: encodeCommandSupport({ support: 1, usage: new Uint8Array(0) }) } : reply;
  };
}

async function good({ drive }, command) {
  const { status } = await drive.execute(command.cdb, { allocationLength: command.allocationLength });
  if (status !== 0) throw new Error(`${command.name} ended with status ${status}`);
}

/** Seconds of winding to these objects, one after the other, each read. */
async function winding(transport, objects, from = 0) {
  await good(transport, locate10({ logicalObject: from }));
  const before = transport.drive.streaming.windingSeconds;
  for (const logicalObject of objects) {
    await good(transport, locate10({ logicalObject }));
    await good(transport, read6({ length: RECORD }));
  }
  return transport.drive.streaming.windingSeconds - before;
}

/** The best of all orders, by dynamic programming over sets, with costs that the drive's clock gave. */
async function best(transport, objects) {
  const count = objects.length;
  const costs = [];
  for (const from of [...objects.map((object) => object + 1), 0]) {
    const row = [];
    for (const to of objects) row.push(await winding(transport, [to], from));
    costs.push(row);
  }
  const sets = 2 ** count;
  const least = new Float64Array(sets * count).fill(Number.POSITIVE_INFINITY);
  for (let to = 0; to < count; to += 1) least[2 ** to * count + to] = costs[count][to];
  for (let set = 1; set < sets; set += 1) {
    for (let from = 0; from < count; from += 1) {
      for (let to = 0; to < count; to += 1) {
        if ((set >> to) & 1) continue;
        const at = (set | (1 << to)) * count + to;
        least[at] = Math.min(least[at], least[set * count + from] + costs[from][to]);
      }
    }
  }
  return Math.min(...least.subarray((sets - 1) * count));
}

function pick(next, count, files) {
  const objects = new Set();
  while (objects.size < count) objects.add(Math.floor(next() * (files - 1)));
  return [...objects];
}

async function plan(tape, objects, costs) {
  const locations = objects.map((firstLogicalObject) => ({ firstLogicalObject }));
  const began = performance.now();
  const { order, method } = await tape.planReads(locations, { costs });
  return { method, ordered: order.map((at) => objects[at]), milliseconds: performance.now() - began };
}

function seconds(value) {
  return `${value.toFixed(0)} s`;
}

async function orders(tape, transport, objects, target) {
  const requested = await winding(transport, objects);
  await tape.rewind();
  const { method, ordered } = await plan(tape, objects);
  const planned = await winding(transport, ordered);
  const gain = requested / planned;
  const result = `${seconds(requested)} as requested, ${seconds(planned)} by \`${method}\`: ${gain.toFixed(1)} ×`;
  return { what: `${objects.length} random files of 100 MB`, result, gain, target };
}

async function againstBest(tape, transport, { next, files, tries, costs }) {
  let worst = 0;
  let method;
  for (let run = 0; run < tries; run += 1) {
    const objects = pick(next, 12, files);
    await tape.rewind();
    const planned = await plan(tape, objects, costs);
    method = planned.method;
    worst = Math.max(worst, (await winding(transport, planned.ordered)) / (await best(transport, objects)));
  }
  const own = costs === undefined ? '' : ' with the costs of this drive';
  const result = `${worst.toFixed(2)} × at most in ${tries} draws, by \`${method}\`${own}`;
  return { what: '12 files, against the best order', result, worst, target: '≤ 1.1 ×' };
}

async function planning(tape, next, files, count) {
  const times = [];
  for (let run = 0; run < 5; run += 1) times.push((await plan(tape, pick(next, count, files))).milliseconds);
  const { method } = await plan(tape, pick(next, count, files));
  const median = times.toSorted((one, other) => one - other)[2];
  const result = `${median.toFixed(0)} ms by \`${method}\`, the first time ${times[0].toFixed(0)} ms`;
  return { what: `planning ${count} files`, result, median, target: '≤ 200 ms' };
}

export function restore({ quick }) {
  return withFolder(async (folder) => {
    const files = Math.round(CAPACITY / FILE / (quick ? 10 : 1));
    const { tape, transport } = await fullCartridge(join(folder, 'drive'), files);
    const next = random(22);
    const objects = pick(next, quick ? 40 : 200, files);
    const rows = [];
    const draws = { next, files, tries: quick ? 1 : 10 };
    try {
      rows.push(await orders(tape, transport, objects, '≥ 5 ×'));
      rows.push(await againstBest(tape, transport, draws));
      withoutOwnOrder(transport);
      rows.push(await orders(tape, transport, objects, '≥ 5 ×'));
      rows.push(await againstBest(tape, transport, draws));
      rows.push(await againstBest(tape, transport, { ...draws, costs: COSTS }));
      rows.push(await planning(tape, next, files, quick ? 200 : 2000));
    } finally {
      await tape.close();
    }
    return [{ title: 'Restoring scattered files from a full LTO-9', columns: COLUMNS, rows }];
  });
}
