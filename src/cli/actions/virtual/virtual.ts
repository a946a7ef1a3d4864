import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DeviceNotFoundError, InvalidArgumentError } from '../../../errors/index.js';
import type { LtoFormat } from '../../../scsi/generations/formats.js';
import { reachControlSocket } from '../../../virtual/control/client.js';
import { parseFaults } from '../../../virtual/control/messages.js';
import {
  type CartridgeOptions,
  createVirtualDrive,
  type DriveControls,
  type Fault,
  openControls,
  requireTraits,
  speedFacts,
} from '../../../virtual/index.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import { visible } from '../../output/terminal.js';
import type { CommandResult, CommonOptions } from '../../run/action.js';

interface CartridgeFlags extends CommonOptions {
  readonly barcode?: string;
  readonly format?: string;
  readonly capacity?: string;
  readonly worm?: boolean;
  readonly writeProtected?: boolean;
  readonly discard?: boolean;
}

interface CreateOptions extends CartridgeFlags {
  readonly generation?: string;
  readonly speed?: string;
  readonly serial?: string;
  readonly earlyWarning?: string;
  readonly trait?: readonly string[];
  /** False with --no-cartridge. */
  readonly cartridge: boolean;
}

interface InsertOptions extends CartridgeFlags {
  readonly new?: boolean;
  readonly generation?: string;
}

function cartridgeOptions({
  barcode,
  format,
  capacity,
  worm,
  writeProtected,
  discard,
}: CartridgeFlags): CartridgeOptions {
  return {
    ...(barcode !== undefined && { barcode }),
    // Names that there are not are refused where the cartridge is made.
    ...(format !== undefined && { format: format as LtoFormat }),
    ...(capacity !== undefined && { capacityBytes: parseSize(capacity) }),
    ...(worm !== undefined && { worm }),
    ...(writeProtected !== undefined && { writeProtected }),
    ...(discard !== undefined && { discardsData: discard }),
  };
}

export async function create(options: CreateOptions, folder: string): Promise<CommandResult> {
  const { generation, speed, serial, earlyWarning, trait, cartridge: filled } = options;
  const cartridge = cartridgeOptions(options);
  if (!filled && Object.keys(cartridge).length > 0) {
    throw new InvalidArgumentError('--no-cartridge excludes the options of a cartridge');
  }
  await createVirtualDrive(folder, {
    cartridge: filled && cartridge,
    ...(generation !== undefined && { generation: parseCount(generation) }),
    ...(speed !== undefined && { speed: speedFacts(speed) }),
    ...(serial !== undefined && { serial }),
    ...(earlyWarning !== undefined && { earlyWarningBytes: parseSize(earlyWarning) }),
    ...(trait !== undefined && { traits: requireTraits(trait) }),
  });
  return withVirtual(folder, async () => undefined);
}

export async function insert(options: InsertOptions, folder: string, name?: string): Promise<CommandResult> {
  const { new: made = false, generation } = options;
  const flags = {
    ...cartridgeOptions(options),
    ...(generation !== undefined && { generation: parseCount(generation) }),
  };
  if (made === (name !== undefined)) throw new InvalidArgumentError('give the name of a cartridge, or --new');
  if (!made && Object.keys(flags).length > 0) throw new InvalidArgumentError('options of a cartridge go with --new');
  return withVirtual(folder, (drive) => drive.insert(name ?? flags));
}

export function remove(_options: CommonOptions, folder: string): Promise<CommandResult> {
  return withVirtual(folder, (drive) => drive.remove());
}

export function reset(_options: CommonOptions, folder: string): Promise<CommandResult> {
  return withVirtual(folder, (drive) => drive.reset());
}

/** Faults last until the drive is closed, so that only a served one can have them from outside. */
export async function setFaults(_options: CommonOptions, folder: string, path?: string): Promise<CommandResult> {
  const faults = path === undefined ? [] : await readFaults(path);
  const drive = await reachControlSocket(folder);
  if (drive === undefined) {
    throw new DeviceNotFoundError('nobody serves the drive', {
      device: `virtual:${folder}`,
      next: 'Serve it with `lto serve-virtual` first',
    });
  }
  return withControls(folder, drive, () => drive.setFaults(faults));
}

async function readFaults(path: string): Promise<readonly Fault[]> {
  const source = await readFile(path, 'utf8');
  try {
    return parseFaults(JSON.parse(source));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s*\n\s*/g, ' ') : 'it is no JSON';
    throw new InvalidArgumentError(`${path} is not a list of faults: ${why}`, { cause });
  }
}

async function withVirtual(folder: string, work: (drive: DriveControls) => Promise<void>): Promise<CommandResult> {
  return withControls(folder, await openControls(folder), work);
}

/** Does something to the drive of a folder, and tells which cartridge is in it then. */
async function withControls(
  folder: string,
  drive: DriveControls,
  work: (drive: DriveControls) => Promise<void>,
): Promise<CommandResult> {
  try {
    await work(drive);
    const { identity, cartridge, faults } = await drive.state();
    const device = `virtual:${folder}`;
    const inside = cartridge === null ? 'no cartridge' : `cartridge ${cartridge}`;
    const failing = faults.length === 0 ? '' : `, ${faults.length} faults set`;
    return {
      document: { device, identity, cartridge, faults },
      text: visible(`${device}: ${identity.product}, ${inside}${failing}`),
    };
  } finally {
    await drive.close();
  }
}
