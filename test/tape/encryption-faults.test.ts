import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { EncryptionError, LtoError } from '../../src/errors/index.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault } from '../../src/virtual/index.js';
import { closed, testData } from '../conformance/conformance.js';
import { newKey } from '../support/keys.js';
import { recordedOn } from '../support/recorded.js';
import { newDriveFolder } from '../virtual/support.js';

// While encryption is asked for, no record may reach the tape plain, whatever goes wrong at whichever command.

const RECORD = 16 * 1024;
const RECORDS = 6;
const CARTRIDGE = 'TEST01L8';
const KEY = newKey();

async function newDrive() {
  const folder = await newDriveFolder({ cartridge: { barcode: CARTRIDGE } });
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const drive = TapeDrive.onTransport(transport);
  await drive.readiness();
  await drive.rewind();
  return { folder, transport, drive };
}

const OUTCOMES: Readonly<Record<string, Fault['outcome']>> = {
  'a sense of the medium': { sense: { key: 3, asc: 0x0c, ascq: 0 } },
  'an illegal request': { sense: { key: 5, asc: 0x26, ascq: 0 } },
  'parameters changed by another host': { sense: { key: 6, asc: 0x2a, ascq: 0x11 } },
  'a unit attention of a reset that was none': { sense: { key: 6, asc: 0x29, ascq: 0 } },
  'another cartridge': { sense: { key: 6, asc: 0x28, ascq: 0 } },
  'no answer in time': { hostStatus: 3 },
  'GOOD from a drive that did nothing': { good: true },
  'a reset': { reset: true },
  'a delay': { delayMs: 2 },
};

/** A job that asks for encryption and writes a file; what goes wrong is caught, as by somebody who goes on regardless. */
async function job(drive: TapeDrive): Promise<{ readonly failed: boolean }> {
  let failed = false;
  const attempt = async (work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => {
      expect(error).toBeInstanceOf(LtoError);
      failed = true;
    });
  };
  await attempt(() => drive.encryption.enable({ key: KEY, keyId: 'k' }));
  expect(drive.encryption.asked).toBe(true);
  for (let file = 0; file < 2; file += 1) {
    await attempt(async () => {
      const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 4 * RECORD, startThreshold: 0 });
      try {
        await pipeline([testData(RECORDS * RECORD, file)], stream);
      } finally {
        await closed(stream);
      }
    });
  }
  return { failed };
}

/** Runs a job on a new drive with a fault at command number `step`; tells how many commands there were. */
async function jobWithFault(step: number, outcome: Fault['outcome']): Promise<{ commands: number; failed: boolean }> {
  const { folder, transport, drive } = await newDrive();
  let commands = 0;
  const execute = transport.drive.execute.bind(transport.drive);
  transport.drive.execute = (cdb, data) => {
    commands += 1;
    return execute(cdb, data);
  };
  transport.drive.faults = [{ afterCount: step, times: 1, outcome }];
  const { failed } = await job(drive);
  const sent = commands;
  expect(await recordedOn(folder, CARTRIDGE), `fault at command ${step}`).not.toContain('P');
  await drive.close().catch(() => undefined);
  expect(await recordedOn(folder, CARTRIDGE), `closed after a fault at command ${step}`).not.toContain('P');
  return { commands: sent, failed };
}

describe('no record is written plain while encryption is asked for', () => {
  it.each(Object.entries(OUTCOMES))(
    '%s, at every command of the job',
    async (what, outcome) => {
      let interrupted = 0;
      for (let step = 0; ; step += 1) {
        const { commands, failed } = await jobWithFault(step, outcome);
        if (failed) interrupted += 1;
        if (commands > step) continue;
        expect(step).toBeGreaterThan(40);
        break;
      }
      if (what !== 'a delay') expect(interrupted).toBeGreaterThan(2);
    },
    120_000,
  );

  it('the whole job, for comparison', async () => {
    const { folder, drive } = await newDrive();
    expect(await job(drive)).toEqual({ failed: false });
    expect(await recordedOn(folder, CARTRIDGE)).toBe('EEEEEE|EEEEEE|');
    await drive.close();
  });
});

describe('a reset that nobody tells the driver of', () => {
  /** Another program takes the unit attention. */
  async function stolenReset({ drive }: VirtualTransport): Promise<void> {
    await drive.reset();
    await drive.execute(testUnitReady().cdb);
  }

  it('is met before the next file: nothing is written', async () => {
    const { folder, transport, drive } = await newDrive();
    await drive.encryption.enable({ key: KEY, keyId: 'k' });
    await drive.writeFile([testData(RECORD)]);
    await stolenReset(transport);
    await drive.rewind();
    await expect(drive.writeFile([testData(RECORD)], { position: 'overwrite' })).rejects.toBeInstanceOf(
      EncryptionError,
    );
    expect(await recordedOn(folder, CARTRIDGE)).toBe('E|');
    await drive.close();
  });

  it('in the middle of a file: there is no receipt, and the error says why', async () => {
    const { transport, drive } = await newDrive();
    await drive.encryption.enable({ key: KEY, keyId: 'k' });
    async function* source() {
      for (let i = 0; i < 20; i += 1) {
        if (i === 10) await stolenReset(transport);
        yield testData(RECORD, i);
      }
    }
    const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 4 * RECORD });
    await expect(pipeline(source(), stream)).rejects.toThrow(LtoError);
    await closed(stream);
    expect(stream.receipt).toBeUndefined();
    await expect(drive.encryption.confirm()).rejects.toBeInstanceOf(EncryptionError);
    await drive.close();
  });
});
