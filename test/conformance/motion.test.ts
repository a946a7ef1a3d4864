import { describe, expect } from 'vitest';
import { PositionLostError } from '../../src/errors/index.js';
import { backend, collect, moves, openDrive } from './conformance.js';

// What moves the tape and writes nothing, whatever the cartridge holds.

describe(`motion on ${backend.name}`, () => {
  moves('rewinds', [], async () => {
    const drive = await openDrive();
    await drive.rewind();
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0, beginningOfPartition: true });
  });

  moves('finds the same end of the data twice', ['logical-object'], async () => {
    const drive = await openDrive();
    await drive.rewind();
    const end = await drive.spaceToEndOfData();
    const object = await drive.logicalObject();
    await drive.rewind();
    expect(await drive.spaceToEndOfData()).toEqual(end);
    expect(await drive.logicalObject()).toBe(object);
    await drive.rewind();
  });

  moves('goes to a logical object and back to a position that the driver knows', ['locate'], async () => {
    const drive = await openDrive();
    await drive.rewind();
    await drive.locate(0);
    expect(await drive.logicalObject()).toBe(0);
    await drive.rewind();
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });

  moves('reads the beginning of the tape the same twice, or finds it blank twice', ['end-of-data'], async () => {
    const drive = await openDrive();
    const beginning = async () => {
      await drive.rewind();
      const stream = drive.createReadStream({ maxRecordSize: 1024 * 1024 });
      const first = await collect(firstChunk(stream)).catch((error: unknown) => {
        if (error instanceof PositionLostError) throw error;
        return error instanceof Error ? error.name : error;
      });
      if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
      return first;
    };
    expect(await beginning()).toEqual(await beginning());
    await drive.rewind();
  });

  moves('refuses to write what was opened for reading', [], async () => {
    const drive = await openDrive();
    await drive.rewind();
    await expect(drive.writeFile([Buffer.alloc(512)], { position: 'overwrite' })).rejects.toMatchObject({
      code: 'LTO_WRITE_PROTECTED',
    });
    await expect(drive.writeFilemarks()).rejects.toMatchObject({ code: 'LTO_WRITE_PROTECTED' });
    await drive.rewind();
  });
});

/** The first chunk of a stream, which ends there. */
async function* firstChunk(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    yield chunk.subarray(0, 512);
    return;
  }
}
