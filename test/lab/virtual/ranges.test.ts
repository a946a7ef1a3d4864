import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { collect, testData } from '../../conformance/conformance.js';
import { shell } from '../command.js';
import { freshCartridge, openDrive } from './served.js';

const DEVICE = '/dev/nst0';
const RECORD = 64 * 1024;

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** What dd reads of file 1: `count` records after the first `skip`. */
async function byDd(skip: number, count: number): Promise<string> {
  await shell(`mt -f ${DEVICE} asf 1 && mt -f ${DEVICE} fsr ${skip}`);
  return (await shell(`dd if=${DEVICE} bs=${RECORD} count=${count} status=none | sha256sum`)).slice(0, 64);
}

it('a range of whole records is what mt and dd read there', async () => {
  await freshCartridge();
  const drive = await openDrive();
  await drive.writeFile([testData(3 * RECORD)], { recordSize: RECORD, position: 'overwrite' });
  const receipt = await drive.writeFile([testData(40 * RECORD, 1)], { recordSize: RECORD });
  const { fileNumber, recordSize, firstLogicalObject } = receipt;
  const ranges = [
    [0, 1],
    [7, 5],
    [39, 1],
  ] as const;
  const ours: string[] = [];
  for (const [skip, count] of ranges) {
    const range = { start: skip * RECORD, end: (skip + count) * RECORD - 1 };
    const data = await collect(drive.createReadStream({ fileNumber, recordSize, firstLogicalObject, ...range }));
    expect(data.equals(testData(40 * RECORD, 1).subarray(range.start, range.end + 1))).toBe(true);
    ours.push(digest(data));
  }
  await drive.close();
  for (const [at, [skip, count]] of ranges.entries()) expect(await byDd(skip, count)).toBe(ours[at]);
});
