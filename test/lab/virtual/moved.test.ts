import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { PositionMismatchError } from '../../../src/errors/index.js';
import { closed, collect, testData } from '../../conformance/conformance.js';
import { command } from '../command.js';
import { queryNodeOf } from './left.js';
import { freshCartridge, openDrive, recorded } from './served.js';

// Another program moves the tape through the sg node, on a drive that tells its position in the long form.

const RECORD = 64 * 1024;
const OPTIONS = { recordSize: RECORD } as const;

let queryNode = '';

beforeAll(async () => {
  queryNode = await queryNodeOf();
});

function rewindByAnother(): Promise<string> {
  return command('sg_raw', queryNode, '01', '00', '00', '00', '00', '00');
}

it('before the first record of a file: nothing is written', async () => {
  const barcode = await freshCartridge();
  const drive = await openDrive();
  await drive.writeFile([testData(8 * RECORD, 1)], { ...OPTIONS, position: 'overwrite' });
  const stream = drive.createWriteStream(OPTIONS);
  // It has found its place, and waits for its source.
  await delay(500);
  await rewindByAnother();
  await expect(pipeline([testData(2 * RECORD, 2)], stream)).rejects.toBeInstanceOf(PositionMismatchError);
  await closed(stream);
  await drive.rewind();
  const objects = await recorded(barcode);
  expect(objects.map((object) => (object === 'filemark' ? object : object.length))).toEqual([
    ...Array(8).fill(RECORD),
    'filemark',
  ]);
});

it('in the middle of a file: nothing is handed out that was read elsewhere', async () => {
  await freshCartridge();
  const drive = await openDrive();
  const data = Array.from({ length: 400 }, (_, number) => testData(RECORD, number));
  await drive.writeFile(data, { ...OPTIONS, position: 'overwrite' });
  const stream = drive.createReadStream({ fileNumber: 0, bufferBytes: 8 * RECORD });
  const got: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (got.length === 0) await rewindByAnother();
      got.push(Buffer.from(chunk));
    }
  })();
  await expect(reading).rejects.toBeInstanceOf(PositionMismatchError);
  const bytes = Buffer.concat(got);
  expect(bytes.length).toBeGreaterThan(0);
  expect(bytes.equals(Buffer.concat(data).subarray(0, bytes.length))).toBe(true);
  await drive.rewind();
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(400 * RECORD);
});
