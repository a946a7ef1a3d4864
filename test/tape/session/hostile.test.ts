import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BufferedDataLostError, DriveBusyError, InvalidArgumentError, LtoError } from '../../../src/errors/index.js';
import type { BufferedReceipt } from '../../../src/tape/session/buffered-files.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { data, KIB, MIB, newSessionBench } from './support.js';

const MEDIUM_ERROR = { sense: { key: 3, asc: 0x0c, ascq: 0 } } as const;

/** What a receipt came to, within reasonable time. */
const outcomeOf = ({ durable }: BufferedReceipt) =>
  Promise.race([
    durable.then(
      () => 'durable',
      () => 'lost',
    ),
    pause(5000, 'pending'),
  ]);

describe('bad arguments', () => {
  it.each([
    ['null for options', [[data(1)], null]],
    ['text for options', [[data(1)], 'now']],
    ['a list for options', [[data(1)], []]],
    ['a number for an id', [[data(1)], { id: 7 }]],
    ['no text in an id', [[data(1)], { id: '' }]],
    ['NaN for a record size', [[data(1)], { recordSize: Number.NaN }]],
    ['a huge record size', [[data(1)], { recordSize: 2 ** 40 }]],
    ['text for a checksum', [[data(1)], { checksum: 'md5' }]],
    ['a number for protection', [[data(1)], { protection: 1 }]],
    ['text for a signal', [[data(1)], { signal: 'soon' }]],
    ['null for a source', [null]],
    ['a number for a source', [5]],
    ['a source of numbers', [[1, 2, 3]]],
  ])('%s is refused, and the session goes on', async (_what, args) => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    const bad = (session.writeFile as (...all: unknown[]) => Promise<unknown>).apply(session, args);
    await expect(bad).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(await session.writeFile([data(2)])).toMatchObject({ fileNumber: 1, state: 'buffered' });
    await session.close();
  });
});

describe('calls at the same time', () => {
  it('two commits and two ends come to one', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    const receipt = await session.writeFile([data(0)]);
    const commits = await Promise.all([session.commit(), session.commit()]);
    expect(commits[0]).toEqual(commits[1]);
    await receipt.durable;
    await Promise.all([session.close(), session.close(), tape.close()]);
  });

  it('an end of the session waits for the file under way, and for those before', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    async function* slow() {
      yield data(0);
      await pause(50);
      yield data(1);
    }
    const files = [session.writeFile(slow()), session.writeFile([data(2)])];
    await session.close();
    for (const file of files) expect(await outcomeOf(await file)).toBe('durable');
  });

  it('an end of the drive in the middle of a file closes that, and proves what was before', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    const first = await session.writeFile([data(0)]);
    async function* endless() {
      for (;;) {
        yield data(1, MIB);
        await pause(1);
      }
    }
    const second = session.writeFile(endless(), { bufferBytes: MIB }).catch((error: unknown) => error);
    await pause(50);
    await tape.close();
    expect(await second).toBeInstanceOf(LtoError);
    expect(await outcomeOf(first)).toBe('durable');
  });

  it('an aborted file in the middle is closed, and the next one goes behind it', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    async function* endless() {
      for (;;) {
        yield data(1, MIB);
        await pause(1);
      }
    }
    const signal = AbortSignal.timeout(50);
    await expect(session.writeFile(endless(), { bufferBytes: MIB, startThreshold: 0, signal })).rejects.toBeDefined();
    expect(await session.writeFile([data(2)])).toMatchObject({ fileNumber: 2 });
    await session.close();
  });

  it('another handle on the drive is refused', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session();
    await session.writeFile([data(0)]);
    await expect(TapeDrive.open(tape.device)).rejects.toBeInstanceOf(DriveBusyError);
    await session.close();
  });
});

describe('a loss', () => {
  // A record is sent once more where the drive says that all before it is on the medium.
  it.each([
    ['READ POSITION', 1],
    ['WRITE(6)', 2],
    ['WRITE FILEMARKS(6)', 1],
  ] as const)(
    'may be told by an error of %s whose sense the driver keeps to itself: nothing before it is called durable',
    async (command, times) => {
      const { tape, virtual } = await newSessionBench();
      const session = tape.session();
      const buffered = [await session.writeFile([data(0)]), await session.writeFile([data(1)])];
      // The position stays as it is, as if nothing had been lost.
      virtual.faults = [{ command, times, outcome: MEDIUM_ERROR }];
      await session.writeFile([data(2)]).catch(() => undefined);
      await session.commit().catch(() => undefined);
      for (const receipt of buffered) expect(await outcomeOf(receipt)).toBe('lost');
    },
  );

  it('that is met at a commit by READ POSITION through the driver counts too', async () => {
    const { tape, virtual } = await newSessionBench();
    const session = tape.session();
    const receipt = await session.writeFile([data(0)]);
    virtual.faults = [{ command: 'READ POSITION', times: 1, outcome: MEDIUM_ERROR }];
    await expect(session.commit()).rejects.toBeInstanceOf(BufferedDataLostError);
    expect(await outcomeOf(receipt)).toBe('lost');
  });

  it('that nobody was told of is told by the end of the session, or of the drive', async () => {
    for (const end of ['session', 'drive'] as const) {
      const { tape, virtual } = await newSessionBench();
      const session = tape.session({ commit: { seconds: 0.01 } });
      const { durable } = await session.writeFile([data(0)]);
      await virtual.cutPower();
      await expect(durable).rejects.toBeInstanceOf(BufferedDataLostError);
      const ended = end === 'session' ? session.close() : tape.close();
      await expect(ended).rejects.toBeInstanceOf(BufferedDataLostError);
      await session.close();
      if (end === 'session') await tape.session().close();
    }
  });

  it('by a cartridge that is taken out by hand, in the middle of a file and between two', async () => {
    for (const inTheMiddle of [true, false]) {
      const { tape, virtual } = await newSessionBench();
      const session = tape.session();
      const first = await session.writeFile([data(0)]);
      async function* chunks() {
        yield data(1, 40 * MIB);
        if (inTheMiddle) await virtual.remove();
        yield data(1, 40 * MIB);
      }
      if (!inTheMiddle) await virtual.remove();
      await expect(session.writeFile(chunks())).rejects.toBeInstanceOf(LtoError);
      expect(await outcomeOf(first)).toBe('lost');
      await session.close().catch((error: unknown) => expect(error).toBeInstanceOf(BufferedDataLostError));
      await virtual.insert({ barcode: 'OTHER1L8' });
      await expect(session.writeFile([data(2)])).rejects.toBeInstanceOf(BufferedDataLostError);
      await using next = tape.session();
      expect(await next.writeFile([data(2)])).toMatchObject({ fileNumber: 0 });
    }
  });

  it('is none where the tape is full in the middle of a file', async () => {
    const { tape } = await newSessionBench({
      cartridge: { capacityBytes: 8 * MIB, barcode: 'SMALL1L8' },
      earlyWarningBytes: MIB,
    });
    const session = tape.session();
    const before = [await session.writeFile([data(0)]), await session.writeFile([data(1, 300 * KIB)])];
    await expect(session.writeFile([data(2, 16 * MIB)])).rejects.toMatchObject({
      code: 'LTO_END_OF_MEDIUM',
      safe: { filemark: true },
    });
    for (const receipt of before) expect(await outcomeOf(receipt)).toBe('durable');
    await session.close();
  });
});
