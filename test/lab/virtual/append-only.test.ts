import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WriteProtectedError } from '../../../src/errors/index.js';
import { readLabel, writeLabel } from '../../../src/provider/label/label.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { lto, ltoDone } from '../lto.js';
import { DEVICE } from './page-judge.js';
import { freshCartridge, recorded } from './served.js';

// What must not be overwritten, under Linux's own st: a label and two files.

const RECORD = 64 * 1024;
const LABEL = 'KEEP01L8';
const FILES = [testData(3 * RECORD, 1), testData(2 * RECORD + 10, 2)] as const;
const OTHER = testData(RECORD, 3);
const OVERWRITE = { position: 'overwrite', recordSize: RECORD } as const;
const CONFIRM = { confirm: 'erase everything' } as const;
/** TapeAlert: WORM medium, overwrite attempted; the drive raises it in either mode. */
const OVERWRITE_ATTEMPTED = 60;

let work = '';
const file = (name: string) => join(work, name);

/** Sets the write mode of mode page 10h, subpage 01h, as another program would: 1 for append only. */
async function setWriteMode(mode: 0 | 1): Promise<void> {
  const page = (value: number) => `50,1,0,1c,0,${value.toString(16)},${Array(26).fill('0').join()}`;
  await command('sg_wr_mode', '--page=0x10,1', `--contents=${page(mode << 4)}`, `--mask=${page(0xf0)}`, '/dev/sg0');
}

async function withDrive<T>(work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  const drive = await TapeDrive.open(DEVICE);
  try {
    await drive.rewind();
    return await work(drive);
  } finally {
    await drive.close();
  }
}

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** What is recorded, a digest for each record: to compare the records themselves takes seconds here. */
const onTape = async (barcode: string) =>
  (await recorded(barcode)).map((object) => (object === 'filemark' ? object : digest(object)));

/** WRITEs that `st` has sent since it knows the drive. */
const writesSent = async () => Number(await readFile('/sys/class/scsi_tape/st0/stats/write_cnt', 'utf8'));

/** The flags that the drive has raised, by page 12, which does not clear them. */
const alerts = async (drive: TapeDrive) => (await drive.alerts())?.flags.map(({ flag }) => flag);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'append-only-'));
  await writeFile(file('other'), OTHER);
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
  // The tests of other files overwrite what they find.
  await freshCartridge();
  await command('mt', '-f', DEVICE, 'rewind');
});

const DESTROYERS: Readonly<Record<string, (drive: TapeDrive) => Promise<unknown>>> = {
  'writeFile at the beginning': (drive) => drive.writeFile([OTHER], OVERWRITE),
  'a stream over a file': async (drive) => {
    await drive.locateFile(1);
    await pipeline([OTHER], drive.createWriteStream(OVERWRITE));
  },
  'writeFile in the middle of a file': async (drive) => {
    await drive.locateFile(1);
    await drive.spaceRecords(1);
    await drive.writeFile([OTHER], OVERWRITE);
  },
  'filemarks at the beginning': (drive) => drive.writeFilemarks(),
  'erasing at the beginning': (drive) => drive.erase(),
  formatting: (drive) => drive.formatMedium(CONFIRM),
  'scaling the capacity': (drive) => drive.setCapacity(0.5, CONFIRM),
  'writeLabel over everything': (drive) => writeLabel(drive, LABEL, { overwrite: true }),
};

const COMMANDS: readonly (readonly [what: string, args: () => string[]])[] = [
  ['lto label --overwrite', () => ['label', 'OTHER1L8', '--overwrite']],
  ['lto write --overwrite 0', () => ['write', file('other'), '--overwrite', '0']],
  ['lto write --overwrite 1', () => ['write', file('other'), '--overwrite', '1']],
];

const MEDIA = [
  ['write-once media', 'worm', { worm: true }, 0],
  ['a drive that is set to append only', 'append-only', {}, 1],
] as const;

describe.each(MEDIA)('%s', (_name, reason, options, writeMode) => {
  /** A cartridge with a label and the files, from then on protected; its name. */
  async function newTape(): Promise<string> {
    const barcode = await freshCartridge(options);
    await withDrive(async (drive) => {
      await writeLabel(drive, LABEL);
      for (const data of FILES) await drive.writeFile([data], { position: 'append', recordSize: RECORD });
    });
    await setWriteMode(writeMode);
    return barcode;
  }

  afterAll(() => setWriteMode(0));

  describe('refuses before the drive hears of it', () => {
    let barcode = '';

    // All use one tape: none is to change it.
    beforeAll(async () => {
      barcode = await newTape();
    });

    async function expectUntouched(destroy: () => Promise<unknown>): Promise<void> {
      const before = { tape: await onTape(barcode), writes: await writesSent() };
      await destroy();
      // The node is closed now, and st would have written a filemark of its own after a WRITE.
      expect({ tape: await onTape(barcode), writes: await writesSent() }).toEqual(before);
      expect(await withDrive(alerts)).toEqual([]);
    }

    it.each(Object.entries(DESTROYERS))('%s', (_what, destroy) =>
      expectUntouched(async () => {
        const error = await withDrive(destroy).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(WriteProtectedError);
        expect(error).toMatchObject({ reason, next: expect.stringMatching(/^Append after it/) });
      }),
    );

    it.each(COMMANDS)('%s, with exit code 7', (_what, args) =>
      expectUntouched(async () => {
        const { code, said } = await lto(args());
        expect(code, said).toBe(7);
        expect(said).toMatch(/what is recorded can not be changed/);
      }),
    );

    it('and all that is on it is read as it was', () =>
      withDrive(async (drive) => {
        expect(await readLabel(drive)).toBe(LABEL);
        for (const [index, data] of FILES.entries()) {
          expect((await collect(drive.createReadStream({ fileNumber: index + 1 }))).equals(data)).toBe(true);
        }
      }));
  });

  it('past us, the drive refuses what st sends, and raises a flag: so the tests above would see it', async () => {
    const barcode = await newTape();
    const before = { tape: await onTape(barcode), writes: await writesSent() };
    await command('mt', '-f', DEVICE, 'rewind');
    await expect(shell(`dd if=${file('other')} of=${DEVICE} bs=64k`)).rejects.toThrow(/Input\/output error/);
    expect(await writesSent()).toBeGreaterThan(before.writes);
    expect(await withDrive(alerts)).toEqual([OVERWRITE_ATTEMPTED]);
    expect(await onTape(barcode)).toEqual(before.tape);
  });

  it('takes files at the end, by the command, by us and by dd, and closing adds no filemark', async () => {
    const barcode = await newTape();
    const before = await onTape(barcode);
    await ltoDone(['write', file('other'), '--record-size', `${RECORD}`]);
    await withDrive(async (drive) => {
      await drive.writeFile([OTHER], { position: 'append', recordSize: RECORD });
      await drive.spaceToEndOfData();
      await drive.writeFile([OTHER], OVERWRITE);
    });
    await command('mt', '-f', DEVICE, 'eod');
    await shell(`dd if=${file('other')} of=${DEVICE} bs=64k status=none`);
    expect(await onTape(barcode)).toEqual([
      ...before,
      ...Array(4)
        .fill([digest(OTHER), 'filemark'])
        .flat(),
    ]);
    expect(await withDrive(alerts)).toEqual([]);
  });
});

it('a blank write-once cartridge takes its label, and no second one', async () => {
  const barcode = await freshCartridge({ worm: true });
  await ltoDone(['label', LABEL, '--overwrite']);
  const before = await onTape(barcode);
  expect(before).toHaveLength(2);
  const { code, said } = await lto(['label', LABEL, '--overwrite', '--yes-overwrite', LABEL]);
  expect(code, said).toBe(7);
  expect(await onTape(barcode)).toEqual(before);
});
