// The end of the medium through `st`, on drives that tell of it in their own ways: what is said to be safe is on tape, and ends
// with a filemark. `st` counts a record as written where the drive's residual says so, although the drive did not take it.
import { pipeline } from 'node:stream/promises';
import { expect, it, onTestFinished } from 'vitest';
import { EndOfMediumError } from '../../../src/errors/index.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import type { Trait } from '../../../src/virtual/index.js';
import { closed, collect, testData } from '../../conformance/conformance.js';
import { serveAnother } from './second-server.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const RECORD = 64 * KIB;
/** Records that fit. */
const FITTING = 63;

/** With a pause before the records after this many, in which the addon would ask again where the tape stands. */
async function* records(count: number, pauseAfter: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i += 1) {
    if (i >= pauseAfter) await new Promise((resolve) => setTimeout(resolve, 20));
    yield testData(RECORD, i);
  }
}

const TRAITS: readonly (readonly Trait[])[] = [
  [],
  ['overflow-without-residual'],
  ['overflow-without-residual', 'no-early-warning'],
];

const CASES = TRAITS.flatMap((traits) =>
  [100, FITTING + 1].flatMap((count) => [count, FITTING - 3].map((pauseAfter) => ({ traits, count, pauseAfter }))),
);

it.each(CASES)(
  'a full tape: $traits, $count records, slow behind $pauseAfter',
  async ({ traits, count, pauseAfter }) => {
    const cartridge = { capacityBytes: 4 * MIB };
    const server = await serveAnother([], {}, { traits, cartridge, earlyWarningBytes: MIB });
    const { tape } = await server.login();
    const drive = await TapeDrive.open(tape);
    onTestFinished(() => drive.close());
    await drive.rewind();
    const stream = drive.createWriteStream({ recordSize: RECORD });
    const error: unknown = await pipeline(records(count, pauseAfter), stream).catch((reason: unknown) => reason);
    await closed(stream);
    expect(error).toBeInstanceOf(EndOfMediumError);
    const { safe } = error as EndOfMediumError;
    expect(safe).toMatchObject({ bytes: safe.records * RECORD, filemark: true });
    expect(safe.records).toBeGreaterThan(FITTING - 2);
    const read = await collect(drive.createReadStream({ fileNumber: 0 }));
    expect(read.equals(Buffer.concat(Array.from({ length: safe.records }, (_, i) => testData(RECORD, i))))).toBe(true);
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
  },
);
