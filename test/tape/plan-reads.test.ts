import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { encodeCommandSupport, locate10, read6, rewind, type ScsiCommand } from '../../src/scsi/index.js';
import type { ReadLocation } from '../../src/tape/order/locations.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { speedFacts, type VirtualDrive } from '../../src/virtual/index.js';
import { outcome, send } from '../virtual/support.js';
import { answerWith, newPort, UNSUPPORTED } from './drives.js';

const RECORD = 512;
const RECORDS = 6000;
/** Records that are read at a place. */
const READ = 3;
const WRAPS = 40;

/** A full cartridge, with the wraps of its tape, in a drive whose clock counts what it would have waited. */
async function fullTape(generation = 9) {
  const facts = speedFacts('lto9');
  if (facts.winding === undefined) throw new Error('LTO-9 takes no time to wind');
  const winding = { ...facts.winding, wraps: WRAPS };
  const { port, drive } = await newPort({
    generation,
    speed: { ...facts, clock: 'simulated', winding },
    cartridge: { capacityBytes: RECORDS * (RECORD + 8) },
    earlyWarningBytes: 0,
  });
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([Buffer.alloc(RECORDS * RECORD)], { recordSize: RECORD });
  await tape.rewind();
  return { tape, port, drive };
}

/** Places at random, always the same for a seed. */
function places(count: number, seed: number): ReadLocation[] {
  const object = fc.integer({ min: 0, max: RECORDS - READ });
  const objects = fc.sample(fc.array(object, { minLength: count, maxLength: count }), { numRuns: 1, seed })[0] ?? [];
  return objects.map((firstLogicalObject) => ({ firstLogicalObject, records: READ }));
}

/** Seconds that the drive winds when it goes to these places in this order, and reads there. */
async function winding(drive: VirtualDrive, wanted: readonly ReadLocation[], order: Iterable<number>): Promise<number> {
  await good(drive, rewind());
  const before = drive.streaming?.windingSeconds ?? 0;
  for (const at of order) {
    await good(drive, locate10({ logicalObject: wanted[at]?.firstLogicalObject ?? 0 }));
    for (let record = 0; record < READ; record += 1) await good(drive, read6({ length: RECORD }));
  }
  return (drive.streaming?.windingSeconds ?? 0) - before;
}

async function good(drive: VirtualDrive, command: ScsiCommand): Promise<void> {
  expect(await outcome(send(drive, command))).toBe('good');
}

describe('the order of reads', () => {
  it('is the drive’s own where it reports one, and a permutation; its clock shows the gain', async () => {
    const { tape, drive } = await fullTape();
    const wanted = places(60, 1);
    const { order, method, estimate } = await tape.planReads(wanted);
    expect(method).toBe('drive');
    expect([...order].sort((one, other) => one - other)).toEqual([...wanted.keys()]);
    const asRequested = await winding(drive, wanted, wanted.keys());
    const asPlanned = await winding(drive, wanted, order);
    expect(asRequested / asPlanned).toBeGreaterThan(3);
    expect(estimate).toBeDefined();
  });

  it('is by wraps on a drive without one, which is never asked for it', async () => {
    const { tape, port, drive } = await fullTape(8);
    const sent: string[] = [];
    const scsi = port.transport.scsi.bind(port.transport);
    port.transport.scsi = (command, options) => {
      sent.push(command.name ?? '');
      return scsi(command, options);
    };
    const wanted = places(60, 2);
    const { order, method, estimate } = await tape.planReads(wanted);
    expect(method).toBe('wraps');
    expect(sent).not.toContain('GENERATE RECOMMENDED ACCESS ORDER');
    expect(sent).not.toContain('RECEIVE RECOMMENDED ACCESS ORDER');
    const asRequested = await winding(drive, wanted, wanted.keys());
    const asPlanned = await winding(drive, wanted, order);
    expect(asRequested / asPlanned).toBeGreaterThan(3);
    expect(estimate).toBeDefined();
  });

  it('estimates what the clock of the drive shows, with the costs of that drive', async () => {
    const { tape, drive } = await fullTape();
    // The sums of what the model takes; for a turn at the end of the way, half of the ways.
    const costs = { constant: 4, wrap: 0, band: 0, landingZone: 0, direction: 0, stepBack: 1, length: 103.5 };
    const wanted = places(80, 3);
    const { order, estimate } = await tape.planReads(wanted, { costs });
    const asRequested = await winding(drive, wanted, wanted.keys());
    const asPlanned = await winding(drive, wanted, order);
    expect((estimate?.inRequestOrder ?? 0) / asRequested).toBeCloseTo(1, 1);
    expect((estimate?.seconds ?? 0) / asPlanned).toBeGreaterThan(0.75);
    expect((estimate?.seconds ?? 0) / asPlanned).toBeLessThan(1.25);
  });

  it('is that of the tape where the drive reports neither', async () => {
    const { tape, drive } = await fullTape();
    drive.faults = [{ command: 'REPORT SUPPORTED OPERATION CODES', outcome: UNSUPPORTED }];
    const wanted = [7, 3, 200].map((firstLogicalObject) => ({ firstLogicalObject }));
    expect(await tape.planReads(wanted)).toEqual({ order: [1, 0, 2], method: 'block', estimate: undefined });
    expect(await tape.planReads([{ fileNumber: 9 }, { fileNumber: 2 }])).toMatchObject({
      order: [1, 0],
      method: 'block',
    });
    expect(await tape.planReads([])).toEqual({ order: [], method: 'block', estimate: undefined });
  });

  it('does without the drive’s answer when that is not a permutation', async () => {
    const { tape, port } = await fullTape();
    const wanted = places(9, 4);
    for (const bytes of [
      new Uint8Array(8),
      new Uint8Array(3),
      encodeCommandSupport({ support: 3, usage: new Uint8Array(99) }),
    ]) {
      answerWith(port, 'RECEIVE RECOMMENDED ACCESS ORDER', (cdb) => ((cdb[1] ?? 0) & 0x80 ? undefined : bytes));
      expect(await tape.planReads(wanted)).toMatchObject({ method: 'wraps' });
    }
  });

  it('knows two partitions', async () => {
    const { port } = await newPort({
      generation: 9,
      speed: { ...speedFacts('lto9'), clock: 'simulated' },
      cartridge: { capacityBytes: 4e6 },
    });
    const tape = TapeDrive.onTransport(port.transport);
    await tape.formatMedium({ partitions: [1e6, 'rest'], confirm: 'erase everything' });
    const places = [];
    for (const partition of [1, 0, 1, 0]) {
      places.push({ partition, ...(await tape.writeFile([Buffer.alloc(1e5)], { partition, recordSize: 4096 })) });
    }
    const { order, method } = await tape.planReads(places);
    expect(method).toBe('drive');
    expect([...order].sort()).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [null],
    ['x'],
    [[null]],
    [[{}]],
    [[{ firstLogicalObject: -1 }]],
    [[{ fileNumber: 1 }, { firstLogicalObject: 2 }]],
  ])('refuses %j', async (locations) => {
    const { port } = await newPort();
    const tape = TapeDrive.onTransport(port.transport);
    await expect(tape.planReads(locations as never)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(tape.planReads([], { costs: { wrap: Number.NaN } })).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});
