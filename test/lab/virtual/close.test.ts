import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WriteError } from '../../../src/errors/index.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { MtOperation } from '../../../src/transport/mtio.js';
import type { Fault } from '../../../src/virtual/index.js';
import { collect, testData } from '../../conformance/conformance.js';
import { openDevice, slab } from '../../native/addon.js';
import { freshCartridge, openDrive, recorded, withFaults } from './served.js';

// What close(2) of a node of st says when the filemark that it owes cannot be written.

const { EIO } = os.errno;
const RECORD = 64 * 1024;
const FILEMARK_FAILS: Fault = { command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } };

/** A node on a fresh cartridge, with one record written that no filemark ends. */
async function writing() {
  const barcode = await freshCartridge();
  const node = await openDevice('/dev/nst0', constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => node.close().catch(() => undefined));
  await node.mtOp(MtOperation.MTREW, 1, 0);
  expect(await node.writeRecords(slab(RECORD), RECORD, 1, 0)).toMatchObject({ records: 1 });
  return { node, barcode };
}

async function kinds(barcode: string): Promise<string[]> {
  return (await recorded(barcode)).map((object) => (object === 'filemark' ? object : 'record'));
}

it('st answers EIO, and there is none', async () => {
  const { node, barcode } = await writing();
  await withFaults(FILEMARK_FAILS);
  await expect(node.close()).rejects.toMatchObject({ errno: -EIO, syscall: 'close' });
  expect(await kinds(barcode)).toEqual(['record']);
});

it('st does not try again what failed as MTWEOF: close(2) says nothing', async () => {
  const { node, barcode } = await writing();
  await withFaults(FILEMARK_FAILS);
  await expect(node.mtOp(MtOperation.MTWEOF, 1, 0)).rejects.toMatchObject({ errno: -EIO });
  await node.close();
  expect(await kinds(barcode)).toEqual(['record']);
});

it('st tries again what failed at the beginning of a rewind', async () => {
  const { node, barcode } = await writing();
  await withFaults({ ...FILEMARK_FAILS, times: 1 });
  await expect(node.mtOp(MtOperation.MTREW, 1, 0)).rejects.toMatchObject({ errno: -EIO });
  await node.close();
  expect(await kinds(barcode)).toEqual(['record', 'filemark']);
});

it.each([
  ['MTEOM', MtOperation.MTEOM],
  ['MTBSR', MtOperation.MTBSR],
  ['MTRETEN', MtOperation.MTRETEN],
])('st writes no filemark before %s, nor when the node is closed then', async (_, operation) => {
  const { node, barcode } = await writing();
  await node.mtOp(operation, 1, 0);
  await node.close();
  expect(await kinds(barcode)).toEqual(['record']);
});

it('st forgets that it was writing when it reads', async () => {
  const { node, barcode } = await writing();
  expect(await node.readRecords(slab(RECORD), RECORD, 1, 2, 0)).toMatchObject({ stop: 'error' });
  await node.close();
  expect(await kinds(barcode)).toEqual(['record']);
});

it('MTBSF goes over the filemark that st writes first', async () => {
  const { node, barcode } = await writing();
  await node.mtOp(MtOperation.MTWEOF, 1, 0);
  await node.writeRecords(slab(RECORD), RECORD, 2, 0);
  await node.mtOp(MtOperation.MTBSF, 1, 0);
  expect(await node.mtGet(0)).toMatchObject({ fileNumber: 0 });
  await node.close();
  expect(await kinds(barcode)).toEqual(['record', 'filemark', 'record', 'filemark']);
});

it('TapeDrive.close() tells of the file that it could not end, and of what is safe of it', async () => {
  await freshCartridge();
  const drive = await openDrive();
  const first = testData(4 * RECORD);
  await drive.writeFile([first], { recordSize: RECORD, position: 'overwrite' });
  const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 4 * RECORD, startThreshold: 0 });
  stream.on('error', () => undefined).write(testData(16 * RECORD));
  await vi.waitUntil(() => stream.bytesWritten > 0 && !stream.writableNeedDrain);
  await withFaults(FILEMARK_FAILS);
  const error: unknown = await drive.close().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WriteError);
  expect(error).toMatchObject({ fileNumber: 1, safe: { bytes: stream.bytesWritten, filemark: false } });
  const again = await TapeDrive.open('/dev/nst0');
  onTestFinished(() => again.close());
  await again.rewind();
  expect((await collect(again.createReadStream({ fileNumber: 0 }))).equals(first)).toBe(true);
});
