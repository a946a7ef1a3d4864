import { constants, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { makeFifo, onLinux, openDevice, openOtherEnd, scratchFolder, slab } from './addon.js';

describe.runIf(onLinux)('Device', () => {
  it('opens /dev/null and tells what it is', async () => {
    const device = new (loadAddon().Device)('/dev/null');
    expect(await device.open(constants.O_RDWR)).toEqual({ isCharacterDevice: true, major: 1, minor: 3 });
    await device.close();
  });

  it('rejects a missing node with ENOENT and creates nothing', async () => {
    const path = join(scratchFolder(), 'nst9');
    const device = new (loadAddon().Device)(path);
    await expect(device.open(constants.O_RDWR)).rejects.toMatchObject({ errno: -os.errno.ENOENT, syscall: 'open' });
    await expect(device.mtGet(0)).rejects.toMatchObject({ errno: -os.errno.EBADF, syscall: 'MTIOCGET' });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('rejects ioctls that the node does not know, with the stack of the caller', async () => {
    const device = await openDevice('/dev/null');
    const error = await device.scsi(new Uint8Array(6), 'in', 96, 1000, 0).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ errno: -os.errno.ENOTTY, syscall: 'SG_IO' });
    expect((error as Error).stack).toMatch(/^Error: Inappropriate ioctl for device, SG_IO\n.*device\.test\.ts/);
    await expect(device.mtOp(8, 0, 0)).rejects.toMatchObject({ errno: -os.errno.ENOTTY, syscall: 'MTIOCTOP' });
    await expect(device.mtGet(0)).rejects.toMatchObject({ errno: -os.errno.ENOTTY, syscall: 'MTIOCGET' });
    await expect(device.mtPos(0)).rejects.toMatchObject({ errno: -os.errno.ENOTTY, syscall: 'MTIOCPOS' });
    await device.close();
  });

  it('closes once, resolves again and refuses what comes later', async () => {
    const device = await openDevice('/dev/null');
    await Promise.all([device.close(), device.close()]);
    await device.close();
    await expect(device.mtGet(0)).rejects.toMatchObject({ errno: 0, syscall: 'MTIOCGET' });
    await expect(device.open(constants.O_RDWR)).rejects.toMatchObject({ errno: 0, syscall: 'open' });
  });

  it('cancels what waits and lets what runs go on', async () => {
    const fifo = makeFifo();
    const device = await openDevice(fifo);
    const running = device.readRecords(slab(4096), 512, 1, 1, 1);
    const waiting = device.mtGet(2);
    expect(device.cancel(2)).toBe(true);
    expect(device.cancel(2)).toBe(false);
    expect(device.cancel(0)).toBe(false);
    await expect(waiting).rejects.toMatchObject({ errno: -os.errno.ECANCELED, syscall: 'MTIOCGET' });
    writeSync(openOtherEnd(fifo), 'abc');
    expect(await running).toEqual({ lengths: [3], stop: 'full' });
    await device.close();
  });

  it('settles calls in the order of the queue', async () => {
    const device = await openDevice('/dev/null');
    const order: number[] = [];
    const note = (i: number) => () => order.push(i);
    await Promise.all(Array.from({ length: 500 }, (_, i) => device.mtGet(0).then(note(i), note(i))));
    expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i));
    await device.close();
  });

  it('serves 32 devices at once', async () => {
    const memory = slab(64 * 1024);
    const work = Array.from({ length: 32 }, async (_, i) => {
      const device = await openDevice('/dev/null');
      const outcome = await device.writeRecords(memory, 4096, i + 1, 0);
      await device.close();
      return outcome;
    });
    for (const outcome of await Promise.all(work)) expect(outcome).toMatchObject({ records: 16, stop: 'done' });
  });

  it('leaves the thread pool of libuv alone', async () => {
    const fifos = Array.from({ length: 8 }, () => makeFifo());
    const devices = await Promise.all(fifos.map((fifo) => openDevice(fifo)));
    let settled = 0;
    const reads = devices.map((device) => device.readRecords(slab(4096), 512, 1, 1, 0).finally(() => (settled += 1)));
    expect((await readFile('/proc/self/comm')).length).toBeGreaterThan(0);
    expect(settled).toBe(0);
    for (const fifo of fifos) writeSync(openOtherEnd(fifo), 'x');
    await Promise.all(reads);
    await Promise.all(devices.map((device) => device.close()));
  });
});
