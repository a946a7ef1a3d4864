// What a user is told when the drive, the tape or a call is not as it should be: the operation, what is wrong, and what to
// do next. All on one page, so that a change of a sentence is seen and read.
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { LtoError } from '../../src/errors/index.js';
import { locate10 } from '../../src/scsi/commands/position.js';
import { write6 } from '../../src/scsi/commands/transfer.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const DATA = testData(4 * RECORD);
const KEY = { key: Buffer.alloc(32, 7), keyId: 'one' };

interface Bench {
  readonly tape: TapeDrive;
  readonly drive: VirtualDrive;
}
type Provocation = (bench: Bench) => unknown;

const file = ({ tape }: Bench, options = {}) => tape.writeFile([DATA], { recordSize: RECORD, ...options });
const failing = (drive: VirtualDrive, command: number | 'MODE SENSE(10)' | 'READ(6)' | 'WRITE(6)') => {
  drive.faults = [{ command, outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
};

async function toldBy(provoke: Provocation, options?: VirtualDriveOptions): Promise<string> {
  const { port, drive } = await newPort(options);
  const tape = TapeDrive.onTransport(port.transport);
  const error: unknown = await Promise.resolve()
    .then(() => provoke({ tape, drive }))
    .then(
      () => 'nothing',
      (reason: unknown) => reason,
    );
  drive.faults = [];
  await tape.close().catch(() => undefined);
  if (!(error instanceof LtoError)) return String(error);
  const told = `${error.name}, ${error.operation}: ${error.message}\n  next: ${error.next}`;
  return told.replaceAll(error.device ?? '\0', 'DEVICE');
}

const ENCRYPTION: Readonly<Record<string, Provocation>> = {
  'short key': ({ tape }) => tape.encryption.enable({ ...KEY, key: Buffer.alloc(31) }),
  'text for a key': ({ tape }) => tape.encryption.enable({ ...KEY, key: 'secret' as unknown as Buffer }),
  'no key': ({ tape }) => tape.encryption.enable({ mode: 'encrypt' } as never),
  'raw with a key': ({ tape }) => tape.encryption.enable({ ...KEY, mode: 'raw' } as never),
  'long name': ({ tape }) => tape.encryption.enable({ ...KEY, keyId: 'x'.repeat(500) }),
  'unknown mode': ({ tape }) => tape.encryption.enable({ ...KEY, mode: 'strong' } as never),
  'a stream is open': async ({ tape }) => {
    const stream = tape.createWriteStream();
    try {
      await tape.encryption.enable(KEY);
    } finally {
      stream.destroy();
    }
  },
  'switched off while a stream is open': async ({ tape }) => {
    const stream = tape.createWriteStream();
    try {
      await tape.encryption.disable();
    } finally {
      stream.destroy();
    }
  },
  'the status cannot be read': ({ tape, drive }) => {
    failing(drive, 0xa2);
    return tape.encryption.enable(KEY);
  },
  'the key cannot be set': ({ tape, drive }) => {
    failing(drive, 0xb5);
    return tape.encryption.enable(KEY);
  },
  'the key is gone': async (bench) => {
    await bench.tape.encryption.enable(KEY);
    await bench.drive.reset();
    await bench.tape.rewind().catch(() => undefined);
    await bench.tape.rewind();
    return file(bench);
  },
  'data of another key': async (bench) => {
    await bench.tape.encryption.enable(KEY);
    await file(bench);
    await bench.tape.encryption.disable();
    return bench.tape.verifyFile(0);
  },
  'data that is not encrypted': async (bench) => {
    await file(bench);
    await bench.tape.encryption.enable({ ...KEY, mode: 'decrypt' } as never);
    return bench.tape.verifyFile(0);
  },
};

const MOTION: Readonly<Record<string, Provocation>> = {
  'an object below 0': ({ tape }) => tape.locate(-1),
  'an object that is no number': ({ tape }) => tape.locate('7' as unknown as number),
  'a file below 0': ({ tape }) => tape.locateFile(-1),
  'a file that is not there': async (bench) => {
    await file(bench);
    return bench.tape.locateFile(9);
  },
  'an object that is not there': async (bench) => {
    await file(bench);
    return bench.tape.locate(1000);
  },
  'a partition that is not there': ({ tape }) => tape.rewind({ partition: 3 }),
  'a count that is no number': ({ tape }) => tape.spaceFiles(Number.NaN),
  'after a reset': async (bench) => {
    await file(bench);
    await bench.drive.reset();
    return file(bench);
  },
  'a handle that is closed': async ({ tape }) => {
    await tape.close();
    return tape.rewind();
  },
  'sizes of partitions that a page cannot hold': ({ tape }) =>
    tape.formatMedium({ partitions: [1_234_567_891, 'rest'], confirm: 'ERASE' } as never),
  'a block size that is no number': ({ tape }) => tape.setBlockSize(Number.NaN),
  'filemarks below 0': ({ tape }) => tape.writeFilemarks(-1),
};

const TRANSFERS: Readonly<Record<string, Provocation>> = {
  'no source': ({ tape }) => tape.writeFile(null as never),
  'numbers for a source': ({ tape }) => tape.writeFile([1, 2] as never),
  'a source that fails at once': ({ tape }) =>
    tape.writeFile(
      new Readable({
        read() {
          this.destroy(new Error('the disk is gone'));
        },
      }),
    ),
  'a source that fails late': (bench) => {
    async function* source() {
      yield DATA;
      yield DATA;
      throw new Error('the disk is gone');
    }
    return bench.tape.writeFile(source(), { recordSize: RECORD, bufferBytes: 2 * RECORD, startThreshold: 0 });
  },
  'records too large': ({ tape }) => tape.writeFile([DATA], { recordSize: 2 ** 30 }),
  'an unknown option': ({ tape }) => tape.writeFile([DATA], { blockSize: 1 } as never),
  'an unknown checksum': ({ tape }) => tape.writeFile([DATA], { checksum: 'md5' as never }),
  'a checksum that is another': async (bench) => {
    await file(bench);
    return bench.tape.verifyFile({ fileNumber: 0, expectedChecksum: 'crc32:00000000' });
  },
  'part of a file without its number': ({ tape }) => tape.verifyFile({ start: 5 } as never),
  'a range that ends before it begins': ({ tape }) => tape.verifyFile({ fileNumber: 0, start: 5, end: 2 }),
  'a range behind the end': async (bench) => {
    await file(bench);
    return bench.tape.readFile({ fileNumber: 0, start: 10 ** 9 }, async (source) => source.resume().toArray());
  },
  'a blank tape': async ({ tape }) => {
    await tape.rewind().catch(() => undefined);
    await tape.rewind();
    return tape.verifyFile({});
  },
  'a record that cannot be read': async (bench) => {
    await file(bench);
    bench.drive.faults = [{ command: 'READ(6)', atObject: 2, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
    return bench.tape.verifyFile(0);
  },
  'a drive that breaks while writing': (bench) => {
    failing(bench.drive, 'WRITE(6)');
    return file(bench);
  },
  'part of a file, records left out, and their size unknown': ({ tape }) =>
    tape.verifyFile({ fileNumber: 0, start: 0, end: 5, onBadRecord: 'skip' } as never),
  'a file that was cut off, in the drive': async (bench) => {
    await file(bench);
    await bench.drive.execute(locate10({ logicalObject: 2 }).cdb);
    await bench.drive.execute(write6({ data: new Uint8Array(100) }).cdb, { dataOut: new Uint8Array(100) });
    return bench.tape.verifyFile({ fileNumber: 0, inDrive: true });
  },
  'a place in another partition': async ({ tape }) => {
    await tape.formatMedium({ partitions: ['rest', 2_000_000_000], confirm: 'erase everything' });
    await tape.rewind();
    return tape.writeFile([DATA], { position: 'overwrite', partition: 1 });
  },
  'no destination': ({ tape }) => tape.readFile(0, null as never),
  'a session with a limit of 0': ({ tape }) => tape.session({ commit: { files: 0 } }),
  'a session that is closed': async ({ tape }) => {
    const session = tape.session();
    await session.close();
    return session.writeFile([DATA]);
  },
};

const REPORTS: Readonly<Record<string, Provocation>> = {
  'a log page that is no number': ({ tape }) => tape.logPage(Number.NaN),
  'a log page that cannot be': ({ tape }) => tape.logPage(0x40),
  'options of a list that are none': ({ tape }) => tape.logPages('all' as never),
  'a mode page that cannot be': ({ tape }) => tape.modePage(0x3f),
  'an attribute that is none': ({ tape }) => tape.setAttributes({ colour: 'red' } as never),
  'a device that is none': () => TapeDrive.open('/nowhere/at/all'),
  'a folder that is no drive': () => TapeDrive.open('virtual:/nowhere/at/all'),
  'a node of another kind': () => TapeDrive.open('/dev/null'),
  'options of capabilities that are none': ({ tape }) => tape.encryption.capabilities(null as never),
  'another check of external encryption': ({ tape }) => tape.encryption.enable({ ...KEY, externalCheck: 'x' } as never),
};

const PROTECTION: Readonly<Record<string, Provocation>> = {
  'an unknown method': (bench) => file(bench, { protection: 'sha256' }),
  'a drive that does not tell': async (bench) => {
    await file(bench, { protection: 'crc32c' });
    bench.drive.faults = [{ command: 'MODE SENSE(10)', outcome: { sense: { key: 5, asc: 0x24, ascq: 0 } } }];
    await bench.drive.reset();
    await bench.tape.rewind().catch(() => undefined);
    await bench.tape.rewind();
    return file(bench, { protection: 'crc32c' });
  },
  'a record damaged twice on its way': (bench) => {
    bench.drive.faults = [{ command: 'WRITE(6)', outcome: { flip: 'wire' } }];
    return file(bench, { protection: 'crc32c' });
  },
};

it.each([
  ['encryption', ENCRYPTION, undefined],
  ['motion', MOTION, undefined],
  ['transfers', TRANSFERS, undefined],
  ['reports', REPORTS, undefined],
  ['protection', PROTECTION, undefined],
  ['a write-protected cartridge', { write: file }, { cartridge: { writeProtected: true } }],
  ['no cartridge', { write: file, rewind: ({ tape }: Bench) => tape.rewind() }, { cartridge: false }],
] as const)('%s', async (_subject, provocations, options) => {
  const told: string[] = [];
  for (const [name, provoke] of Object.entries<Provocation>(provocations)) {
    told.push(`${name}\n  ${await toldBy(provoke, options as VirtualDriveOptions | undefined)}`);
  }
  expect(`${told.join('\n')}\n`).toMatchSnapshot();
});
