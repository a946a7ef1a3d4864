import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COMMAND_CHANNEL, type CommandEvent } from '../../src/device/command-log.js';
import { DriveBusyError, InvalidArgumentError, NoMediumError } from '../../src/errors/index.js';
import {
  exportLastKnownGood,
  importLastKnownGood,
  LastKnownGood,
  lastKnownGood,
} from '../../src/provider/monitor/last-known-good.js';
import type { TapeEvent } from '../../src/provider/monitor/watch.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { temporaryFolder } from '../virtual/support.js';
import { type Bench, ID, labelOther, newBench, newLabelledBench, source, swapTo } from './support.js';

const ABORTED = { sense: { key: 0xb, asc: 0, ascq: 0 } };

/** Every command that is sent until the test ends. */
function commands(): CommandEvent[] {
  const events: CommandEvent[] = [];
  const listen = (event: unknown) => events.push(event as CommandEvent);
  subscribe(COMMAND_CHANNEL, listen);
  onTestFinished(() => {
    unsubscribe(COMMAND_CHANNEL, listen);
  });
  return events;
}

describe('checkOnline', () => {
  it('is true only with a ready medium', async () => {
    const { provider, virtual } = await newBench();
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: true, state: 'ready' });
    await virtual.remove();
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: false, state: 'no-medium' });
    await virtual.insert(ID);
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: true });
  });

  it('tells becoming ready, with progress', async () => {
    const { provider, virtual } = await newBench({}, { loadSeconds: 60 });
    await virtual.remove();
    await virtual.insert(ID);
    const status = await provider.checkOnline({ force: true });
    expect(status).toMatchObject({ online: false, state: 'becoming-ready' });
    expect(status.progress).toBeGreaterThanOrEqual(0);
  });

  it('tells a drive that is not there, and one that does not answer', async () => {
    const nowhere = new LtoProvider({ devicePath: `virtual:${await temporaryFolder()}/none` });
    expect(await nowhere.checkOnline()).toMatchObject({ online: false, state: 'offline' });
    expect(await nowhere.getLiveInfo()).toMatchObject({ state: 'offline', drive: undefined, tape: undefined });
    const { provider, virtual } = await newBench();
    await provider.getMamInfo();
    virtual.faults = [{ outcome: { hostStatus: 1 } }];
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: false, state: 'offline' });
  });

  it('drops what was known of the cartridge when it is gone', async () => {
    const { provider, virtual } = await newBench();
    await provider.getMamInfo();
    const { vendor, model, serial } = await provider.getDriveInfo();
    const drive = `${vendor} ${model} ${serial}`;
    expect(lastKnownGood.get(drive)).toMatchObject({ value: { barcode: ID } });
    await virtual.remove();
    await provider.checkOnline({ force: true });
    expect(lastKnownGood.get(drive)).toBeUndefined();
    await expect(provider.getMamInfo()).rejects.toBeInstanceOf(NoMediumError);
  });
});

describe('getDriveInfo and getMamInfo', () => {
  it('reads the drive once', async () => {
    const { provider } = await newBench({}, { vendor: 'ACME', product: 'ULTRIUM', serial: 'S1' });
    const sent = commands();
    expect(await provider.getDriveInfo()).toMatchObject({ vendor: 'ACME', model: 'ULTRIUM', serial: 'S1' });
    const before = sent.length;
    expect((await provider.getDriveInfo()).firmware).toBe('0001');
    expect(sent).toHaveLength(before);
  });

  it('keeps barcode and medium serial number apart, and says which is the identity', async () => {
    const { provider } = await newBench();
    const info = await provider.getMamInfo();
    expect(info).toMatchObject({ barcode: ID, generation: 'LTO-8', stale: undefined, available: true });
    expect(info.identity).toEqual({ value: ID, source: 'barcode' });
    expect(info.mediumSerial).not.toBe(info.barcode);
    expect(info.alerts).toEqual([]);
  });

  it('asks once for all who come at once, and not again within the throttle', async () => {
    const { provider } = await newBench();
    await provider.getDriveInfo();
    const sent = commands();
    await Promise.all(Array.from({ length: 20 }, () => provider.getMamInfo()));
    const once = sent.length;
    expect(sent.filter(({ operation }) => operation === 'READ ATTRIBUTE').length).toBeLessThan(10);
    await provider.getMamInfo();
    expect(sent).toHaveLength(once);
    await provider.getMamInfo({ force: true });
    expect(sent.length).toBeGreaterThan(once);
  });

  it('does not answer from the throttle once a change was seen', async () => {
    const bench = await newLabelledBench();
    await labelOther(bench, 'BB0002L8');
    expect(await bench.provider.getMamInfo()).toMatchObject({ barcode: ID });
    await swapTo(bench, 'BB0002L8');
    await bench.provider.checkOnline({ force: true });
    expect(await bench.provider.getMamInfo()).toMatchObject({ barcode: 'BB0002L8' });
  });

  it('tries again while the drive is busy, three times', async () => {
    const { provider, tape } = await newBench();
    await provider.getDriveInfo();
    const { memoryAndFormat } = tape;
    let refusals = 3;
    let asked = 0;
    tape.memoryAndFormat = async () => {
      asked += 1;
      if (asked <= refusals) throw new DriveBusyError('the drive is busy');
      return memoryAndFormat.call(tape);
    };
    expect(await provider.getMamInfo()).toMatchObject({ barcode: ID });
    expect(asked).toBe(4);
    refusals = 1000;
    asked = 0;
    expect(await provider.getMamInfo({ force: true })).toMatchObject({
      barcode: ID,
      stale: expect.stringMatching(/busy/),
    });
  }, 180_000);

  it('gives what was last known, with age and reason, when the drive fails', async () => {
    const { provider, virtual } = await newBench({ throttleMs: 0 });
    await provider.getMamInfo();
    virtual.faults = [{ command: 'READ ATTRIBUTE', outcome: ABORTED }];
    const info = await provider.getMamInfo();
    expect(info).toMatchObject({ barcode: ID });
    expect(info.stale).toMatch(/aborted/);
    expect(info.ageMs).toBeGreaterThanOrEqual(0);
    await swapToNew(virtual);
    await expect(provider.getMamInfo()).rejects.toMatchObject({ code: 'LTO_TRANSPORT' });
  });
});

async function swapToNew(virtual: Bench['virtual']): Promise<void> {
  await virtual.remove();
  await virtual.insert({ barcode: 'CC0003L8' });
}

describe('last-known-good state', () => {
  it('goes through JSON and back, and says that it is from before', async () => {
    const { provider, virtual } = await newBench({ throttleMs: 0 });
    const { values } = await provider.getMamInfo();
    const json = exportLastKnownGood();
    const other = new LastKnownGood();
    other.import(json);
    expect(other.export()).toBe(json);
    const { vendor, model, serial } = await provider.getDriveInfo();
    const drive = `${vendor} ${model} ${serial}`;
    expect(other.get(drive)).toMatchObject({ imported: true, value: { barcode: ID, values } });
    lastKnownGood.drop(drive);
    importLastKnownGood(json);
    virtual.faults = [{ command: 'READ ATTRIBUTE', outcome: ABORTED }];
    expect((await provider.getMamInfo()).stale).toMatch(/before a restart/);
  });

  it('keeps its own over what is brought in', async () => {
    const { provider } = await newBench();
    await provider.getMamInfo();
    importLastKnownGood(exportLastKnownGood());
    const { vendor, model, serial } = await provider.getDriveInfo();
    expect(lastKnownGood.get(`${vendor} ${model} ${serial}`)).toMatchObject({ imported: false });
  });

  it.each(['', '{', '[]', '{"version":1,"entries":[]}', '{"version":2,"entries":[{}]}'])('refuses %j', (json) => {
    expect(() => new LastKnownGood().import(json)).toThrow(InvalidArgumentError);
  });
});

describe('getLiveInfo', () => {
  it('tells drive, cartridge and identity together', async () => {
    const { provider } = await newLabelledBench();
    expect(await provider.getLiveInfo({ force: true })).toMatchObject({
      online: true,
      drive: { vendor: 'NODE-LTO' },
      tape: { barcode: ID },
      identity: { value: ID, source: 'barcode' },
      needsRegistration: false,
    });
  });

  it('asks the catalogue whether the cartridge is known', async () => {
    const isRegistered = ({ barcode }: { barcode: string | undefined }) => barcode === 'KNOWN1L8';
    const { provider, virtual } = await newBench({}, {}, { isRegistered });
    expect((await provider.getLiveInfo()).needsRegistration).toBe(true);
    await virtual.remove();
    await virtual.insert({ barcode: 'KNOWN1L8' });
    expect((await provider.getLiveInfo({ force: true })).needsRegistration).toBe(false);
    await virtual.remove();
    expect(await provider.getLiveInfo({ force: true })).toMatchObject({ needsRegistration: false, tape: undefined });
  });

  it('does not read the cartridge memory while a job moves the tape', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.getMamInfo();
    await provider.writeArchive(ID, source(100));
    const stream = await provider.readArchive(ID, 1);
    const sent = commands();
    const info = await provider.getLiveInfo({ force: true });
    expect(info).toMatchObject({
      job: 'reading an archive',
      tape: { barcode: ID, stale: expect.stringMatching(/under way/) },
    });
    expect(sent.map(({ operation }) => operation)).not.toContain('READ ATTRIBUTE');
    stream.destroy();
  });
});

describe('watch', () => {
  it('tells insertions, changes, ejections and alerts, and ends when aborted', async () => {
    const bench = await newLabelledBench();
    const { provider, virtual } = bench;
    await labelOther(bench, 'BB0002L8');
    const controller = new AbortController();
    const seen: string[] = [];
    const steps: Record<string, () => Promise<void>> = {
      [`inserted ${ID}`]: () => swapTo(bench, 'BB0002L8'),
      'changed BB0002L8': () => virtual.remove(),
      'ejected BB0002L8': () => virtual.insert(ID),
    };
    let inserted = 0;
    for await (const event of provider.watch({ signal: controller.signal, intervalMs: 10 })) {
      const step = describeEvent(event);
      seen.push(step);
      if (step === `inserted ${ID}`) inserted += 1;
      if (inserted === 2) controller.abort();
      else await steps[step]?.();
    }
    expect(seen).toEqual([`inserted ${ID}`, 'changed BB0002L8', 'ejected BB0002L8', `inserted ${ID}`]);
  });

  it('tells that cleaning is due, once', async () => {
    const { provider, tape } = await newBench();
    const controller = new AbortController();
    const flags = [{ flag: 20, name: 'Clean now', severity: 'C', meaning: '', action: '' } as const];
    let looks = 0;
    tape.alerts = async () => {
      looks += 1;
      if (looks > 5) controller.abort();
      return { flags: looks > 1 ? flags : [], source: 'log page 12' };
    };
    const events: TapeEvent[] = [];
    for await (const event of provider.watch({ signal: controller.signal, intervalMs: 5 })) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['inserted', 'cleaning']);
  });
});

function describeEvent(event: TapeEvent): string {
  if (event.type === 'ejected') return `ejected ${event.previous.identity?.value}`;
  return `${event.type} ${event.info.identity?.value}`;
}
