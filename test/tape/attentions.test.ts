import { describe, expect, it, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { MediumChangedError, PositionLostError, WriteError } from '../../src/errors/index.js';
import type { CommandName } from '../../src/scsi/index.js';
import { commandName } from '../../src/scsi/wire/opcodes.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

// Unit attentions at the worst moments: between two commands that belong together.

const RECORD = 64 * 1024;
const FIRST = testData(3 * RECORD, 1);
const SECOND = testData(2 * RECORD, 2);
const CONFIRM = { confirm: 'erase everything' } as const;
const NOT_READY_TO_READY = { key: 6, asc: 0x28, ascq: 0 };
const RESET = { key: 6, asc: 0x29, ascq: 0 };
/** Mode parameters changed: nothing is lost. */
const HARMLESS = { key: 6, asc: 0x2a, ascq: 1 };

async function twoFiles() {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  for (const data of [FIRST, SECOND]) await tape.writeFile([data], { recordSize: RECORD });
  const { drive } = transport;
  const executed = vi.spyOn(drive, 'execute');
  /** How often the drive got a command. */
  const count = (name: CommandName) => executed.mock.calls.filter(([cdb]) => commandName(cdb, 'tape') === name).length;
  return { tape, drive, transport, count };
}

async function expectBothFiles(tape: TapeDrive): Promise<void> {
  await tape.rewind();
  for (const [fileNumber, data] of [FIRST, SECOND].entries()) {
    expect((await collect(tape.createReadStream({ fileNumber }))).equals(data)).toBe(true);
  }
}

describe.each([
  ['28h', NOT_READY_TO_READY],
  ['29h', RESET],
])('%s in answer to a command that destroys everything', (_, sense) => {
  it.each([
    ['FORMAT MEDIUM', (tape: TapeDrive) => tape.formatMedium(CONFIRM)],
    ['SET CAPACITY', (tape: TapeDrive) => tape.setCapacity(0.5, CONFIRM)],
  ] as const)('%s is not sent again: it may be another cartridge', async (command, destroy) => {
    const { tape, drive, count } = await twoFiles();
    drive.faults = [{ command, times: 1, outcome: { sense } }];
    const error: unknown = await destroy(tape).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MediumChangedError);
    expect(error).toMatchObject({ operation: command, next: expect.stringMatching(/[Ii]dentify/) });
    expect(count(command)).toBe(1);
    await expectBothFiles(tape);
  });
});

it('a unit attention that loses nothing has FORMAT MEDIUM sent once more', async () => {
  const { tape, drive, count } = await twoFiles();
  drive.faults = [{ command: 'FORMAT MEDIUM', times: 1, outcome: { sense: HARMLESS } }];
  await tape.formatMedium(CONFIRM);
  expect(count('FORMAT MEDIUM')).toBe(2);
  expect((await tape.spaceToEndOfData()).end).toBe('blank');
});

describe('a unit attention in answer to SPACE', () => {
  it.each([
    ['28h', NOT_READY_TO_READY],
    ['29h', RESET],
  ])('%s loses the position: nothing is written or read until a rewind', async (_, sense) => {
    const { tape, drive, count } = await twoFiles();
    await tape.rewind();
    const before = count('SPACE(6)') + count('SPACE(16)');
    drive.faults = ['SPACE(6)', 'SPACE(16)'].map((command) => ({
      command: command as CommandName,
      times: 1,
      outcome: { sense },
    }));
    await expect(tape.spaceFiles(1)).rejects.toBeInstanceOf(PositionLostError);
    expect(count('SPACE(6)') + count('SPACE(16)')).toBe(before + 1);
    expect(await tape.status()).toMatchObject({ fileNumber: undefined, blockNumber: undefined });
    await expect(tape.writeFilemarks()).rejects.toBeInstanceOf(PositionLostError);
    await expect(tape.spaceFiles(1)).rejects.toBeInstanceOf(PositionLostError);
    drive.faults = [];
    await expectBothFiles(tape);
  });

  it('2Ah, which loses nothing, fails the motion: the tape has not moved, and the position is known', async () => {
    const { tape, drive } = await twoFiles();
    await tape.rewind();
    drive.faults = ['SPACE(6)', 'SPACE(16)'].map((command) => ({
      command: command as CommandName,
      times: 1,
      outcome: { sense: HARMLESS },
    }));
    await expect(tape.spaceFiles(1)).rejects.toMatchObject({ code: 'LTO_MEDIUM_ERROR', errno: 'EIO' });
    expect(await tape.position()).toMatchObject({ logicalObject: 0, logicalFile: 0 });
    await tape.spaceFiles(1);
    expect(await tape.position()).toMatchObject({ logicalFile: 1 });
    await expectBothFiles(tape);
  });
});

describe('a unit attention between the last check and the filemark', () => {
  const failFilemark = (sense: typeof RESET) =>
    [{ command: 'WRITE FILEMARKS(6)', times: 1, outcome: { sense } }] as const;

  it.each([
    ['28h', NOT_READY_TO_READY],
    ['29h', RESET],
  ])('%s gives no receipt: nothing of the file is certain, and the position is lost', async (_, sense) => {
    const { tape, drive, count } = await twoFiles();
    drive.faults = failFilemark(sense);
    const error: unknown = await tape.writeFile([FIRST], { recordSize: RECORD }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({
      safe: { records: 0, bytes: 0, filemark: false },
      cause: expect.any(PositionLostError),
    });
    expect(count('WRITE FILEMARKS(6)')).toBe(1);
    await expect(tape.writeFilemarks()).rejects.toBeInstanceOf(PositionLostError);
    await expectBothFiles(tape);
    // What was written of the third file has no filemark, which is found and said.
    expect(await tape.spaceToEndOfData()).toMatchObject({ end: 'unterminated', fileNumber: 2 });
  });

  it('2Ah gives no receipt, and says which records are on tape', async () => {
    const { tape, drive } = await twoFiles();
    drive.faults = failFilemark(HARMLESS);
    const error: unknown = await tape.writeFile([FIRST], { recordSize: RECORD }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ fileNumber: 2, safe: { records: 3, bytes: 3 * RECORD, filemark: false } });
    expect(await tape.position()).toMatchObject({ logicalObject: 7 + 3, logicalFile: 2 });
    await expectBothFiles(tape);
    expect(await tape.spaceToEndOfData()).toMatchObject({ end: 'unterminated', fileNumber: 2 });
    expect((await collect(tape.createReadStream({ fileNumber: 1 }))).equals(SECOND)).toBe(true);
  });
});
