import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { LtoProvider } from '../../src/provider/provider.js';
import { collect, testData } from '../conformance/conformance.js';
import { type Bench, filesOf, ID, MIB, newLabelledBench } from './support.js';

const POLLS_PER_SECOND = 20;

/** Asks everything that a monitor may ask, again and again; `end` resolves with how often. */
function monitor(provider: LtoProvider): { readonly end: () => Promise<number> } {
  let polls = 0;
  let ended = false;
  const polling = (async () => {
    while (!ended) {
      const { state } = await provider.getLiveInfo({ force: true });
      expect(state).toBe('ready');
      await provider.checkOnline({ force: true });
      await provider.getMamInfo();
      await provider.getDriveInfo();
      polls += 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 / POLLS_PER_SECOND));
    }
  })();
  return {
    end: async () => {
      ended = true;
      await polling;
      return polls;
    },
  };
}

/** Data that comes slowly enough for a monitor to get many looks in. */
async function* slowly(count: number) {
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    yield testData(MIB, i);
  }
}

it('disturbs neither writing nor reading when it polls 20 times a second', async () => {
  const { provider, tape, device } = await newLabelledBench();
  const watcher = new LtoProvider({ devicePath: device });
  await provider.prepareForWrite(ID);
  const writing = monitor(watcher);
  const receipt = await provider.writeArchive(ID, slowly(150));
  expect(await writing.end()).toBeGreaterThan(10);
  expect(receipt).toMatchObject({ location: 1, bytes: 150 * MIB });
  const before = await tape.position();
  const idle = monitor(watcher);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await idle.end();
  expect(await tape.position()).toEqual(before);

  const reading = monitor(watcher);
  const stream = await provider.readArchive(ID, 1, { expectedChecksum: receipt.checksum });
  const read = Readable.from(
    (async function* () {
      for await (const chunk of stream) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        yield chunk;
      }
    })(),
  );
  expect((await collect(read as AsyncIterable<Buffer>)).length).toBe(150 * MIB);
  expect(await reading.end()).toBeGreaterThan(2);
  await watcher.close();
  expect((await filesOf(tape)).slice(1)).toEqual([150 * MIB]);
});

/** The operation codes of the commands that a call sends. */
async function commandsOf({ virtual }: Bench, call: () => Promise<unknown>): Promise<number[]> {
  const sent: number[] = [];
  const execute = virtual.execute.bind(virtual);
  virtual.execute = (bytes, data) => {
    sent.push(bytes[0] ?? -1);
    return execute(bytes, data);
  };
  try {
    await call();
  } finally {
    virtual.execute = execute;
  }
  return sent;
}

function attention(virtual: Bench['virtual'], asc: number, ascq: number): void {
  virtual.faults = [{ command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 6, asc, ascq } } }];
}

const TEST_UNIT_READY = 0x00;
const MODE_SENSE = 0x5a;
const LOG_SENSE = 0x4d;
const READ_ATTRIBUTE = 0x8c;

const ALL = [TEST_UNIT_READY, READ_ATTRIBUTE, MODE_SENSE, LOG_SENSE];
const SPARED = [TEST_UNIT_READY, LOG_SENSE];

it('sends four commands for a forced look at drive and cartridge, and two while nothing has changed', async () => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  expect(await commandsOf(bench, look)).toEqual(ALL);
  const first = await look();
  expect(await commandsOf(bench, look)).toEqual(SPARED);
  const second = await look();
  // What is spared is as old as it was.
  expect(second.tape).toMatchObject({ barcode: ID, readAt: first.tape?.readAt });
});

it.each<readonly [string, (bench: Bench) => unknown]>([
  ['a file', ({ provider }) => provider.prepareForWrite(ID).then(() => provider.writeArchive(ID, slowly(1)))],
  ['a motion', ({ tape }) => tape.rewind()],
  ['an attribute of ours', ({ tape }) => tape.setAttributes({ userMediumLabel: 'offsite' })],
  ['a raw command', ({ tape }) => tape.scsi({ cdb: Buffer.from('1e0000000000', 'hex'), direction: 'none' })],
  ['a reset', ({ virtual }) => virtual.reset()],
  ['a mode page that another host has set', ({ virtual }) => attention(virtual, 0x2a, 0x01)],
  ['a cartridge that was taken out and put in again', ({ virtual }) => virtual.remove().then(() => virtual.insert(ID))],
])('reads all again after %s, and then no more', async (_what, disturb) => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  await look();
  expect(await commandsOf(bench, look)).toEqual(SPARED);
  await disturb(bench);
  expect(await commandsOf(bench, look)).toEqual(expect.arrayContaining([READ_ATTRIBUTE, MODE_SENSE]));
  expect(await commandsOf(bench, look)).toEqual(SPARED);
});

it('gives nothing of a cartridge before for another one', async () => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  await look();
  await bench.virtual.remove();
  expect((await look()).tape).toBeUndefined();
  await bench.virtual.insert({ barcode: 'OTHER1L8' });
  expect((await look()).tape).toMatchObject({ barcode: 'OTHER1L8' });
});

it('finds within half a minute what another program has written into the cartridge memory', async () => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  await look();
  // Past this handle, as another program of the host does it: no unit attention tells of it.
  const label = Buffer.from('from elsewhere');
  const attribute = Buffer.concat([Buffer.from('080302', 'hex'), Buffer.from([0, 160]), Buffer.alloc(160, ' ')]);
  label.copy(attribute, 5);
  const list = Buffer.concat([Buffer.from([0, 0, 0, attribute.length]), attribute]);
  const cdb = Buffer.from('8d010000000000000000000000000000', 'hex');
  cdb.writeUInt32BE(list.length, 10);
  expect(await bench.virtual.execute(cdb, { dataOut: list })).toMatchObject({ status: 0 });
  const labelSeen = async () => (await look()).tape?.values.userMediumLabel;
  expect(await labelSeen()).not.toBe('from elsewhere');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
  try {
    expect(await labelSeen()).toBe('from elsewhere');
  } finally {
    vi.useRealTimers();
  }
});

it('asks nothing of the mode pages for a forced look at a cleaning cartridge', async () => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  await look();
  bench.virtual.faults = [
    { command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 2, asc: 0x30, ascq: 0x03 } } },
  ];
  const sent = await commandsOf(bench, look);
  expect(sent).toEqual([TEST_UNIT_READY, READ_ATTRIBUTE, LOG_SENSE]);
});
