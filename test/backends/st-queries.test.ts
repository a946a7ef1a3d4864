import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { requestSense, testUnitReady } from '../../src/scsi/commands/primary.js';
import { decodeSense } from '../../src/scsi/sense/sense.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { newDriveFolder, pattern } from '../virtual/support.js';
import { parseTap } from '../virtual/tap-parser.js';

// Queries beside records. A reset leaves the tape at its beginning; the query that comes first is told, and whatever is
// sent as if nothing had happened acts there.

const SIZE = 512;
const UNIT_ATTENTION = 6;

async function newTransport() {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => transport.close().catch(() => undefined));
  await transport.mt(MtOperation.MTREW, 1);
  let stream = 0;
  const write = (seed: number) => {
    stream += 1;
    return transport.writeRecords(pattern(SIZE, seed), SIZE, stream);
  };
  const read = () => {
    stream += 1;
    return transport.readRecords(transport.allocate(4096), SIZE, 1, stream);
  };
  const recorded = async () => {
    const { cartridge = '' } = transport.drive;
    return parseTap(await readFile(join(folder, 'cartridges', cartridge, 'partition-0.tap')));
  };
  return { transport, write, read, recorded };
}

const records = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(pattern(SIZE, i)));

const EIO = { code: 'EIO' };
const FAILED = { stop: 'error', code: 'EIO' };

it.each([
  ['a record', ({ write }) => expect(write(9)).resolves.toMatchObject({ ...FAILED, records: 0 })],
  ['a read', ({ read }) => expect(read()).resolves.toMatchObject({ ...FAILED, lengths: [] })],
  ['a filemark', ({ transport }) => expect(transport.mt(MtOperation.MTWEOF, 1)).rejects.toMatchObject(EIO)],
  ['a buffered filemark', ({ transport }) => expect(transport.mt(MtOperation.MTWEOFI, 1)).rejects.toMatchObject(EIO)],
  ['spacing over files', ({ transport }) => expect(transport.mt(MtOperation.MTBSF, 1)).rejects.toMatchObject(EIO)],
  ['spacing over records', ({ transport }) => expect(transport.mt(MtOperation.MTBSR, 1)).rejects.toMatchObject(EIO)],
] satisfies [string, (bench: Awaited<ReturnType<typeof newTransport>>) => Promise<void>][])(
  'behind a query that a reset is told, %s fails, and is not sent',
  async (_, act) => {
    const bench = await newTransport();
    const { transport, write, recorded } = bench;
    for (let i = 0; i < 3; i += 1) await write(i);
    await transport.drive.reset();
    // Both are on their way before the first is answered.
    const query = transport.scsi(testUnitReady());
    const acted = act(bench);
    expect(decodeSense((await query).sense)).toMatchObject({ key: UNIT_ATTENTION, asc: 0x29 });
    await acted;
    expect(await recorded()).toEqual(records(3));
    await transport.mt(MtOperation.MTREW, 1);
    expect(await recorded()).toEqual(records(3));
  },
);

it('another cartridge that a query is told of gets no record', async () => {
  const { transport, write, recorded } = await newTransport();
  await write(0);
  await transport.drive.remove();
  await transport.drive.insert({ barcode: 'OTHER1L8' });
  const query = transport.scsi(testUnitReady());
  const written = write(1);
  expect(decodeSense((await query).sense)).toMatchObject({ key: UNIT_ATTENTION, asc: 0x28 });
  expect(await written).toMatchObject({ ...FAILED, records: 0 });
  expect(await recorded()).toEqual([]);
});

const STEPS = fc.array(fc.constantFrom('write', 'write', 'write', 'query', 'sense', 'pause', 'reset'), {
  minLength: 5,
  maxLength: 60,
});

it('for all queries and resets beside records that nobody waits for: what is on tape is a prefix of them', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const { transport, write, recorded } = await newTransport();
      const under: Promise<unknown>[] = [];
      let taken = 0;
      for (const [i, step] of steps.entries()) {
        if (step === 'reset') under.push(transport.drive.reset());
        else if (step === 'pause') await Promise.all(under);
        else if (step !== 'write') under.push(transport.scsi(step === 'query' ? testUnitReady() : requestSense()));
        else {
          const counted = write(i).then((outcome) => {
            taken += outcome.records;
          });
          under.push(counted);
        }
      }
      await Promise.all(under);
      const seeds = steps.flatMap((step, i) => (step === 'write' ? [i] : [])).slice(0, taken);
      expect(await recorded()).toEqual(seeds.map((seed) => Buffer.from(pattern(SIZE, seed))));
      await transport.close().catch(() => undefined);
    }),
    { numRuns: 25 },
  );
});
