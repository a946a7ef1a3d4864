import { describe, expect, it } from 'vitest';
import { NoMediumError, NotReadyError } from '../../src/errors/index.js';
import { waitUntilReady } from '../../src/tape/motion/wait-until-ready.js';
import { newPort, newTapeDrive } from './drives.js';

const intervalMs = 20;

describe('waiting until ready', () => {
  it('sees a load through, with progress, and the tape can be used then', async () => {
    const { port, drive } = await newPort({ cartridge: false, loadSeconds: 0.3 });
    await drive.insert({});
    const progress: number[] = [];
    await waitUntilReady(port, {
      intervalMs,
      onProgress: (readiness) => {
        expect(readiness.state).toBe('becoming-ready');
        progress.push(readiness.progress ?? -1);
      },
    });
    expect(progress.length).toBeGreaterThan(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.every((part) => part >= 0 && part < 1)).toBe(true);
    await port.mt('MTREW');
    expect((await port.status()).online).toBe(true);
  });

  it('asks with REQUEST SENSE where TEST UNIT READY tells no progress', async () => {
    const { port, drive } = await newPort({ cartridge: false, loadSeconds: 0.2 });
    await drive.insert({});
    const mute = { sense: { key: 2, asc: 4, ascq: 1 } };
    drive.faults = [{ command: 'TEST UNIT READY', times: 2, outcome: mute }];
    const progress: (number | undefined)[] = [];
    await waitUntilReady(port, { intervalMs, onProgress: (readiness) => progress.push(readiness.progress) });
    expect(progress[1]).toBeGreaterThan(0);
  });

  it('ends when the time is up, with the sense', async () => {
    const { port, drive } = await newPort({ cartridge: false, loadSeconds: 60 });
    await drive.insert({});
    const waiting = waitUntilReady(port, { intervalMs, timeoutMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'LTO_NOT_READY', sense: { asc: 4, ascq: 1 } });
  });

  it('ends with the reason of its signal', async () => {
    const { port, drive } = await newPort({ cartridge: false, loadSeconds: 60 });
    await drive.insert({});
    const controller = new AbortController();
    const waiting = waitUntilReady(port, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not wait for what will not come', async () => {
    const empty = await newTapeDrive({ cartridge: false });
    await expect(empty.waitUntilReady()).rejects.toBeInstanceOf(NoMediumError);
    const cleaning = await newTapeDrive({ cartridge: { cleaning: true } });
    await expect(cleaning.waitUntilReady()).rejects.toBeInstanceOf(NotReadyError);
    const unloaded = await newTapeDrive();
    await unloaded.unload();
    await expect(unloaded.waitUntilReady()).rejects.toThrow('lto load');
  });
});
