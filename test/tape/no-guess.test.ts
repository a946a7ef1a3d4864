// Where the end of the data is looked for, nothing is guessed: an append that cannot prove it writes nothing.
import { expect, it } from 'vitest';
import { LtoError, MediumChangedError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, VirtualDrive } from '../../src/virtual/index.js';
import { testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const FILES = [1, 2, 3].map((seed) => testData(100_000, seed));

async function withFiles(): Promise<{ tape: TapeDrive; drive: VirtualDrive }> {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  for (const data of FILES) await tape.writeFile([data]);
  return { tape, drive };
}

/** All files are there, and `more` behind them; where that is not known, perhaps a part of one. */
async function expectFiles({ tape }: { tape: TapeDrive }, more: number | undefined): Promise<void> {
  await tape.rewind().catch(() => undefined);
  await tape.rewind();
  for (const [fileNumber, data] of FILES.entries()) {
    expect(await tape.verifyFile({ fileNumber })).toMatchObject({ bytes: data.length });
  }
  const { end, fileNumber } = await tape.spaceToEndOfData();
  expect(fileNumber).toBeGreaterThanOrEqual(FILES.length);
  if (more !== undefined) expect({ end, fileNumber }).toEqual({ end: 'filemark', fileNumber: FILES.length + more });
}

const SPACES = ['SPACE(6)', 'SPACE(16)'] as const;
const ONCE = { times: 1 } as const;
const faulty = (outcome: Fault['outcome']): readonly Fault[] =>
  SPACES.map((command) => ({ command, ...ONCE, outcome }));

it.each<[string, Fault['outcome']]>([
  ['end of data not found', { sense: { key: 3, asc: 0x14, ascq: 0x03 } }],
  ['a medium error', { sense: { key: 3, asc: 0x11, ascq: 0 } }],
  ['an aborted command', { sense: { key: 0xb, asc: 0x47, ascq: 0 } }],
  ['a host adapter that gave up', { hostStatus: 7 }],
  ['end of partition', { sense: { key: 0, asc: 0, ascq: 2 } }],
  ['blank check', { sense: { key: 8, asc: 0, ascq: 5 } }],
])('at the beginning of a full cartridge, spacing that fails with %s overwrites nothing', async (_what, outcome) => {
  for (const closeUnterminated of [false, true]) {
    const bench = await withFiles();
    await bench.tape.rewind();
    bench.drive.faults = faulty(outcome);
    const written = await bench.tape
      .writeFile([testData(1000)], { closeUnterminated })
      .catch((error: unknown) => error);
    bench.drive.faults = [];
    if (written instanceof Error) expect(written).toBeInstanceOf(LtoError);
    else expect(written).toMatchObject({ fileNumber: FILES.length });
    await expectFiles(bench, written instanceof Error ? 0 : 1);
  }
});

it('a step back that fails at the end of the data, at each of its commands', async () => {
  for (const outcome of [{ sense: { key: 0, asc: 0, ascq: 2 } }, { sense: { key: 0xd, asc: 0, ascq: 2 } }] as const) {
    for (let afterCount = 0; afterCount < 4; afterCount += 1) {
      const bench = await withFiles();
      bench.drive.faults = SPACES.map((command) => ({ command, afterCount, ...ONCE, outcome }));
      const written = await bench.tape.writeFile([testData(1000)]).catch((error: unknown) => error);
      bench.drive.faults = [];
      await expectFiles(bench, written instanceof Error ? 0 : 1);
    }
  }
});

it('a reset at any of the commands of an append', async () => {
  for (const command of ['READ POSITION', 'TEST UNIT READY', 'SPACE(6)', 'SPACE(16)', 'MODE SENSE(10)'] as const) {
    for (let afterCount = 0; afterCount < 10; afterCount += 1) {
      const bench = await withFiles();
      bench.drive.faults = [{ command, afterCount, ...ONCE, outcome: { reset: true } }];
      const written = await bench.tape.writeFile([testData(1000)]).catch((error: unknown) => error);
      bench.drive.faults = [];
      if (!(written instanceof Error)) expect(written).toMatchObject({ fileNumber: FILES.length });
      await expectFiles(bench, written instanceof Error ? undefined : 1);
    }
  }
});

it('a cartridge that was ejected and another one that was loaded is not the one that was identified', async () => {
  const { tape, drive } = await withFiles();
  const { mediumEpoch } = tape;
  await tape.eject();
  await drive.remove();
  await drive.insert({ barcode: 'BB0002L8' });
  await tape.load().catch(() => undefined);
  await tape.load();
  expect(tape.mediumEpoch).toBeGreaterThan(mediumEpoch);
  for (const data of FILES) await tape.writeFile([data]);
  const { logicalObject: firstLogicalObject = 0 } = await tape.position();
  const expected = { fileNumber: FILES.length, firstLogicalObject, mediumEpoch };
  const attempt = tape.writeFile([testData(1000)], { position: 'overwrite', expected });
  await expect(attempt).rejects.toBeInstanceOf(MediumChangedError);
});
