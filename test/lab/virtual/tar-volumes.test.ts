import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { DEVICE } from './page-judge.js';
import { atTheDrive, freshCartridge, recorded } from './served.js';

// One archive of tar on two cartridges, which a hand at the drive changes when tar asks for the next volume.

/** Two of them hold the archive, and one does not, with an early-warning zone of 8 MiB as without one. */
const CAPACITY = 32_000_000;
const BLOCK = 10 * 1024;

let work = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'volumes-'));
  await mkdir(join(work, 'in'));
  await mkdir(join(work, 'out'));
  for (let i = 0; i < 10; i += 1) await writeFile(join(work, 'in', `file-${i}`), testData(4_000_000, i));
  // tar runs it between two volumes, with the device closed.
  const script = join(work, 'next');
  await writeFile(
    script,
    `#!/bin/sh\n: >${work}/asked\nwhile [ ! -e ${work}/changed ]; do sleep 0.1; done\nrm ${work}/changed\n`,
  );
  await chmod(script, 0o755);
});

afterEach(() => rm(work, { recursive: true, force: true }));

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Runs tar, and `change` each time that it wants another volume; how often it did. */
async function tarWith(change: () => Promise<unknown>, ...args: readonly string[]): Promise<number> {
  let ended = false;
  const tar = command('tar', '-M', '-F', join(work, 'next'), '-f', DEVICE, ...args).finally(() => {
    ended = true;
  });
  // Its failure is told at the end.
  tar.catch(() => undefined);
  let volumes = 0;
  while (!ended) {
    await sleep(100);
    if (!(await exists(join(work, 'asked')))) continue;
    await rm(join(work, 'asked'));
    await change();
    volumes += 1;
    await writeFile(join(work, 'changed'), '');
  }
  await tar;
  return volumes;
}

async function insert(barcode: string): Promise<void> {
  await atTheDrive(async (controls) => {
    await controls.remove();
    await controls.insert(barcode);
  });
}

async function readByUs(): Promise<Buffer> {
  await using drive = await TapeDrive.open(DEVICE);
  await drive.rewind();
  return await collect(drive.createReadStream({ fileNumber: 0 }));
}

it('tar -M goes on with the second cartridge, and we read both parts', async () => {
  const first = await freshCartridge({ capacityBytes: CAPACITY });
  let second = '';
  await command('mt', '-f', DEVICE, 'rewind');
  const next = async () => {
    second = await freshCartridge({ capacityBytes: CAPACITY });
  };
  expect(await tarWith(next, '-C', join(work, 'in'), '-c', '.')).toBe(1);

  for (const barcode of [first, second]) {
    const objects = await recorded(barcode);
    expect(objects.at(-1)).toBe('filemark');
    const records = objects.filter((object): object is Buffer => object !== 'filemark');
    expect(records.every(({ length }) => length === BLOCK)).toBe(true);
    await insert(barcode);
    expect((await readByUs()).equals(Buffer.concat(records))).toBe(true);
  }

  await insert(first);
  await command('mt', '-f', DEVICE, 'rewind');
  expect(await tarWith(() => insert(second), '-C', join(work, 'out'), '-x')).toBe(1);
  await shell(`diff -r ${work}/in ${work}/out`);
});
