import { describe, expect, it } from 'vitest';
import {
  EndOfDataError,
  IllegalRequestError,
  InvalidArgumentError,
  MediumError,
  UnterminatedFileError,
} from '../../src/errors/index.js';
import type { VerifyInDriveOptions } from '../../src/tape/motion/verify-in-drive.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { verifyTape } from '../../src/tape/verify-tape.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { testData } from '../conformance/conformance.js';
import { newPort, UNSUPPORTED } from './drives.js';

const RECORD = 64 * 1024;
const FILES = [5, 1, 8].map((records, seed) => testData(records * RECORD - 100, seed));

async function threeFiles(): Promise<{ tape: TapeDrive; drive: VirtualDrive }> {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  for (const data of FILES) await tape.writeFile([data], { recordSize: RECORD });
  return { tape, drive };
}

const verify = (tape: TapeDrive, fileNumber: number, more: Partial<VerifyInDriveOptions> = {}) =>
  tape.verifyFile({ inDrive: true, fileNumber, ...more });

describe('verifying in the drive', () => {
  it('counts the records, transfers nothing, and the position is known', async () => {
    const { tape, drive } = await threeFiles();
    // Whoever reads fails.
    drive.faults = [{ command: 'READ(6)', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
    for (const [fileNumber, records] of [
      [2, 8],
      [0, 5],
      [1, 1],
    ] as const) {
      expect(await verify(tape, fileNumber)).toEqual({ fileNumber, records, skipped: [] });
      expect((await tape.position()).logicalFile).toBe(fileNumber + 1);
    }
    drive.faults = [];
    expect(await tape.verifyFile({ fileNumber: 1 })).toMatchObject({ bytes: FILES[1]?.length });
    await verify(tape, 0);
    // Appending finds the end by itself.
    expect(await tape.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 3 });
  });

  it('names the record that is not as it was written, and stands before it', async () => {
    const { tape, drive } = await threeFiles();
    const flip = { outcome: { flip: 'medium' } } as const;
    // Object 8 is the first record of file 2, at which the command begins.
    drive.faults = [
      { command: 'VERIFY(6)', atObject: 8, times: 1, ...flip },
      { command: 'READ(6)', atObject: 8, ...flip },
    ];
    const error = await verify(tape, 2).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MediumError);
    expect(error).toMatchObject({ record: { fileNumber: 2, record: 0, logicalObject: 8 }, sense: { asc: 0x11 } });
    expect((await tape.position()).logicalObject).toBe(8);
    drive.faults = [...drive.faults];
    expect(await verify(tape, 2, { onBadRecord: 'skip' })).toMatchObject({
      records: 8,
      skipped: [{ record: 0, logicalObject: 8, sense: { key: 3 } }],
    });
  });

  it('tells of a file that is not there, one that is cut off, and a drive that does not verify', async () => {
    const { tape, drive } = await threeFiles();
    await expect(verify(tape, 3)).rejects.toThrow(EndOfDataError);
    await expect(verify(tape, 9)).rejects.toThrow(EndOfDataError);
    drive.faults = [{ command: 'VERIFY(6)', outcome: UNSUPPORTED }];
    await expect(verify(tape, 0)).rejects.toThrow(IllegalRequestError);
    await expect(verify(tape, 0)).rejects.toThrow(/leave `inDrive` out/);
    drive.faults = [
      { command: 'VERIFY(6)', times: 1, carriedOut: true, outcome: { sense: { key: 8, asc: 0, ascq: 5 } } },
    ];
    await expect(verify(tape, 0)).rejects.toThrow(UnterminatedFileError);
  });

  it('refuses what can never be right, and an aborted signal, before the tape moves', async () => {
    const { tape } = await threeFiles();
    const at = (await tape.position()).logicalObject;
    const bad = [
      { fileNumber: -1 },
      { fileNumber: Number.NaN },
      { partition: -1 },
      { onBadRecord: 'x' },
      { signal: 1 },
    ];
    for (const more of bad) {
      await expect(verify(tape, 0, more as Partial<VerifyInDriveOptions>)).rejects.toThrow(InvalidArgumentError);
    }
    await expect(tape.verifyFile({ inDrive: true } as VerifyInDriveOptions)).rejects.toThrow(InvalidArgumentError);
    await expect(verify(tape, 0, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect((await tape.position()).logicalObject).toBe(at);
  });
});

describe('verifyTape in the drive', () => {
  it('has each file checked and transfers none', async () => {
    const { tape, drive } = await threeFiles();
    drive.faults = [{ command: 'READ(6)', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
    const seen: number[] = [];
    const found = await verifyTape(tape, { inDrive: true, onFile: ({ fileNumber }) => seen.push(fileNumber) });
    const files = [5, 1, 8].map((records, fileNumber) => {
      return { fileNumber, records, bytes: undefined, checksum: undefined, bad: [] };
    });
    expect(found).toEqual({ files, badRecords: 0, unterminated: undefined });
    expect(seen).toEqual([0, 1, 2]);
  });
});
