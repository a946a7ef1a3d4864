import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { COMMAND_CHANNEL, type CommandEvent } from '../../src/device/command-log.js';
import { readTapeAlerts } from '../../src/tape/reports/tape-alerts.js';
import type { Fault, VirtualDrive } from '../../src/virtual/index.js';
import { newPort, UNSUPPORTED } from './drives.js';

const WRITE_PROTECT = 9;
const READ_FAILURE = 5;

/** The next LOG SENSE, which is that of page 12, is refused. */
const NO_PAGE_12: Fault = { command: 'LOG SENSE', times: 1, outcome: UNSUPPORTED };

async function fail(drive: VirtualDrive, asc: number, key: number): Promise<void> {
  drive.faults = [{ command: 'TEST UNIT READY', times: 1, outcome: { sense: { key, asc, ascq: 0 } } }];
  await drive.execute(new Uint8Array(6));
}

describe('TapeAlert flags', () => {
  it('come from page 12, which keeps them', async () => {
    const { port, drive } = await newPort();
    await fail(drive, 0x27, 7);
    for (let reading = 0; reading < 2; reading += 1) {
      const alerts = await readTapeAlerts(port);
      expect(alerts?.source).toBe('log page 12');
      expect(alerts?.flags.map(({ flag }) => flag)).toEqual([WRITE_PROTECT]);
    }
  });

  it('are gathered from page 2E, which forgets them, until told to forget', async () => {
    const { port, drive } = await newPort();
    const read = async (options?: { forget: boolean }) => {
      drive.faults = [NO_PAGE_12];
      const alerts = await readTapeAlerts(port, options);
      expect(alerts?.source).toBe('log page 2E');
      return alerts?.flags.map(({ flag }) => flag);
    };
    await fail(drive, 0x27, 7);
    expect(await read()).toEqual([WRITE_PROTECT]);
    await fail(drive, 0x11, 3);
    expect(await read()).toEqual([READ_FAILURE, WRITE_PROTECT]);
    expect(await read({ forget: true })).toEqual([READ_FAILURE, WRITE_PROTECT]);
    expect(await read()).toEqual([]);
  });

  it('belong to a drive and its cartridge', async () => {
    const { port, drive } = await newPort();
    await fail(drive, 0x27, 7);
    drive.faults = [NO_PAGE_12];
    await readTapeAlerts(port);
    await drive.remove();
    await drive.insert({});
    drive.faults = [NO_PAGE_12];
    expect((await readTapeAlerts(port))?.flags).toEqual([]);
  });

  it('are asked for again without asking which drive it is', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'LOG SENSE', outcome: UNSUPPORTED }];
    const commands: string[] = [];
    const note = (event: unknown) => commands.push((event as CommandEvent).operation);
    await readTapeAlerts(port);
    subscribe(COMMAND_CHANNEL, note);
    await readTapeAlerts(port);
    unsubscribe(COMMAND_CHANNEL, note);
    expect(commands).toEqual(['LOG SENSE', 'READ ATTRIBUTE', 'LOG SENSE']);
  });

  it('are undefined where the drive has neither page', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'LOG SENSE', outcome: UNSUPPORTED }];
    expect(await readTapeAlerts(port)).toBeUndefined();
  });
});
