import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { VirtualTransport } from '../../../src/backends/virtual/virtual-transport.js';
import { COMMAND_CHANNEL, type CommandEvent } from '../../../src/device/command-log.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../../src/virtual/index.js';
import { newDriveFolder } from '../../virtual/support.js';

export const KIB = 1024;
export const MIB = KIB * KIB;

export interface Bench {
  readonly tape: TapeDrive;
  readonly virtual: VirtualDrive;
}

/** A drive that keeps the last 64 MiB in its buffer, unless told otherwise. */
export async function newSessionBench(options: VirtualDriveOptions = {}): Promise<Bench> {
  const folder = await newDriveFolder({ bufferBytes: 64 * MIB, ...options });
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  onTestFinished(() => tape.close().catch(() => undefined));
  return { tape, virtual: transport.drive };
}

export function data(file: number, bytes = 10 * KIB): Buffer {
  return Buffer.alloc(bytes, file + 1);
}

/** The data of a file in two pieces, with a pause between them. */
export async function* slowly(milliseconds: number): AsyncGenerator<Buffer> {
  yield data(1);
  await delay(milliseconds);
  yield data(1);
}

/** The operations that `work` has sent, in order. */
export async function operationsOf(work: () => Promise<unknown>): Promise<string[]> {
  const operations: string[] = [];
  const note = (event: unknown) => operations.push((event as CommandEvent).operation);
  subscribe(COMMAND_CHANNEL, note);
  try {
    await work();
  } finally {
    unsubscribe(COMMAND_CHANNEL, note);
  }
  return operations;
}

/** Whether a promise has not settled when everything else has had its turn. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setTimeout(resolve, 20, 'pending'));
  return (await Promise.race([promise.catch(() => 'failed'), turn])) === 'pending';
}
