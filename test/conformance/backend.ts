import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Transport } from '../../src/transport/transport.js';
import { createVirtualDrive, requireTraits } from '../../src/virtual/index.js';
import { Traits } from '../../src/virtual/traits/traits.js';
import { type Capability, type Effect, isCapability } from './capabilities.js';
import { requireCartridge, restoreCartridge } from './cartridge-guard.js';
import { PROFILES, type ProfileName, profileOf } from './profiles.js';

export interface Backend {
  /** Heads its column of the matrix. */
  readonly name: string;
  readonly lacks: ReadonlySet<Capability>;
  /** Bytes of the records that fill a tape: small where the tape is limited by their number. */
  readonly fillRecordSize: number;
  /** Bytes that the path carries in one transfer; undefined where nobody knows. */
  readonly transferLimit: number | undefined;
  /** What tests may do to the cartridge. */
  readonly allows: ReadonlySet<Effect>;
  /** Real drives take minutes for what takes the others milliseconds. */
  readonly slow: boolean;
  /** A drive with a cartridge for a test of that effect. A test that writes finds it at the beginning of the tape. */
  readonly open: (effect: Effect) => Promise<TapeDrive>;
  /** Resets the drive behind the back of its driver, so that the position is lost. */
  readonly reset: (transport: Transport) => Promise<void>;
  /** Puts right what a test of that effect has changed, and removes what `open` made. */
  readonly clean: (effect: Effect) => Promise<void>;
}

const MIB = 1024 * 1024;
const EVERYTHING: ReadonlySet<Effect> = new Set(['asks', 'moves', 'writes']);

/** The backend that this run is about: the device that is named, the drive of the kernel lab, or the virtual one. */
export function selectedBackend(): Backend {
  const { LTO_TEST_DEVICE: device, LTO_LAB_DRIVE: lab, LTO_TEST_TRAIT: trait } = process.env;
  if (device !== undefined) return named(device);
  if (lab !== undefined) return ofLab(lab, trait);
  return virtual(trait);
}

/** A drive of the user's: see scripts/test-device.mjs for the variables. */
function named(device: string): Backend {
  const { LTO_TEST_PROFILE: name = 'lto', LTO_TEST_EFFECTS = 'asks', LTO_TEST_LACKS, LTO_TEST_HAS } = process.env;
  const profile = profileOf(name);
  const lacks = new Set([...lackedBy(profile), ...capabilities(LTO_TEST_LACKS)]);
  for (const capability of capabilities(LTO_TEST_HAS)) lacks.delete(capability);
  return {
    name: device,
    lacks,
    fillRecordSize: PROFILES[profile].fillRecordSize,
    transferLimit: undefined,
    allows: new Set(LTO_TEST_EFFECTS.split(',') as Effect[]),
    slow: true,
    open: async (effect) => {
      const drive = await TapeDrive.open(device, { readOnly: effect !== 'writes' });
      if (effect !== 'writes') return drive;
      try {
        await requireCartridge(drive);
        await drive.rewind();
        return drive;
      } catch (error) {
        await drive.close();
        throw error;
      }
    },
    reset: resetDevice,
    clean: async (effect) => {
      if (effect !== 'writes') return;
      await using drive = await TapeDrive.open(device);
      // What the next user writes must not be encrypted with a key that a test has left.
      if (!lacks.has('encryption')) await drive.encryption.disable();
      await restoreCartridge(drive);
    },
  };
}

function ofLab(drive: string, trait?: string): Backend {
  const name = withTrait(drive === 'virtual' ? 'virtual (kernel)' : drive, trait);
  const profile = profileOf(name);
  return {
    name,
    lacks: new Set(lackedBy(profile)),
    fillRecordSize: PROFILES[profile].fillRecordSize,
    transferLimit: Number.POSITIVE_INFINITY,
    allows: EVERYTHING,
    slow: false,
    open: async (effect) => {
      const opened = await TapeDrive.open('/dev/nst0', { readOnly: effect !== 'writes' });
      await opened.rewind();
      return opened;
    },
    reset: resetDevice,
    clean: async () => undefined,
  };
}

async function resetDevice({ queryDevice }: Transport): Promise<void> {
  await promisify(execFile)('sg_reset', ['--device', queryDevice]);
}

/** A drive with a trait is a backend of its own. */
function withTrait(backend: string, trait?: string): string {
  return trait === undefined ? backend : `${backend}, ${trait}`;
}

function virtual(trait?: string): Backend {
  const traits = requireTraits(trait === undefined ? [] : [trait]);
  const { transferLimit = Number.POSITIVE_INFINITY } = new Traits(traits);
  const name = withTrait('virtual', trait);
  const profile = profileOf(name);
  const folders: string[] = [];
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
    folders.push(folder);
    await createVirtualDrive(folder, {
      cartridge: { barcode: 'TEST01L8', capacityBytes: 64 * MIB },
      earlyWarningBytes: 8 * MIB,
      traits,
    });
    return folder;
  };
  return {
    name,
    lacks: new Set(lackedBy(profile)),
    fillRecordSize: Math.min(PROFILES[profile].fillRecordSize, transferLimit),
    transferLimit,
    allows: EVERYTHING,
    slow: false,
    open: async (effect) => {
      const folder = folders.at(-1) ?? (await newFolder());
      const drive = await TapeDrive.open(`virtual:${folder}`, { readOnly: effect !== 'writes' });
      await drive.rewind();
      return drive;
    },
    reset: async (transport) => {
      if (transport instanceof VirtualTransport) await transport.drive.reset();
    },
    clean: async () => {
      await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

function lackedBy(profile: ProfileName): Capability[] {
  return Object.keys(PROFILES[profile].lacks).filter(isCapability);
}

/** Names by comma. */
function capabilities(list = ''): Capability[] {
  return list.split(',').filter((name): name is Capability => {
    if (name === '' || isCapability(name)) return name !== '';
    throw new Error(`there is no capability ${JSON.stringify(name)}: see docs/conformance.md`);
  });
}
