import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { DriveBusyError, DriveClosedError, NotATapeDriveError } from '../../errors/index.js';
import { isLibrary } from '../../virtual/library/library-folder.js';
import { VirtualDrive } from '../../virtual/virtual-drive.js';
import type { VirtualLibrary } from '../../virtual/virtual-library.js';

// The changer and the drives of a library are opened one by one, as device nodes are. The library behind them is one
// object: opened with the first of them, closed with the last.

/** A device that is in use until it is released. */
export interface Attached<T> {
  readonly device: T;
  readonly release: () => Promise<void>;
}

interface SharedLibrary {
  readonly library: Promise<VirtualLibrary>;
  /** Numbers of the drives that are in use. */
  readonly drives: Set<number>;
  users: number;
}

/** By the real path of the folder. */
const open = new Map<string, SharedLibrary>();
/** Libraries that are being closed. */
const closing = new Map<string, Promise<void>>();

/** The changer of a library. Rejects as `VirtualLibrary.open` does. */
export async function attachChanger(folder: string): Promise<Attached<VirtualLibrary>> {
  return attachLibrary(await realpath(folder).catch(() => folder));
}

/** The drive of a folder, in a library or alone. Rejects as `VirtualDrive.open` does. */
export async function attachDrive(folder: string): Promise<Attached<VirtualDrive>> {
  const path = await realpath(folder).catch(() => resolve(folder));
  if (await isLibrary(path)) {
    throw new NotATapeDriveError('this is a library', {
      device: `virtual:${folder}`,
      next: `Name one of its drives, such as virtual:${folder}/drives/1`,
    });
  }
  const library = dirname(dirname(path));
  const isInLibrary = basename(dirname(path)) === 'drives' && (await isLibrary(library));
  if (isInLibrary) return attachDriveOf(library, Number(basename(path)), folder);
  const device = await VirtualDrive.open(folder);
  return { device, release: () => device.close() };
}

async function attachDriveOf(path: string, number: number, folder: string): Promise<Attached<VirtualDrive>> {
  const { device: library, release } = await attachLibrary(path);
  const drive = library.drives[number - 1];
  const { drives } = open.get(path) ?? {};
  try {
    // If there is no such drive, `VirtualDrive.open` has the right error.
    if (drive === undefined || drives === undefined) return await VirtualDrive.open(folder).then(neverAlone);
    if (drives.has(number))
      throw new DriveBusyError('this process has the drive open', { device: `virtual:${folder}` });
  } catch (error) {
    await release();
    throw error;
  }
  drives.add(number);
  return {
    device: drive,
    release: async () => {
      drives.delete(number);
      await release();
    },
  };
}

function neverAlone(drive: VirtualDrive): never {
  throw new DriveClosedError('a drive of a library was opened without it', { device: `virtual:${drive.folder}` });
}

async function attachLibrary(path: string): Promise<Attached<VirtualLibrary>> {
  await closing.get(path);
  const shared = open.get(path) ?? { library: openLibrary(path), drives: new Set<number>(), users: 0 };
  open.set(path, shared);
  shared.users += 1;
  let released: Promise<void> | undefined;
  const release = () => {
    released ??= leave(path, shared);
    return released;
  };
  try {
    return { device: await shared.library, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The module is loaded only if there is a library. */
async function openLibrary(path: string): Promise<VirtualLibrary> {
  const { VirtualLibrary } = await import('../../virtual/virtual-library.js');
  return VirtualLibrary.open(path);
}

async function leave(path: string, shared: SharedLibrary): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0 || open.get(path) !== shared) return;
  open.delete(path);
  const closed = shared.library.then(
    (library) => library.close(),
    // There was nothing to close.
    () => undefined,
  );
  const settled = closed.catch(() => undefined);
  closing.set(path, settled);
  try {
    await closed;
  } finally {
    if (closing.get(path) === settled) closing.delete(path);
  }
}
