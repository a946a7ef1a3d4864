import { InvalidArgumentError } from '../../../errors/index.js';
import { reachDrive } from '../../../virtual/control/drive-controls.js';
import { parseFaults } from '../../../virtual/control/requests.js';
import {
  createVirtualDrive,
  type DriveControls,
  openControls,
  requireTraits,
  speedFacts,
} from '../../../virtual/index.js';
import { isLibrary } from '../../../virtual/library/library-folder.js';
import { readDocument } from '../../input/document.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import { visible } from '../../output/terminal.js';
import type { CommonOptions } from '../../run/action.js';
import { resetLibrary, setLibraryFaults } from './library.js';
import { type CartridgeFlags, cartridgeOptions, type NamedOrNewFlags, namedOrNew } from './new-cartridge.js';
import { notServed } from './served.js';

interface CreateOptions extends CartridgeFlags {
  readonly generation?: string;
  readonly speed?: string;
  readonly serial?: string;
  readonly earlyWarning?: string;
  readonly trait?: readonly string[];
  /** False with --no-cartridge. */
  readonly cartridge: boolean;
}

export async function create(options: CreateOptions, folder: string) {
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

export async function insert(options: NamedOrNewFlags, folder: string, name?: string) {
  const cartridge = namedOrNew(options, name);
  return withVirtual(folder, (drive) => drive.insert(cartridge));
}

export function remove(_options: CommonOptions, folder: string) {
  return withVirtual(folder, (drive) => drive.remove());
}

export async function reset(_options: CommonOptions, folder: string) {
  if (await isLibrary(folder)) return resetLibrary(folder);
  return withVirtual(folder, (drive) => drive.reset());
}

/** Faults last only until the drive is closed, so it must be served. */
export async function setFaults(_options: CommonOptions, folder: string, path?: string) {
  if (await isLibrary(folder)) return setLibraryFaults(folder, path);
  const faults = path === undefined ? [] : await readDocument(path, parseFaults, 'list of faults');
  const drive = await reachDrive(folder);
  if (drive === undefined) throw notServed(folder);
  return withControls(folder, drive, () => drive.setFaults(faults));
}

async function withVirtual(folder: string, work: (drive: DriveControls) => Promise<void>) {
  return withControls(folder, await openControls(folder), work);
}

/** Applies an action to a folder's drive and returns the cartridge that is then in it. */
async function withControls(folder: string, drive: DriveControls, work: (drive: DriveControls) => Promise<void>) {
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
