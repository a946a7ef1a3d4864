import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Transport } from '../../src/transport/transport.js';
import { VirtualTransport } from '../../src/transport/virtual.js';
import { createVirtualDrive } from '../../src/virtual/index.js';

/** What a backend may lack. A test skips only because its backend declares one of these. */
export type Capability =
  /** What is written is read back byte for byte. */
  | 'data'
  /** Reading and spacing tell the end of the recorded data from other errors. */
  | 'end-of-data'
  /** READ POSITION tells the logical object number. */
  | 'logical-object'
  /** READ POSITION in its long form. */
  | 'long-position'
  /** Records of any length from 1 byte up. */
  | 'any-length'
  /** Records of more than 1 MiB. */
  | 'large-records'
  /** Early warning is told before the end of the medium. */
  | 'early-warning'
  /** A cartridge that is small enough to be filled by a test. */
  | 'fills-up'
  /** READ ATTRIBUTE and WRITE ATTRIBUTE. */
  | 'mam'
  /** ERASE leaves a blank tape. */
  | 'erase'
  /** LOCATE by logical object. */
  | 'locate'
  /** Unloading takes the medium away, loading brings it back. */
  | 'load'
  /** A reset makes the position unknown to the driver. */
  | 'reset'
  /** Spacing back over a record or a filemark from the end of the data. */
  | 'space-back'
  /** Keys can be set, and what is written with them is encrypted. */
  | 'encryption';

export interface Backend {
  readonly name: string;
  readonly lacks: ReadonlySet<Capability>;
  /** Bytes of the records that fill a tape: small where the tape is limited by their number. */
  readonly fillRecordSize: number;
  /** A drive with a cartridge that may be overwritten, at the beginning of the tape. */
  readonly open: () => Promise<TapeDrive>;
  /** Resets the drive behind the back of its driver, so that the position is lost. */
  readonly reset: (transport: Transport) => Promise<void>;
  /** Removes what `open` made. */
  readonly clean: () => Promise<void>;
}

const MIB = 1024 * 1024;
const FILL_RECORD_SIZE = 256 * 1024;

/** Drives of the kernel lab, by the name that `--drive` has. */
const LAB_LACKS: Readonly<Record<string, readonly Capability[]>> = {
  // Keeps the first 4 bytes of a block only.
  scsi_debug: ['data', 'long-position', 'any-length', 'large-records', 'mam', 'encryption'],
  // Answers BLANK CHECK without a residual, so that a read at the end of data looks like data.
  tgt: [
    'end-of-data',
    'logical-object',
    'long-position',
    'any-length',
    'large-records',
    'early-warning',
    'mam',
    'locate',
    'erase',
    'space-back',
    'reset',
    'encryption',
  ],
};

/** The backend that this run is about: the device that is named, the drive of the kernel lab, or the virtual one. */
export function selectedBackend(): Backend {
  const { LTO_TEST_DEVICE: device, LTO_LAB_DRIVE: lab } = process.env;
  if (device !== undefined) return node(device, device, (process.env.LTO_TEST_LACKS ?? '').split(',') as Capability[]);
  // The virtual drive through the kernel's st, which is to lack nothing.
  if (lab === 'virtual') return node('virtual-kernel', '/dev/nst0', []);
  if (lab !== undefined) return node(lab, '/dev/nst0', LAB_LACKS[lab] ?? []);
  return virtual();
}

function node(name: string, device: string, lacks: readonly Capability[]): Backend {
  return {
    name,
    lacks: new Set(lacks),
    fillRecordSize: name === 'scsi_debug' ? 4096 : FILL_RECORD_SIZE,
    open: async () => {
      const drive = await TapeDrive.open(device);
      await drive.rewind();
      return drive;
    },
    reset: async ({ queryDevice }) => {
      await promisify(execFile)('sg_reset', ['--device', queryDevice]);
    },
    clean: async () => undefined,
  };
}

function virtual(): Backend {
  const folders: string[] = [];
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
    folders.push(folder);
    await createVirtualDrive(folder, {
      cartridge: { barcode: 'TEST01L8', capacityBytes: 64 * MIB },
      earlyWarningBytes: 8 * MIB,
    });
    return folder;
  };
  return {
    name: 'virtual',
    lacks: new Set(),
    fillRecordSize: FILL_RECORD_SIZE,
    open: async () => {
      const folder = folders.at(-1) ?? (await newFolder());
      const drive = await TapeDrive.open(`virtual:${folder}`);
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
