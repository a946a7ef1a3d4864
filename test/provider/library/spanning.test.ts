import { expect, it } from 'vitest';
import { VirtualTransport } from '../../../src/backends/virtual/virtual-transport.js';
import { ElementError, type LtoError } from '../../../src/errors/index.js';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { openTransport } from '../../../src/tape/open/open-transport.js';
import { createChecksum } from '../../../src/tape/stream/file/checksum.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { MtOperation } from '../../../src/transport/mtio.js';
import { collect, testData } from '../../conformance/conformance.js';
import { MIB } from '../support.js';
import { newLibraryBench, placeOf } from './support.js';

const [A, B, C, D] = ['A00001L8', 'A00002L8', 'A00003L8', 'A00004L8'] as const;
const SMALL = { drive: { earlyWarningBytes: 8 * MIB } };

function* chunks(count: number): Generator<Buffer> {
  for (let i = 0; i < count; i += 1) yield testData(MIB + 3, i);
}

const whole = (count: number) => Buffer.concat([...chunks(count)]);

it.each([1, 2])('goes on to blank cartridges of the pool, and reads all parts back, with %i drives', async (drives) => {
  const { provider, virtual } = await newLibraryBench({ pool: [B, C, D] }, { ...SMALL, drives });
  await provider.initializeMedia(A);
  const progress: number[] = [];
  const receipt = await provider.writeArchive(A, chunks(100), { onProgress: (bytes) => progress.push(bytes) });
  const { parts } = receipt;
  expect(parts.map(({ cartridge }) => cartridge)).toEqual([A, B, C].slice(0, parts.length));
  expect(parts.length).toBeGreaterThan(2);
  expect(progress.at(-1)).toBe(receipt.totalBytes);
  const data = whole(100);
  const checksum = createChecksum('crc32');
  checksum.update(data);
  expect(receipt.totalChecksum).toBe(checksum.digest());
  expect((await collect(await provider.readArchive(A, receipt.location, { parts }))).equals(data)).toBe(true);
  for (const { cartridge, location, checksum: expected } of parts) {
    await provider.verifyArchive(cartridge, location, { expectedChecksum: expected });
  }
  // The first one is full: the next archive of its name goes on at once.
  const next = await provider.writeArchive(A, chunks(3));
  expect(next.parts.map(({ cartridge }) => cartridge)).toEqual([parts.at(-1)?.cartridge]);
  await provider.close();
  expect([A, B, C, D].map((id) => placeOf(virtual, id))).toEqual(
    [1001, 1002, 1003, 1004].map((slot) => `slot ${slot}`),
  );
});

it('two archives are not continued on one cartridge at the same time', async () => {
  const { provider, another } = await newLibraryBench({ pool: [C, D] }, SMALL);
  for (const id of [A, B]) await provider.initializeMedia(id);
  const receipts = await Promise.all([provider.writeArchive(A, chunks(60)), provider.writeArchive(B, chunks(60))]);
  const last = receipts.map(({ parts }) => parts.at(-1)?.cartridge);
  expect(last.toSorted()).toEqual([C, D]);
  const other = another();
  for (const { cartridge, location, parts } of receipts) {
    expect((await collect(await other.readArchive(cartridge, location, { parts }))).equals(whole(60))).toBe(true);
  }
});

it('brings the cartridge that the caller names', async () => {
  const { provider } = await newLibraryBench({}, SMALL);
  for (const id of [A, D]) await provider.initializeMedia(id);
  const full: string[] = [];
  const { parts } = await provider.writeArchive(A, chunks(60), {
    onEndOfMedium: ({ part }) => {
      full.push(part?.cartridge ?? '');
      return D;
    },
  });
  expect([full, parts.map(({ cartridge }) => cartridge)]).toEqual([[A], [A, D]]);
});

it('closes the last file of a pool cartridge that a killed process has left, and goes on behind it', async () => {
  const { provider, another } = await newLibraryBench({ pool: [B] }, SMALL);
  const killed = another();
  await killed.initializeMedia(B);
  await killed.close();
  const library = await TapeLibrary.open(provider.configuration.library ?? '');
  const { drive } = await library.load(B, 1);
  const transport = await openTransport(drive?.node ?? '');
  if (!(transport instanceof VirtualTransport)) throw new Error('not the virtual drive');
  await transport.mt(MtOperation.MTREW, 1);
  await transport.mt(MtOperation.MTFSF, 1);
  await transport.writeRecords(transport.allocate(MIB), MIB, 1e6);
  // The drive's power goes with the process: no filemark ends the file.
  await transport.drive.reset();
  await transport.close().catch(() => undefined);
  await library.unload(1);
  await library.close();
  await expect(another().prepareForWrite(B)).rejects.toMatchObject({ code: 'LTO_UNTERMINATED_FILE' });
  await provider.initializeMedia(A);
  const { parts } = await provider.writeArchive(A, chunks(60));
  expect(parts.map(({ cartridge, location }) => [cartridge, location])).toEqual([
    [A, 2],
    // The label, the file that was cut off, and the header of the part are before it.
    [B, 3],
  ]);
  expect((await collect(await provider.readArchive(A, 2, { parts }))).equals(whole(60))).toBe(true);
});

it('an archive that the pool is too small for lists its parts in the error', async () => {
  const { provider } = await newLibraryBench({ pool: [B] }, SMALL);
  await provider.initializeMedia(A);
  const error: LtoError = await provider.writeArchive(A, chunks(200)).then(
    () => expect.unreachable(),
    (reason: unknown) => reason as LtoError,
  );
  expect(error).toBeInstanceOf(ElementError);
  expect(error.parts?.map(({ cartridge }) => cartridge)).toEqual([A, B]);
  for (const { cartridge, location, checksum } of error.parts ?? []) {
    await provider.verifyArchive(cartridge, location, { expectedChecksum: checksum });
  }
});

it('passes over cartridges that hold something else, and says why none is left', async () => {
  const { provider, another } = await newLibraryBench({ pool: ['Z00001L8', B, C] }, SMALL);
  const elsewhere = another();
  await elsewhere.initializeMedia(A);
  await elsewhere.close();
  // Somebody's data, without a label.
  const library = await TapeLibrary.open(provider.configuration.library ?? '');
  const { drive } = await library.load(B, 1);
  const tape = await TapeDrive.open(drive?.node ?? '');
  await tape.writeFile([testData(MIB)], { position: 'overwrite' });
  await tape.close();
  await library.unload(1);
  await library.close();
  const { parts } = await provider.writeArchive(A, chunks(60));
  expect(parts.map(({ cartridge }) => cartridge)).toEqual([A, C]);
  const failed = provider.writeArchive(A, chunks(200));
  await expect(failed).rejects.toBeInstanceOf(ElementError);
  await expect(failed).rejects.toThrow(/Z00001L8: .*A00002L8: .*holds data/);
});
