import { describe, expect, it } from 'vitest';
import type { OnMedium } from '../../../src/errors/index.js';
import { InvalidArgumentError, LtoError } from '../../../src/errors/index.js';
import type { BufferedReceipt } from '../../../src/tape/session/buffered-files.js';
import { data, isPending, KIB, MIB, newSessionBench, operationsOf, slowly } from './support.js';

describe('a write session', () => {
  it('gives a receipt when the drive has taken a file, and settles it at the commit', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    const receipts: BufferedReceipt[] = [];
    for (let file = 0; file < 3; file += 1) receipts.push(await session.writeFile([data(file)], { id: `f${file}` }));
    expect(receipts).toMatchObject([
      { id: 'f0', state: 'buffered', fileNumber: 0, firstLogicalObject: 0, records: 1, bytes: 10 * KIB },
      { id: 'f1', state: 'buffered', fileNumber: 1, firstLogicalObject: 2 },
      { id: 'f2', state: 'buffered', fileNumber: 2, firstLogicalObject: 4 },
    ]);
    for (const { durable } of receipts) expect(await isPending(durable)).toBe(true);
    const told: OnMedium[] = [];
    session.on('durable', (upTo) => told.push(upTo));
    expect(await session.commit()).toEqual({ fileNumber: 3, logicalObject: 6 });
    expect(told).toEqual([{ fileNumber: 3, logicalObject: 6 }]);
    const durable = await Promise.all(receipts.map((receipt) => receipt.durable));
    expect(durable.map(({ fileNumber }) => fileNumber)).toEqual([0, 1, 2]);
    await session.close();
    for (const { fileNumber, checksum } of receipts) {
      await tape.verifyFile({ fileNumber, expectedChecksum: checksum });
    }
  });

  it('asks one quick command for each file, and has the drive wait for none', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    const files = 20;
    const operations = await operationsOf(async () => {
      for (let file = 0; file < files; file += 1) await session.writeFile([data(file)]);
    });
    // READ POSITION through the driver is not a command of ours, and is counted below by the drive.
    expect(operations.filter((operation) => operation === 'MTWEOFI 1')).toHaveLength(files);
    expect(operations.filter((operation) => operation === 'write')).toHaveLength(files);
    // Once a second the session looks what is recorded, whatever the files do.
    expect(operations.filter((operation) => operation !== 'READ POSITION')).toHaveLength(2 * files);
    await session.close();
  });

  it('sends READ POSITION, WRITE and WRITE FILEMARKS for a file, and nothing else', async () => {
    const { tape, virtual } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    const codes: number[] = [];
    const execute = virtual.execute.bind(virtual);
    virtual.execute = (cdb, phase) => {
      codes.push(cdb[0] ?? -1);
      return execute(cdb, phase);
    };
    await session.writeFile([data(1)]);
    expect(codes).toEqual([0x34, 0x0a, 0x10]);
    await session.close();
  });

  it.each([
    ['files', { files: 2 }],
    ['bytes', { bytes: 20 * KIB }],
    ['seconds', { seconds: 0.05 }],
  ])('commits by itself after so many %s', async (_limit, commit) => {
    const { tape } = await newSessionBench();
    const session = tape.session({ commit });
    const first = await session.writeFile([data(0)]);
    await session.writeFile([data(1)]);
    expect(await first.durable).toMatchObject({ fileNumber: 0 });
    await session.close();
  });

  it('settles what the drive says to have recorded, with nothing emptied for it', async () => {
    const { tape } = await newSessionBench({ bufferBytes: 2 * MIB });
    const session = tape.session();
    const receipts: BufferedReceipt[] = [];
    for (let file = 0; file < 4; file += 1) receipts.push(await session.writeFile([data(file, MIB)]));
    const operations = await operationsOf(() => receipts[1]?.durable ?? Promise.reject());
    expect(operations).toEqual(['READ POSITION']);
    expect(await isPending(receipts[2]?.durable ?? Promise.reject())).toBe(true);
    await session.close();
  });

  it.each([
    ['a read', (tape) => tape.verifyFile(0)],
    ['a motion', (tape) => tape.rewind()],
    ['a file outside of it', (tape) => tape.writeFile([data(9)])],
    ['an unload', (tape) => tape.unload()],
    ['an eject', (tape) => tape.eject()],
    ['the end of the handle', (tape) => tape.close()],
  ] as [string, (tape: Awaited<ReturnType<typeof newSessionBench>>['tape']) => Promise<unknown>][])(
    'commits before %s',
    async (_name, disturb) => {
      const { tape } = await newSessionBench();
      const session = tape.session();
      const { durable } = await session.writeFile([data(0)]);
      await disturb(tape);
      expect(await isPending(durable)).toBe(false);
      expect(await durable).toMatchObject({ fileNumber: 0 });
    },
  );

  it('goes on behind what others have written in between', async () => {
    const { tape } = await newSessionBench();
    await using session = tape.session();
    await session.writeFile([data(0)]);
    expect(await tape.writeFile([data(1)])).toMatchObject({ fileNumber: 1 });
    await tape.rewind();
    expect(await session.writeFile([data(2)])).toMatchObject({ fileNumber: 2 });
    expect(await session.writeFile([data(3)])).toMatchObject({ fileNumber: 3 });
  });

  it('takes files in the order in which they were given', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    const receipts = await Promise.all(Array.from({ length: 5 }, (_, file) => session.writeFile([data(file)])));
    expect(receipts.map(({ fileNumber }) => fileNumber)).toEqual([0, 1, 2, 3, 4]);
    await session.close();
  });

  it('closes a file whose source fails, and goes on behind it', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    const first = await session.writeFile([data(0)]);
    async function* failing() {
      yield data(1, 40 * MIB);
      throw new Error('no more of it');
    }
    await expect(session.writeFile(failing())).rejects.toMatchObject({ code: 'LTO_WRITE_FAILED', fileNumber: 1 });
    expect(await first.durable).toMatchObject({ fileNumber: 0 });
    expect(await session.writeFile([data(2)])).toMatchObject({ fileNumber: 2 });
    await session.close();
  });

  it('leaves everything as it was when a source fails before it gave anything', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('nothing')) }) };
    await expect(session.writeFile(failing as AsyncIterable<Uint8Array>)).rejects.toBeInstanceOf(LtoError);
    const reason = new Error('not now');
    await expect(session.writeFile([data(1)], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await session.writeFile([data(1)])).toMatchObject({ fileNumber: 1, state: 'buffered' });
    await session.close();
  });

  it('waits for each file near the end of the tape, and for what was before', async () => {
    const { tape } = await newSessionBench({
      cartridge: { capacityBytes: 8 * MIB, barcode: 'SMALL1L8' },
      earlyWarningBytes: 4 * MIB,
    });
    const session = tape.session();
    const first = await session.writeFile([data(0, MIB)]);
    let last = first;
    for (let file = 1; last.state === 'buffered'; file += 1) last = await session.writeFile([data(file, MIB)]);
    expect(last.fileNumber).toBeGreaterThan(1);
    expect(last.fileNumber).toBeLessThan(6);
    expect(await isPending(first.durable)).toBe(false);
    await expect(session.writeFile([data(9, 16 * MIB)])).rejects.toMatchObject({ code: 'LTO_END_OF_MEDIUM' });
    await session.close();
  });

  it('proves the files before one that the hard end of the tape cuts off, and that can not be closed', async () => {
    const { tape, virtual } = await newSessionBench({
      cartridge: { capacityBytes: 8 * MIB, barcode: 'SMALL1L8' },
      traits: ['no-early-warning'],
    });
    const session = tape.session();
    const before = [await session.writeFile([data(0)]), await session.writeFile([data(1)])];
    async function* endless() {
      // Neither its own filemark is taken, nor the one in place of its last record.
      virtual.faults = [
        { command: 'WRITE FILEMARKS(6)', times: 2, outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } },
      ];
      for (;;) yield data(2, MIB);
    }
    await expect(session.writeFile(endless())).rejects.toMatchObject({ safe: { filemark: false } });
    for (const { durable } of before) expect(await isPending(durable)).toBe(false);
    expect(await Promise.all(before.map(({ durable }) => durable))).toMatchObject([
      { fileNumber: 0 },
      { fileNumber: 1 },
    ]);
    await expect(session.writeFile([data(3)])).rejects.toMatchObject({ code: 'LTO_UNTERMINATED_FILE' });
    await session.close();
  });

  it('takes one at a time, only what can be right, and nothing after its end', async () => {
    const { tape } = await newSessionBench();
    for (const commit of [{ bytes: 0 }, { files: Number.NaN }, { seconds: -1 }, null, 'soon']) {
      expect(() => tape.session({ commit } as never)).toThrow(InvalidArgumentError);
    }
    const session = tape.session();
    expect(() => tape.session()).toThrow('another write session');
    await expect(session.writeFile(null as never)).rejects.toBeInstanceOf(InvalidArgumentError);
    await session.close();
    await session.close();
    await expect(session.writeFile([data(0)])).rejects.toMatchObject({ code: 'LTO_SESSION_CLOSED' });
    await expect(session.commit()).rejects.toMatchObject({ code: 'LTO_SESSION_CLOSED' });
    await tape.session().close();
  });

  it('does not outlive what a listener throws, and commits while a file is under way afterwards', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session({ commit: { seconds: 0.01 } });
    const first = await session.writeFile([data(0)]);
    const second = await session.writeFile(slowly(100));
    await first.durable;
    await second.durable;
    await session.close();
  });
});
