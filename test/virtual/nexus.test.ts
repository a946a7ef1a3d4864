import { describe, expect, it } from 'vitest';
import { loadUnload } from '../../src/scsi/commands/position.js';
import { modeSelect6, preventAllow, testUnitReady } from '../../src/scsi/commands/primary.js';
import { encodeModeParameters } from '../../src/scsi/mode/parameter-list.js';
import type { ScsiCommand } from '../../src/scsi/wire/command.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, openDrive, outcome } from './support.js';

/** The outcome of a command from a nexus. */
function from(drive: VirtualDrive, nexus: string, { cdb, dataOut, allocationLength }: ScsiCommand): Promise<string> {
  return outcome(drive.execute(cdb, { dataOut, allocationLength, nexus }));
}

function blockLength(length: number): ScsiCommand {
  const header = { mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0, pages: [] };
  const blockDescriptor = { densityCode: 0, numberOfBlocks: 0, blockLength: length };
  return modeSelect6({ data: encodeModeParameters({ ...header, blockDescriptor }, 6, { select: true }) });
}

describe('unit attentions of several initiators', () => {
  it('tells each nexus of the power on, once', async () => {
    const drive = await newDrive();
    expect(await from(drive, 'a', testUnitReady())).toBe('6/29/00');
    expect(await from(drive, 'a', testUnitReady())).toBe('good');
    expect(await from(drive, 'b', testUnitReady())).toBe('6/29/00');
    expect(await outcome(drive.execute(testUnitReady().cdb))).toBe('good');
  });

  it('tells the others, not its cause, of changed mode parameters', async () => {
    const drive = await newDrive();
    await from(drive, 'a', testUnitReady());
    await from(drive, 'b', testUnitReady());
    expect(await from(drive, 'a', blockLength(512))).toBe('good');
    expect(await from(drive, 'a', testUnitReady())).toBe('good');
    expect(await from(drive, 'b', testUnitReady())).toBe('6/2a/01');
    expect(await from(drive, 'b', testUnitReady())).toBe('good');
  });

  it('tells all of a reset, which makes void what waited', async () => {
    const drive = await newDrive();
    await from(drive, 'a', testUnitReady());
    await from(drive, 'b', testUnitReady());
    await from(drive, 'a', blockLength(512));
    await drive.reset();
    for (const nexus of ['a', 'b', 'local']) {
      expect(await from(drive, nexus, testUnitReady())).toBe('6/29/00');
      expect(await from(drive, nexus, testUnitReady())).toBe('good');
    }
  });

  it('forgets a nexus that is lost', async () => {
    const drive = await newDrive();
    await from(drive, 'a', testUnitReady());
    await from(drive, 'a', preventAllow(true));
    expect(await outcome(drive.execute(loadUnload({ load: false }).cdb))).toBe('5/53/02');
    await drive.nexusLost('a');
    expect(await outcome(drive.execute(loadUnload({ load: false }).cdb))).toBe('good');
    expect(await from(drive, 'a', testUnitReady())).toBe('6/29/00');
  });

  it('keeps the attentions of this process through closing, and nothing of others', async () => {
    const drive = await newDrive();
    await from(drive, 'a', testUnitReady());
    await from(drive, 'a', preventAllow(true));
    await from(drive, 'a', blockLength(512));
    await drive.close();
    const again = await openDrive(drive.folder);
    expect(await outcome(again.execute(testUnitReady().cdb))).toBe('6/2a/01');
    expect(await outcome(again.execute(loadUnload({ load: false }).cdb))).toBe('good');
  });

  it('does not carry out what is called off while it waits', async () => {
    const drive = await newDrive();
    drive.faults = [{ command: 'TEST UNIT READY', outcome: { delayMs: 60_000 } }];
    const slow = new AbortController();
    const waiting = new AbortController();
    const first = drive.execute(testUnitReady().cdb, { signal: slow.signal });
    const second = drive.execute(loadUnload({ load: false }).cdb, { signal: waiting.signal });
    waiting.abort();
    slow.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    drive.faults = [];
    expect(await outcome(drive.execute(testUnitReady().cdb))).toBe('good');
  });
});
