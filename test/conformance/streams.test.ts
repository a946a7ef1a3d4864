import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect } from 'vitest';
import {
  DriveBusyError,
  DriveClosedError,
  InvalidArgumentError,
  UnterminatedFileError,
} from '../../src/errors/index.js';
import { openTransport } from '../../src/tape/open/open-transport.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { backend, closed, collect, conforms, openDrive, RECORD, testData } from './conformance.js';

/** Yields some data, then fails as a source does whose disk breaks. */
async function* brokenSource(bytes: number): AsyncGenerator<Buffer> {
  yield testData(bytes);
  throw new Error('the source broke');
}

describe(`streams on ${backend.name}`, () => {
  conforms('a broken source leaves a closed file, and says that it is incomplete', [], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD)], { position: 'overwrite' });
    const stream = drive.createWriteStream({ startThreshold: 0, bufferBytes: 16 * RECORD });
    await expect(pipeline(brokenSource(30 * RECORD), stream)).rejects.toThrow('the source broke');
    await closed(stream);
    expect(stream.receipt).toBeUndefined();
    expect(stream.incomplete?.fileNumber).toBe(1);
    const { records = 0, bytes = 0 } = stream.incomplete ?? {};
    expect(bytes).toBe(records * RECORD);
    expect(records).toBeGreaterThan(0);
    expect(await drive.status()).toMatchObject({ fileNumber: 2, blockNumber: 0 });
    expect((await collect(drive.createReadStream({ fileNumber: 1 }))).length).toBe(bytes);
    expect(await drive.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 2 });
  });

  conforms('an abort ends a stream in the middle, at a known position', [], async () => {
    const drive = await openDrive();
    const controller = new AbortController();
    const stream = drive.createWriteStream({ position: 'overwrite', signal: controller.signal, startThreshold: 0 });
    async function* endless() {
      for (let i = 0; ; i += 1) {
        if (i === 40) controller.abort();
        yield testData(RECORD, i);
      }
    }
    await expect(pipeline(endless(), stream)).rejects.toMatchObject({ name: 'AbortError' });
    await closed(stream);
    const { fileNumber, blockNumber } = await drive.status();
    expect({ fileNumber, blockNumber }).toEqual({ fileNumber: stream.incomplete ? 1 : 0, blockNumber: 0 });
    await drive.rewind();
    expect(await drive.writeFile([testData(RECORD)], { position: 'overwrite' })).toMatchObject({ fileNumber: 0 });
  });

  conforms('a stream that is destroyed before its first record leaves the tape as it was', [], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD)], { position: 'overwrite' });
    const stream = drive.createWriteStream();
    stream.write(testData(100));
    stream.destroy();
    await closed(stream);
    expect(stream.incomplete).toBeUndefined();
    expect(await drive.spaceToEndOfData()).toMatchObject({ fileNumber: 1 });
  });

  conforms('a reader that stops early leaves the drive usable', [], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(40 * RECORD)], { position: 'overwrite' });
    const stream = drive.createReadStream({ fileNumber: 0 });
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect((await drive.status()).fileNumber).toBeDefined();
    expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(40 * RECORD);
  });

  conforms('nothing moves the tape under a stream', [], async () => {
    const drive = await openDrive();
    const stream = drive.createWriteStream({ position: 'overwrite' });
    await expect(drive.rewind()).rejects.toBeInstanceOf(DriveBusyError);
    await expect(drive.spaceFiles(1)).rejects.toBeInstanceOf(DriveBusyError);
    expect(() => drive.createWriteStream()).toThrow(DriveBusyError);
    expect(() => drive.createReadStream()).toThrow(DriveBusyError);
    // Queries are free.
    expect(await drive.readiness()).toMatchObject({ state: 'ready' });
    await pipeline(Readable.from([testData(RECORD)]), stream);
    expect(stream.receipt).toMatchObject({ records: 1 });
    await drive.rewind();
  });

  conforms('a slow consumer holds the tape back, not the memory', [], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(60 * RECORD)], { position: 'overwrite' });
    const stream = drive.createReadStream({ fileNumber: 0, bufferBytes: 6 * RECORD });
    await once(stream, 'readable');
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Three slabs in flight and one chunk ahead in the stream, no more.
    expect(stream.bytesRead).toBeLessThan(40 * RECORD);
    expect((await collect(stream)).length).toBe(60 * RECORD);
  });

  conforms('a fast source is held back', [], async () => {
    const drive = await openDrive();
    const bufferBytes = 8 * RECORD;
    const stream = drive.createWriteStream({ position: 'overwrite', bufferBytes });
    let offered = 0;
    let ahead = 0;
    async function* source() {
      for (let i = 0; i < 100; i += 1) {
        ahead = Math.max(ahead, offered - stream.bytesWritten);
        yield testData(RECORD, i);
        offered += RECORD;
      }
    }
    await pipeline(source(), stream);
    expect(stream.receipt).toMatchObject({ records: 100 });
    // The buffer, one chunk under way, and what Writable and Readable take ahead by their high water marks.
    expect(ahead).toBeLessThanOrEqual(bufferBytes * 2 + 2 * RECORD);
  });

  conforms('closing the drive closes the file of an open stream', [], async () => {
    const drive = await openDrive();
    const stream = drive.createWriteStream({ position: 'overwrite', startThreshold: 0, bufferBytes: 16 * RECORD });
    for (let i = 0; i < 30; i += 1) stream.write(testData(RECORD, i));
    await once(stream, 'drain');
    await drive.close();
    expect(stream.destroyed).toBe(true);
    expect(stream.incomplete?.records).toBeGreaterThan(0);
    await expect(drive.rewind()).rejects.toBeInstanceOf(DriveClosedError);
    await expect(drive.identity()).rejects.toBeInstanceOf(DriveClosedError);
    expect(() => drive.createReadStream()).toThrow(DriveClosedError);
    await drive.close();
  });

  conforms('refuses record sizes that no drive takes', [], async () => {
    const drive = await openDrive();
    for (const recordSize of [0, -512, 1, 511, 1000, 512.5, Number.NaN]) {
      expect(() => drive.createWriteStream({ recordSize })).toThrow(InvalidArgumentError);
    }
    const recordSize = 64 * 1024 * 1024;
    const tooLarge = drive.writeFile([testData(10)], { position: 'overwrite', recordSize, bufferBytes: recordSize });
    await expect(tooLarge).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });

  conforms(
    'a file without filemark is told when read, and not appended to',
    ['end-of-data', 'space-back', 'undisturbed', 'reset'],
    async () => {
      const drive = await openDrive();
      const { device } = drive;
      await drive.writeFile([testData(RECORD)], { position: 'overwrite' });
      // Records without a filemark, as a power cut leaves them: the position is lost before the driver can write one.
      await drive.close();
      const transport = await openTransport(device);
      await transport.mt(MtOperation.MTREW, 1);
      await transport.mt(MtOperation.MTFSF, 1);
      const memory = transport.allocate(3 * RECORD);
      expect(await transport.writeRecords(memory, RECORD, 1e6)).toMatchObject({ records: 3, stop: 'done' });
      await backend.reset(transport);
      await transport.close().catch(() => undefined);

      const again = await openDrive();
      const read = again.createReadStream({ fileNumber: 1 });
      let bytes = 0;
      const counting = new Writable({
        write(chunk: Buffer, _encoding, callback) {
          bytes += chunk.length;
          callback();
        },
      });
      await expect(pipeline(read, counting)).rejects.toMatchObject({ code: 'LTO_UNTERMINATED_FILE', records: 3 });
      expect(bytes).toBe(3 * RECORD);
      expect(await again.spaceToEndOfData()).toEqual({ end: 'unterminated', fileNumber: 1 });
      await expect(again.writeFile([testData(RECORD)])).rejects.toBeInstanceOf(UnterminatedFileError);
      const { fileNumber } = await again.writeFile([testData(2 * RECORD)], { closeUnterminated: true });
      expect(fileNumber).toBe(2);
      expect((await collect(again.createReadStream({ fileNumber: 1 }))).length).toBe(3 * RECORD);
      expect((await collect(again.createReadStream({ fileNumber: 2 }))).length).toBe(2 * RECORD);
    },
  );
});
