import { describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { HardwareError, MediumError, WriteError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { newDriveFolder } from '../virtual/support.js';

// READ POSITION through the driver: what its failure means on a drive that has told its position before.

const RECORD = 64 * 1024;
const DATA = Buffer.alloc(2 * RECORD, 1);
const WRITE_6 = 0x0a;
const FAILS = { sense: { key: 4, asc: 0x44, ascq: 0 } } as const;
const DEFERRED = { deferred: { key: 3, asc: 0x0c, ascq: 0 } } as const;
const UNKNOWN = { sense: { key: 5, asc: 0x20, ascq: 0 } } as const;

async function newDrive() {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  return { tape: TapeDrive.onTransport(transport), drive: transport.drive };
}

describe('a drive that has told its position', () => {
  it.each([
    ['an error', FAILS],
    ['a deferred error', DEFERRED],
  ])('gives no receipt where %s is the answer before the filemark', async (_, outcome) => {
    const { tape, drive } = await newDrive();
    const execute = drive.execute.bind(drive);
    drive.execute = async (cdb, phase) => {
      const reply = await execute(cdb, phase);
      if (cdb[0] === WRITE_6) drive.faults = [{ command: 'READ POSITION', times: 1, outcome }];
      return reply;
    };
    const error: unknown = await tape.writeFile([DATA], { recordSize: RECORD }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ safe: { filemark: false } });
    drive.execute = execute;
    drive.faults = [];
    await tape.rewind();
    expect(await tape.spaceToEndOfData()).toMatchObject({ end: 'unterminated', fileNumber: 0 });
    await tape.close();
  });

  it('has a failure of it be an error of the drive, and is asked again by the next call', async () => {
    const { tape, drive } = await newDrive();
    await tape.rewind();
    await tape.confirmPosition();
    drive.faults = [{ command: 'READ POSITION', times: 1, outcome: FAILS }];
    const error: unknown = await tape.confirmPosition().catch((reason: unknown) => reason);
    expect(error instanceof MediumError || error instanceof HardwareError).toBe(true);
    await tape.confirmPosition();
    await tape.close();
  });
});

it('a drive that never tells it is used without', async () => {
  const { tape, drive } = await newDrive();
  drive.faults = [{ command: 'READ POSITION', outcome: UNKNOWN }];
  await tape.rewind();
  await tape.confirmPosition();
  await tape.close();
});
