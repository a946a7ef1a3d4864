import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ScsiCommand } from '../../src/scsi/command.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { formatMedium } from '../../src/scsi/commands/transfer.js';
import { timeoutMs } from '../../src/scsi/timeouts.js';
import { readDriveModel } from '../../src/tape/drive-model.js';
import { DrivePort } from '../../src/tape/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { VirtualTransport } from '../../src/transport/virtual.js';
import type { VirtualDriveOptions } from '../../src/virtual/index.js';
import { newDriveFolder } from '../virtual/support.js';

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
    ['ULT3580-TD5', 5],
    ['ULT3580-TDA', 10],
    ['SOMETHING ELSE', undefined],
  ])('gives the commands for %s the time of its generation', async (product, generation) => {
    const transport = await newTransport({ vendor: 'IBM', product });
    const sent: ScsiCommand[] = [];
    const scsi = transport.scsi.bind(transport);
    transport.scsi = (command) => {
      sent.push(command);
      return scsi(command);
    };
    const port = new DrivePort(transport, await readDriveModel(transport));
    await port.query(formatMedium());
    expect(sent.at(-1)?.timeoutMs).toBe(timeoutMs('FORMAT MEDIUM', generation));
  });
});
