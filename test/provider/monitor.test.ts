import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
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

const TEST_UNIT_READY = 0x00;
const MODE_SENSE = 0x5a;
const LOG_SENSE = 0x4d;
const READ_ATTRIBUTE = 0x8c;

it('sends four commands for a forced look at drive and cartridge', async () => {
  const bench = await newLabelledBench();
  const look = () => bench.provider.getLiveInfo({ force: true });
  await look();
  const sent = await commandsOf(bench, look);
  expect(sent).toEqual([TEST_UNIT_READY, READ_ATTRIBUTE, MODE_SENSE, LOG_SENSE]);
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
