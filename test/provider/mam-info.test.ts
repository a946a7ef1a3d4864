import { describe, expect, it } from 'vitest';
import { DriveBusyError, IllegalRequestError } from '../../src/errors/index.js';
import { monitorOf } from '../../src/provider/monitor/drive-monitor.js';
import { liveInfo } from '../../src/provider/monitor/live-info.js';
import { readMamInfo } from '../../src/provider/monitor/mam-info.js';
import { readOnlineStatus } from '../../src/provider/monitor/online-status.js';
import { shareDrive } from '../../src/provider/session/drive-owner.js';
import { type Bench, ID, newBench, newLabelledBench, swapTo } from './support.js';

const NOT_SUPPORTED = { sense: { key: 5, asc: 0x20, ascq: 0 } } as const;

/** The owner of the drive of a bench, as its provider has it. */
async function ownerOf({ provider, device }: Bench) {
  await provider.getDriveInfo();
  const { owner, release } = await shareDrive(device);
  await release();
  return owner;
}

/** Counts how often the cartridge is read, with what each reading was told. */
function countReadings({ tape }: Bench, meddle: (reading: number) => unknown): { isLoaded: (boolean | undefined)[] } {
  const told: { isLoaded: (boolean | undefined)[] } = { isLoaded: [] };
  const { memoryAndFormat } = tape;
  tape.memoryAndFormat = async (options) => {
    told.isLoaded.push(options?.isLoaded);
    await meddle(told.isLoaded.length);
    return memoryAndFormat.call(tape, options);
  };
  return told;
}

describe('what is read of a cartridge', () => {
  it('is told for a drive without access to the cartridge memory: generation and alerts, and no identity', async () => {
    const { provider, virtual } = await newBench();
    virtual.faults = [{ command: 'READ ATTRIBUTE', outcome: NOT_SUPPORTED }];
    expect(await provider.getMamInfo()).toMatchObject({
      available: false,
      values: {},
      attributes: [],
      alerts: [],
      generation: 'LTO-8',
      barcode: undefined,
      mediumSerial: undefined,
      identity: undefined,
    });
  });

  it('has no alerts where the drive has no such page', async () => {
    const { provider, tape } = await newBench();
    tape.alerts = async () => undefined;
    expect(await provider.getMamInfo()).toMatchObject({ available: true, alerts: undefined, barcode: ID });
  });

  it('names a generation only for certain', async () => {
    const bench = await newBench();
    const { memoryAndFormat } = bench.tape;
    for (const [guess, generation] of [
      [true, undefined],
      [false, 'LTO-8'],
    ]) {
      bench.tape.memoryAndFormat = async (options) => {
        const whole = await memoryAndFormat.call(bench.tape, options);
        return { ...whole, verdict: whole.verdict && { ...whole.verdict, guess: guess as boolean } };
      };
      expect((await bench.provider.getMamInfo({ force: true })).generation).toBe(generation);
    }
  });

  it('has the identity of the barcode, else of the label that was read, else of the medium serial number', async () => {
    const bench = await newLabelledBench();
    const { provider, tape } = bench;
    const identity = async () => (await provider.getMamInfo({ force: true })).identity;
    expect(await identity()).toEqual({ value: ID, source: 'barcode' });
    await tape.setAttributes({ barcode: null });
    const { mediumSerial } = await provider.getMamInfo({ force: true });
    expect(await identity()).toEqual({ value: mediumSerial, source: 'medium serial number' });
    await provider.identifyMedia({ allowIntrusive: true });
    expect(await identity()).toEqual({ value: ID, source: 'label' });
  });

  it('has the identity of a label that stands for the barcode beside it', async () => {
    const { provider, virtual } = await newLabelledBench();
    virtual.faults = [{ command: 'WRITE ATTRIBUTE', outcome: NOT_SUPPORTED }];
    await provider.initializeMedia('BB0002L8', { overwrite: ID });
    await provider.identifyMedia({ allowIntrusive: true });
    const { identity, barcode } = await provider.getMamInfo({ force: true });
    expect({ identity, barcode }).toEqual({ identity: { value: 'BB0002L8', source: 'label' }, barcode: ID });
  });

  it('leaves alone what is known of the cartridge: its label, and that it was written', async () => {
    const { provider, virtual, tape } = await newLabelledBench();
    await virtual.remove();
    await virtual.insert(ID);
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, 'text');
    // The first look that learns of the change comes after it.
    await provider.getLiveInfo({ force: true });
    await tape.setAttributes({ barcode: null });
    expect((await provider.getMamInfo({ force: true })).identity).toEqual({ value: ID, source: 'label' });
    expect((await provider.finalizeMedia(ID)).memory?.written.map(({ key }) => key)).toContain('lastWritten');
  });

  it('waits longer each time that the drive is busy, and gives up after the fourth', async () => {
    const bench = await newBench();
    const owner = await ownerOf(bench);
    const told = countReadings(bench, (reading) => {
      if (reading <= 3) throw new DriveBusyError('the drive is busy');
    });
    const began = performance.now();
    expect((await readMamInfo(owner, true)).value.barcode).toBe(ID);
    // 100, 200 and 400 ms; a timer may fire a little early.
    expect(performance.now() - began).toBeGreaterThan(690);
    // The answer that spares a TEST UNIT READY is good for the first reading only.
    expect(told.isLoaded).toEqual([true, undefined, undefined, undefined]);
    const busy = countReadings(bench, () => {
      throw new DriveBusyError('the drive is busy');
    });
    await expect(readMamInfo(owner)).rejects.toBeInstanceOf(DriveBusyError);
    expect(busy.isLoaded).toHaveLength(4);
  });

  it('is not read again after any other error', async () => {
    const bench = await newBench();
    const owner = await ownerOf(bench);
    const told = countReadings(bench, () => {
      throw new IllegalRequestError('no');
    });
    await expect(readMamInfo(owner)).rejects.toBeInstanceOf(IllegalRequestError);
    expect(told.isLoaded).toHaveLength(1);
  });

  it('is read again when the cartridge is changed meanwhile, but not for ever', async () => {
    const bench = await newLabelledBench();
    const owner = await ownerOf(bench);
    const { virtual } = bench;
    await virtual.remove();
    await virtual.insert({ barcode: 'BB0002L8' });
    await bench.provider.checkOnline({ force: true });
    const told = countReadings(bench, async (reading) => {
      if (reading === 1) await swapTo(bench, ID);
    });
    expect((await readMamInfo(owner, true)).value.barcode).toBe(ID);
    expect(told.isLoaded).toEqual([true, undefined]);
    const endless = countReadings(bench, () => swapTo(bench, ID));
    expect((await readMamInfo(owner)).value.barcode).toBe(ID);
    expect(endless.isLoaded).toHaveLength(4);
  });
});

describe('one look at drive and cartridge', () => {
  it('is made again while the cartridge changes, but not for ever', async () => {
    const bench = await newLabelledBench();
    const monitor = monitorOf(await ownerOf(bench));
    let looks = 0;
    let most = 2;
    const isRegistered = async () => {
      looks += 1;
      if (looks >= most) return true;
      await swapTo(bench, ID);
      await bench.tape.readiness();
      return false;
    };
    expect(await liveInfo(monitor, 0, true, isRegistered)).toMatchObject({ needsRegistration: false, state: 'ready' });
    expect(looks).toBe(2);
    most = Number.POSITIVE_INFINITY;
    looks = 0;
    expect(await liveInfo(monitor, 0, true, isRegistered)).toMatchObject({ needsRegistration: true });
    expect(looks).toBe(4);
  });

  it('shows a cleaning cartridge, which never becomes ready, and nothing of one that still loads', async () => {
    const { provider, virtual } = await newBench({}, { loadSeconds: 60 });
    await virtual.remove();
    await virtual.insert({ barcode: 'LATER1L8' });
    expect(await provider.getLiveInfo({ force: true })).toMatchObject({ state: 'becoming-ready', tape: undefined });
    virtual.faults = [{ command: 'TEST UNIT READY', outcome: { sense: { key: 2, asc: 0x30, ascq: 3 } } }];
    const cleaning = await provider.getLiveInfo({ force: true });
    expect(cleaning).toMatchObject({ state: 'not-ready', online: false, tape: { barcode: 'LATER1L8' } });
  });

  it('has nothing of drive and cartridge while the drive cannot be reached', async () => {
    const { provider, virtual } = await newBench();
    await provider.getLiveInfo({ force: true });
    virtual.faults = [{ outcome: { hostStatus: 1 } }];
    expect(await provider.getLiveInfo({ force: true })).toMatchObject({
      online: false,
      state: 'offline',
      tape: undefined,
    });
  });
});

describe('the state of the drive', () => {
  it.each([
    ['no-medium', { key: 2, asc: 0x3a, ascq: 0 }, true],
    ['not-loaded', { key: 2, asc: 0x04, ascq: 0x02 }, true],
    ['becoming-ready', { key: 2, asc: 0x04, ascq: 0x01 }, false],
    ['not-ready', { key: 2, asc: 0x04, ascq: 0x03 }, false],
  ])('%s has its reason in the words of the standard', async (state, sense, forgets) => {
    const bench = await newBench();
    const owner = await ownerOf(bench);
    let forgotten = 0;
    owner.onForgotten(() => {
      forgotten += 1;
    });
    bench.virtual.faults = [{ command: 'TEST UNIT READY', outcome: { sense } }];
    const status = await readOnlineStatus(owner);
    expect(status).toMatchObject({ online: false, state, reason: expect.stringMatching(/[a-z]{4}/i) });
    expect(forgotten > 0).toBe(forgets);
  });
});
