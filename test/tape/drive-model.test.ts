import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { EncryptionError, HardwareError, IllegalRequestError, WriteProtectedError } from '../../src/errors/index.js';
import {
  encodeSupportedCommands,
  recommendedTimeouts,
  type SupportedCommand,
} from '../../src/scsi/commands/opcodes-report.js';
import { readPosition } from '../../src/scsi/commands/position.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { formatMedium } from '../../src/scsi/commands/transfer.js';
import { logSense } from '../../src/scsi/log/page.js';
import type { ScsiRequest } from '../../src/scsi/wire/command.js';
import { type CommandName, operationCode } from '../../src/scsi/wire/opcodes.js';
import { timeoutMs } from '../../src/scsi/wire/timeouts.js';
import { readDriveModel } from '../../src/tape/port/drive-model.js';
import { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { VirtualDriveOptions } from '../../src/virtual/index.js';
import { newDriveFolder } from '../virtual/support.js';
import { UNSUPPORTED } from './drives.js';

const KEY_REQUIRED = { key: 0x7, asc: 0xef, ascq: 0x10 };

async function newTransport(options: VirtualDriveOptions): Promise<VirtualTransport> {
  const folder = await newDriveFolder(options);
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => transport.close());
  return transport;
}

describe('the make of a drive', () => {
  it.each([
    ['IBM', 'ULT3580-TD8', 'encryption: key required'],
    ['HPE', 'Ultrium 8-SCSI', 'unknown additional sense 0xef/0x10'],
  ])('of %s says what its own sense codes mean', async (vendor, product, text) => {
    const transport = await newTransport({ vendor, product });
    const port = new DrivePort(transport, await readDriveModel(transport));
    transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: { sense: KEY_REQUIRED } }];
    await expect(port.query(testUnitReady())).rejects.toMatchObject({ sense: { ...KEY_REQUIRED, text } });
  });

  it('that is not known leaves the standard codes', async () => {
    const transport = await newTransport({ vendor: 'IBM' });
    transport.drive.faults = [{ command: 'INQUIRY', outcome: { hostStatus: 1 } }];
    expect(await readDriveModel(transport)).toBeUndefined();
    transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: { sense: KEY_REQUIRED } }];
    await expect(new DrivePort(transport).query(testUnitReady())).rejects.toMatchObject({
      sense: { text: 'unknown additional sense 0xef/0x10' },
    });
  });

  it('is asked for when a drive is opened by name', async () => {
    const folder = await newDriveFolder({ vendor: 'IBM', product: 'ULT3580-TD8' });
    const opened = vi.spyOn(VirtualTransport, 'open');
    onTestFinished(() => opened.mockRestore());
    const drive = await TapeDrive.open(`virtual:${folder}`);
    onTestFinished(() => drive.close());
    const transport = await opened.mock.results[0]?.value;
    transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: { sense: KEY_REQUIRED } }];
    await expect(drive.readiness()).rejects.toMatchObject({ sense: { text: 'encryption: key required' } });
  });

  it.each([
    ['IBM', 7, 0xef],
    ['IBM', 7, 0xee],
    ['QUANTUM', 5, 0xee],
    ['QUANTUM', 5, 0xef],
    ['IBM', 4, 0xef],
    ['IBM', 3, 0xee],
  ])('of %s wants a key with sense %i/%i', async (vendor, key, asc) => {
    const transport = await newTransport({ vendor });
    const port = new DrivePort(transport, await readDriveModel(transport));
    transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: { sense: { key, asc, ascq: 0x10 } } }];
    await expect(port.query(testUnitReady())).rejects.toThrow(EncryptionError);
  });

  it.each([
    ['HP', 7, WriteProtectedError],
    ['HPE', 5, IllegalRequestError],
    ['TANDBERG', 4, HardwareError],
  ] as const)("of %s has no codes of IBM's: sense %i/EF is what its key says", async (vendor, key, type) => {
    const transport = await newTransport({ vendor });
    const port = new DrivePort(transport, await readDriveModel(transport));
    for (const asc of [0xef, 0xee]) {
      transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: { sense: { key, asc, ascq: 0x10 } } }];
      await expect(port.query(testUnitReady())).rejects.toThrow(type);
    }
  });

  it.each([
    ['ULT3580-TD5', 5],
    ['ULT3580-TDA', 10],
    // By the formats that the virtual drive writes.
    ['SOMETHING ELSE', 8],
  ])('gives the commands for %s the time of its generation', async (product, generation) => {
    const transport = await newTransport({ vendor: 'IBM', product, generation });
    const sent: ScsiRequest[] = [];
    const scsi = transport.scsi.bind(transport);
    transport.scsi = (command) => {
      sent.push(command);
      return scsi(command);
    };
    const port = new DrivePort(transport, await readDriveModel(transport));
    port.grantWriting('everything');
    await port.query(formatMedium());
    expect(sent.at(-1)?.timeoutMs).toBe(timeoutMs('FORMAT MEDIUM', generation));
  });

  it('is told apart by its densities where its name has no generation, whatever waits to be told', async () => {
    const transport = await newTransport({ vendor: 'ACME', product: 'TAPE', generation: 6 });
    await transport.drive.reset();
    expect(await readDriveModel(transport)).toMatchObject({ generation: 6 });
    transport.drive.faults = [{ command: 'REPORT DENSITY SUPPORT', outcome: UNSUPPORTED }];
    expect(await readDriveModel(transport)).toMatchObject({ generation: undefined });
  });
});

describe('times that the drive recommends', () => {
  const told = (name: CommandName, recommended: number): SupportedCommand => ({
    operationCode: operationCode(name).code,
    cdbLength: 10,
    timeouts: { commandSpecific: 0, nominal: 1, recommended },
  });

  /** A drive that gives its commands these times, and what it is sent. */
  async function driveThatRecommends(commands: readonly SupportedCommand[] | undefined) {
    const transport = await newTransport({ vendor: 'IBM', product: 'ULT3580-TD8' });
    const sent: ScsiRequest[] = [];
    const scsi = transport.scsi.bind(transport);
    transport.scsi = async (command) => {
      sent.push(command);
      const reply = await scsi(command);
      if (command.name !== 'REPORT SUPPORTED OPERATION CODES') return reply;
      return { ...reply, data: commands === undefined ? new Uint8Array(0) : encodeSupportedCommands(commands) };
    };
    return { port: new DrivePort(transport, await readDriveModel(transport)), sent };
  }

  it('raise what the table has, and never lower it; the drive is asked once', async () => {
    const { port, sent } = await driveThatRecommends([told('LOG SENSE', 400), told('READ POSITION', 20)]);
    await port.query(logSense(0));
    expect(sent.at(-1)?.timeoutMs).toBe(400_000);
    await port.query(readPosition('long'));
    expect(sent.at(-1)?.timeoutMs).toBe(timeoutMs('READ POSITION', 8));
    await port.query(testUnitReady());
    expect(sent.filter(({ name }) => name === 'REPORT SUPPORTED OPERATION CODES')).toHaveLength(1);
  });

  it.each([
    ['0', 0],
    ['more than a week', 7 * 86_400 + 1],
  ])('are not taken when they are %s', async (_, seconds) => {
    const { port, sent } = await driveThatRecommends([told('LOG SENSE', seconds)]);
    await port.query(logSense(0));
    expect(sent.at(-1)?.timeoutMs).toBe(timeoutMs('LOG SENSE', 8));
  });

  it('are those of the service action where a code has several', () => {
    const timeouts = { commandSpecific: 0, nominal: 0 };
    const commands = [
      { operationCode: 0xa3, serviceAction: 0x0c, cdbLength: 12, timeouts: { ...timeouts, recommended: 300 } },
      { operationCode: 0xa3, serviceAction: 0x0f, cdbLength: 12, timeouts: { ...timeouts, recommended: 900 } },
      { operationCode: 0x5e, serviceAction: 0, cdbLength: 10, timeouts: { ...timeouts, recommended: 200 } },
      { operationCode: 0x5e, serviceAction: 1, cdbLength: 10, timeouts: { ...timeouts, recommended: 250 } },
      { operationCode: 0x12, cdbLength: 6 },
    ];
    expect(recommendedTimeouts({ commands, truncated: false })).toEqual({
      'REPORT SUPPORTED OPERATION CODES': 300,
      'REPORT TIMESTAMP': 900,
      'PERSISTENT RESERVE IN': 250,
    });
  });

  it('are missing where the drive answers with nothing, as mhvtl does', async () => {
    const { port } = await driveThatRecommends(undefined);
    expect(port.model).toMatchObject({ vendor: 'IBM', timeouts: undefined });
  });
});
