import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { BufferedDataLostError } from '../../../src/errors/index.js';
import { testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { atTheDrive, freshCartridge, openDrive, recorded, withFaults } from './served.js';

// What a session has written under Linux's own st, as mt counts, dd reads and tar unpacks it.

const DEVICE = '/dev/nst0';
const RECORD = 65_536;
/** Of several records and a short one, of one whole record, of one byte, and of none. */
const FILES = [3 * RECORD + 1000, RECORD, 1, 0].map((bytes, seed) => testData(bytes, seed));

let work = '';
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'sessions-'));
  return () => rm(work, { recursive: true, force: true });
});

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

/** A file of the tape, by mt and dd. */
async function byDd(fileNumber: number): Promise<Buffer> {
  await mt('rewind');
  if (fileNumber > 0) await mt('fsf', String(fileNumber));
  const copy = join(work, `file-${fileNumber}`);
  await shell(`dd if=${DEVICE} of=${copy} bs=${RECORD} 2>/dev/null`);
  return readFile(copy);
}

it('mt finds each file behind its filemark, and dd reads what was written', async () => {
  await freshCartridge();
  const drive = await openDrive();
  const session = drive.session();
  for (const data of FILES) await session.writeFile([data], { recordSize: RECORD });
  await session.close();
  await drive.close();
  await mt('rewind');
  await mt('eod');
  // 4 + 1 + 1 + 0 records, and four filemarks.
  expect(await mt('tell')).toContain('At block 10.');
  expect(await mt('status')).toContain(`File number=${FILES.length}, block number=`);
  for (const [fileNumber, data] of FILES.entries()) expect((await byDd(fileNumber)).equals(data)).toBe(true);
});

it('tar unpacks the archives of a session, from wherever mt stands', async () => {
  await freshCartridge();
  const drive = await openDrive();
  const session = drive.session({ commit: { files: 2 } });
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(work, name));
    await writeFile(join(work, name, 'content'), testData(100_000, name.charCodeAt(0)));
    await command('tar', '-b', '128', '-C', work, '-cf', join(work, `${name}.tar`), name);
    await session.writeFile([await readFile(join(work, `${name}.tar`))], { recordSize: RECORD });
  }
  await session.close();
  await drive.close();
  const into = await mkdtemp(join(work, 'unpacked-'));
  await mt('rewind');
  await mt('fsf', '2');
  await command('tar', '-b', '128', '-C', into, '-xf', DEVICE);
  await mt('bsfm', '2');
  await command('tar', '-b', '128', '-C', into, '-xf', DEVICE);
  for (const name of ['b', 'c']) await command('diff', '-r', join(work, name), join(into, name));
  await expect(command('ls', join(into, 'a'))).rejects.toThrow('No such file');
});

it('what is durable is what mt and dd find after the power of the drive was cut', async () => {
  const barcode = await freshCartridge();
  const drive = await openDrive();
  const session = drive.session();
  const durable = [];
  for (const data of FILES.slice(0, 2)) durable.push(await session.writeFile([data], { recordSize: RECORD }));
  await session.commit();
  await Promise.all(durable.map((receipt) => receipt.durable));
  const buffered = await session.writeFile([FILES[0] ?? Buffer.alloc(0)], { recordSize: RECORD });
  await withFaults({ command: 'WRITE FILEMARKS(6)', times: 1, outcome: { powerCut: true } });
  await expect(session.close()).rejects.toBeInstanceOf(BufferedDataLostError);
  await expect(buffered.durable).rejects.toBeInstanceOf(BufferedDataLostError);
  await atTheDrive((controls) => controls.setFaults([]));
  await drive.close();
  for (const [fileNumber, data] of FILES.slice(0, 2).entries()) {
    expect((await byDd(fileNumber)).equals(data)).toBe(true);
  }
  const objects = await recorded(barcode);
  expect(objects.slice(0, 7).filter((object) => object === 'filemark')).toHaveLength(2);
});
