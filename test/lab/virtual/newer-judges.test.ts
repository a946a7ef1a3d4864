import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { encodeStencFile } from '../../../src/keys/stenc-file.js';
import { mamAttribute } from '../../../src/scsi/mam/attributes.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { newKey } from '../../support/keys.js';
import { command, shell } from '../command.js';
import { newerTool } from '../newer-tool.js';
import { DEVICE } from './page-judge.js';
import { freshCartridge } from './served.js';

// Judges of a later Debian suite: sg_write_attr of sg3-utils 1.48, and stenc 2 beside 1.0.7.

let queryNode = '';

beforeEach(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await freshCartridge();
  await command('mt', '-f', DEVICE, 'rewind');
});

async function drive<T>(work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  await using opened = await TapeDrive.open(DEVICE);
  return await work(opened);
}

describe('sg_write_attr', () => {
  /** Host attributes by identifier, with the words that sg_read_attr has for them. */
  const ATTRIBUTES: readonly (readonly [id: number, argument: string, name: string, value: string])[] = [
    [0x0800, 'AppVendor', 'Application vendor', 'JUDGE'],
    [0x0801, 'AppName', 'Application name', 'node-lto judged'],
    [0x0803, 'UserLabel', 'User medium text label', 'offsite, shelf 7'],
    [0x0806, '0x806', 'Barcode', 'JUDGE1L8'],
  ];
  const ours = async (id: number) => {
    const attribute = (await drive((opened) => opened.mam()))?.attributes.find((each) => each.id === id);
    return attribute && Buffer.from(attribute.bytes).toString('latin1').replaceAll('\0', ' ').trim();
  };
  const theirs = async (id: number, name: string, tool = command) => {
    const said = await tool('sg_read_attr', `--filter=${id}`, queryNode);
    return new RegExp(`${name}: (.*)`).exec(said)?.[1]?.replaceAll('\0', ' ').trim();
  };

  it.each(ATTRIBUTES)('writes %i (%s), and we read it, another value of it as well', async (id, argument, _, value) => {
    await newerTool('sg_write_attr', queryNode, `${argument}=${value}`);
    expect(await ours(id)).toBe(value);
    await newerTool('sg_write_attr', queryNode, `${argument}=${value.replace(/.$/, 'X')}`);
    expect(await ours(id)).toBe(value.replace(/.$/, 'X'));
  });

  it.each(ATTRIBUTES)(
    '%i (%s) is what sg_read_attr of either version reads after we have written it',
    async (id, _, name, value) => {
      await drive((opened) => opened.setAttributes({ [mamAttribute(id)?.key ?? '']: value }));
      expect(await ours(id)).toBe(value);
      expect(await theirs(id, name)).toBe(value);
      expect(await theirs(id, name, newerTool)).toBe(value);
    },
  );

  it("cannot write what is the drive's to write", async () => {
    const before = await ours(0x0401);
    await expect(newerTool('sg_write_attr', queryNode, '0x401=FORGED')).rejects.toThrow();
    expect(await ours(0x0401)).toBe(before);
  });
});

describe('the next block, by either stenc', () => {
  /** What stenc 1.0.7 says with --detail, what stenc 2 says, and what we say. */
  async function told() {
    const old = await command('stenc', '-f', queryNode, '--detail');
    const late = await newerTool('stenc', '-f', queryNode);
    return {
      compressed: /Volume Compressed: +(.*)/.exec(old)?.[1],
      old: /Volume Encryption: +(.*)/.exec(old)?.[1],
      late: /Current block status: +(.*)/.exec(late)?.[1],
      ours: (await drive((opened) => opened.encryption.nextBlock()))?.encryption,
    };
  }

  it('is a plain one, an encrypted one, or none', async () => {
    const work = await mkdtemp(join(tmpdir(), 'newer-'));
    onTestFinished(() => rm(work, { recursive: true }));
    await writeFile(join(work, 'key'), encodeStencFile({ key: newKey(), description: 'of both' }), { mode: 0o600 });
    onTestFinished(() => command('stenc', '-f', queryNode, '-e', 'off', '-a', '1').then(() => undefined));
    const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);
    await shell(`dd if=/dev/zero of=${DEVICE} bs=64k count=1`);
    // stenc 2.0.1 takes no index where there is one algorithm alone, of index 1.
    const byIndex = newerTool('stenc', '-f', queryNode, '-e', 'on', '-d', 'on', '-k', join(work, 'key'), '-a', '1');
    await expect(byIndex).rejects.toThrow(/Algorithm index 1 out of range/);
    await command('stenc', '-f', queryNode, '-e', 'on', '-k', join(work, 'key'), '-a', '1');
    expect(await newerTool('stenc', '-f', queryNode)).toMatch(/of both/);
    expect(await drive((opened) => opened.encryption.status())).toMatchObject({ keyId: 'of both' });
    await shell(`dd if=/dev/zero of=${DEVICE} bs=64k count=1`);
    await mt('rewind');
    // Of the compression status 1.0.7 has no words for 2, no logical block, nor for 3, not compressed; 2 leaves it out.
    expect(await told()).toEqual({
      compressed: "Unknown result '3'",
      old: 'Not encrypted',
      late: 'Not encrypted',
      ours: 'plain',
    });
    await mt('seek', '2');
    expect(await told()).toMatchObject({
      compressed: "Unknown result '3'",
      late: expect.stringMatching(/^Encrypted/),
      ours: 'decryptable',
    });
    await mt('eod');
    expect(await told()).toEqual({
      compressed: "Unknown result '2'",
      old: 'Logical block is not a logical block',
      late: 'Tape position not at a logical block',
      ours: 'not a logical block',
    });
  });
});
