import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Device } from '../../binding.js';
import { loadAddon } from '../../src/addon/load-addon.js';

/** The addon exists for Linux only; there, its absence is a failure. */
export const onLinux = process.platform === 'linux';

/** `scripts/native-copies.sh` runs test/native on an addon that is refused external ArrayBuffers, as in Electron. */
export const copies = process.env.NODE_LTO_PREBUILD?.endsWith('copies') ?? false;

export const KIB = 1024;

/** A folder that goes with the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lto-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Path of a new FIFO. */
export function makeFifo(name = 'fifo'): string {
  const path = join(scratchFolder(), name);
  execFileSync('mkfifo', [path]);
  return path;
}

/** An opened device; for a FIFO, O_RDWR needs no other end. */
export async function openDevice(path: string, flags: number = constants.O_RDWR): Promise<Device> {
  const device = new (loadAddon().Device)(path);
  await device.open(flags);
  return device;
}

export function slab(byteLength: number): Uint8Array {
  return new Uint8Array(loadAddon().allocateSlab(byteLength));
}

/** The other end of a FIFO. */
export function openOtherEnd(fifo: string): number {
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  return fd;
}
