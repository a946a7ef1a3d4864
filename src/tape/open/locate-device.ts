import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { requireNonEmptyText } from '../../arguments/options.js';
import { carriedByAdapter } from '../../backends/linux/host-adapter.js';
import { fromSystemError } from '../../device/system-errors.js';
import { DeviceNotFoundError, InvalidArgumentError, NotATapeDriveError } from '../../errors/index.js';

/** What a device string stands for. */
export type Located =
  | { readonly kind: 'virtual'; readonly device: string; readonly folder: string }
  | {
      readonly kind: 'native';
      readonly device: string;
      readonly tapeNode: string;
      readonly queryNode: string | undefined;
      /** Bytes that its host adapter is known to carry in one transfer. */
      readonly maxTransfer: number;
    };

const VIRTUAL = 'virtual:';
/** Major numbers of Linux (Documentation/admin-guide/devices.txt). */
const MAJOR_ST = 9;
const MAJOR_SG = 21;
/** Minor bit of the nodes that do not rewind on close. */
const MINOR_NO_REWIND = 0x80;
/** Peripheral device type of a sequential-access device (SPC-5 table 152). */
const TYPE_SEQUENTIAL = '1';

/**
 * Resolves a device string: `virtual:<folder>`, or the path of a non-rewinding tape node or of a link to one. No device
 * is opened and no command is sent.
 *
 * Throws DeviceNotFoundError, NotATapeDriveError, PermissionError, and InvalidArgumentError for a rewinding node.
 */
export async function locateDevice(device: string): Promise<Located> {
  requireNonEmptyText('device', device, {
    operation: 'open',
    next: 'Name a node such as /dev/nst0, or virtual:<folder>',
  });
  if (device.startsWith(VIRTUAL)) {
    const folder = device.slice(VIRTUAL.length);
    if (folder === '')
      throw new InvalidArgumentError('the name has no folder', { device, next: 'Write virtual:<folder>' });
    return { kind: 'virtual', device, folder };
  }
  if (process.platform !== 'linux') {
    throw new DeviceNotFoundError(`real drives are driven on Linux only (this is ${process.platform})`, {
      device,
      next: 'Use a virtual drive here: virtual:<folder>',
    });
  }
  const { tapeNode, sysfs } = await tapeNodeOf(device);
  await requireSequential(device, sysfs);
  const [queryNode, maxTransfer] = await Promise.all([queryNodeOf(sysfs), carriedByAdapter(sysfs)]);
  return { kind: 'native', device, tapeNode, queryNode, maxTransfer };
}

interface TapeNode {
  readonly tapeNode: string;
  /** Folder of the logical unit in sysfs. */
  readonly sysfs: string;
}

async function tapeNodeOf(device: string): Promise<TapeNode> {
  const tapeNode = await realpath(device).catch((error: unknown) => fail(error, device));
  const { rdev, isCharacter } = await nodeNumbers(tapeNode).catch((error: unknown) => fail(error, device));
  if (!isCharacter) {
    throw new NotATapeDriveError('this is not a device node', { device, next: 'Name a node such as /dev/nst0' });
  }
  if (rdev.major === MAJOR_SG) {
    throw new NotATapeDriveError('this is an sg node, which carries no data stream', {
      device,
      next: `Use ${await tapeTwinOfSg(tapeNode)}; its sg node is located automatically`,
    });
  }
  if (rdev.major !== MAJOR_ST) {
    throw new NotATapeDriveError(`this is not a tape drive (device major ${rdev.major})`, {
      device,
      next: 'Name a node of the st driver, such as /dev/nst0',
    });
  }
  if ((rdev.minor & MINOR_NO_REWIND) === 0) {
    throw new InvalidArgumentError('this node rewinds the tape at every close, which loses the position', {
      device,
      next: `Use its twin ${join(dirname(tapeNode), `n${basename(tapeNode)}`)}`,
    });
  }
  const classFolder = await realpath(`/sys/dev/char/${rdev.major}:${rdev.minor}`).catch((error: unknown) =>
    fail(error, device),
  );
  return { tapeNode, sysfs: await realpath(join(classFolder, 'device')) };
}

/** A device node, and the folder of its logical unit in sysfs, if any. Rejects as `locateDevice` does. */
export async function deviceNodeOf(device: string): Promise<{ readonly node: string; readonly sysfs?: string }> {
  const node = await realpath(device).catch((error: unknown) => fail(error, device));
  const { rdev, isCharacter } = await nodeNumbers(node).catch((error: unknown) => fail(error, device));
  if (!isCharacter) return { node };
  const sysfs = await realpath(`/sys/dev/char/${rdev.major}:${rdev.minor}/device`).catch(() => undefined);
  return { node, ...(sysfs !== undefined && { sysfs }) };
}

async function nodeNumbers(path: string) {
  const facts = await stat(path);
  return { isCharacter: facts.isCharacterDevice(), rdev: splitDeviceNumber(facts.rdev) };
}

/** glibc's makedev layout: major in bits 8 to 19, minor in bits 0 to 7 and 20 up. */
function splitDeviceNumber(rdev: number): { major: number; minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}

async function requireSequential(device: string, sysfs: string): Promise<void> {
  const type = (await readFile(join(sysfs, 'type'), 'latin1')).trim();
  if (type !== TYPE_SEQUENTIAL) {
    throw new NotATapeDriveError(`this is not a sequential-access device (peripheral device type ${type})`, { device });
  }
}

/** The `sg` node of the logical unit, if it exists. */
async function queryNodeOf(sysfs: string): Promise<string | undefined> {
  const [name] = await readdir(join(sysfs, 'scsi_generic')).catch(() => []);
  if (name === undefined) return undefined;
  const node = join('/dev', name);
  const [major, minor] = (await readFile(join(sysfs, 'scsi_generic', name, 'dev'), 'latin1')).trim().split(':');
  const numbers = await nodeNumbers(node).catch(() => undefined);
  const matches = numbers?.rdev.major === Number(major) && numbers.rdev.minor === Number(minor);
  return matches ? node : undefined;
}

async function tapeTwinOfSg(node: string): Promise<string> {
  const tapes = await readdir(`/sys/class/scsi_generic/${basename(node)}/device/scsi_tape`).catch((): string[] => []);
  const name = tapes.find((tape) => /^nst\d+$/.test(tape));
  return name === undefined ? 'a tape node such as /dev/nst0' : join('/dev', name);
}

function fail(error: unknown, device: string): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    throw new DeviceNotFoundError('there is no such device', {
      device,
      errno: code,
      next: 'Check the name: the drives of a machine are in /dev/tape/by-id',
    });
  }
  throw fromSystemError(error, { device, operation: 'stat' });
}
