import { realpath } from 'node:fs/promises';
import { InvalidArgumentError } from '../../errors/index.js';
import { type MountEvent, toldSafely } from '../../library/mount/events.js';
import { CartridgeMounts } from '../../library/mount/mounts.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import { TapeLibrary } from '../../library/tape-library.js';
import type { OpenDrive } from '../session/drive-owner.js';
import { holdOwner, type OwnedDrive } from './hold-owner.js';

export type Mounts = CartridgeMounts<OwnedDrive>;
export type OnMountEvent = (event: MountEvent) => void;

/** A provider's share of a library that is open. */
export interface LibraryShare {
  readonly mounts: Mounts;
  /** When its last user has released it, all cartridges are put back and the library is closed. To be called once. */
  readonly release: () => Promise<void>;
}

interface Entry {
  readonly opened: Promise<{ readonly library: TapeLibrary; readonly mounts: Mounts }>;
  readonly listeners: Set<OnMountEvent>;
  readonly cleaningLog: string | undefined;
  users: number;
  closing?: Promise<void>;
}

/** Libraries that providers of this process use, by device. */
const entries = new Map<string, Entry>();

interface ShareOptions {
  readonly open: OpenDrive | undefined;
  readonly onEvent: OnMountEvent | undefined;
  readonly cleaningLog: string | undefined;
}

/**
 * The library behind `device`, opened for the first of its users. Rejects as `TapeLibrary.open` does, and with
 * InvalidArgumentError for another `cleaningLog` than that of the first one.
 */
export async function shareLibrary(device: string, options: ShareOptions): Promise<LibraryShare> {
  const { onEvent, cleaningLog } = options;
  const key = await keyOf(device);
  for (let closing = entries.get(key)?.closing; closing; closing = entries.get(key)?.closing) await closing;
  const entry = entries.get(key) ?? newEntry(device, options);
  if (cleaningLog !== undefined && entry.cleaningLog !== cleaningLog) throw otherLog(device, entry);
  entries.set(key, entry);
  entry.users += 1;
  try {
    const { mounts } = await entry.opened;
    if (onEvent) entry.listeners.add(onEvent);
    return { mounts, release: () => release(key, entry, onEvent) };
  } catch (error) {
    if (entries.get(key) === entry) entries.delete(key);
    throw error;
  }
}

function otherLog(device: string, { cleaningLog }: Entry): InvalidArgumentError {
  const theirs = cleaningLog === undefined ? 'no cleaningLog' : `the cleaningLog ${cleaningLog}`;
  return new InvalidArgumentError(`another provider of this process has opened the library, with ${theirs}`, {
    device,
    operation: 'open',
    next: 'Give all providers of a library the same one',
  });
}

function newEntry(device: string, { open, cleaningLog }: ShareOptions): Entry {
  const listeners = new Set<OnMountEvent>();
  const onEvent = (event: MountEvent) => {
    for (const listener of listeners) toldSafely(listener, event);
  };
  const opened = TapeLibrary.open(device, { cleaningLog }).then((library) => {
    const hold = (node: string) => holdOwner(node, open);
    return { library, mounts: new CartridgeMounts({ library, hold, onEvent, isSame: isSameCartridge }) };
  });
  return { opened, listeners, cleaningLog, users: 0 };
}

async function release(key: string, entry: Entry, onEvent: OnMountEvent | undefined): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) {
    if (onEvent) entry.listeners.delete(onEvent);
    return;
  }
  const closed = entry.opened.then(async ({ library, mounts }) => {
    try {
      await mounts.close();
    } finally {
      await library.close();
    }
  });
  entry.closing = closed.catch(() => undefined).finally(() => entries.delete(key));
  await closed;
}

async function keyOf(device: string): Promise<string> {
  const path = device.replace(/^virtual:/, '');
  return realpath(path).catch(() => path);
}
