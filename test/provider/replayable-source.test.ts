import { expect, it } from 'vitest';
import { ReplayableSource } from '../../src/provider/archive/replayable-source.js';
import { takeSource } from '../../src/streams/taken-source.js';
import { createChecksum } from '../../src/tape/stream/file/checksum.js';

const SIZE = 1000;
const chunkOf = (number: number) => Buffer.alloc(SIZE, number);

function checksumOf(...chunks: readonly Buffer[]): string {
  const checksum = createChecksum('crc32');
  for (const chunk of chunks) checksum.update(chunk);
  return checksum.digest();
}

/** A source that gives its third chunk, or fails, when it is told to. */
function slowSource(failure?: Error) {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  async function* chunks() {
    yield chunkOf(1);
    yield chunkOf(2);
    await given;
    if (failure) throw failure;
    yield chunkOf(3);
  }
  return { replayable: new ReplayableSource(takeSource(chunks(), {}), 'crc32'), give: () => give() };
}

it('a part that ended while the source was waited for takes nothing from the next part', async () => {
  const { replayable, give } = slowSource();
  let taken = 0;
  const first = replayable.chunks(() => taken);
  await first.next();
  await first.next();
  // The cartridge is full while this waits: of two chunks that the drive took, half of one is on tape.
  const waiting = first.next();
  taken = 2 * SIZE;
  const ended = first.return();
  const firstSum = replayable.endPart(SIZE / 2);
  const second = replayable.chunks(() => 0);
  const again = await second.next();
  const next = second.next();
  give();
  await Promise.all([waiting, ended]);
  const rest = [again.value, (await next).value, (await second.next()).value];
  expect(Buffer.concat(rest.map((chunk) => Buffer.from(chunk ?? [])))).toEqual(
    Buffer.concat([chunkOf(1).subarray(SIZE / 2), chunkOf(2), chunkOf(3)]),
  );
  expect(firstSum).toBe(checksumOf(chunkOf(1).subarray(0, SIZE / 2)));
  expect(replayable.endPart(2.5 * SIZE)).toBe(checksumOf(chunkOf(1).subarray(SIZE / 2), chunkOf(2), chunkOf(3)));
  expect(replayable.totalChecksum()).toBe(checksumOf(chunkOf(1), chunkOf(2), chunkOf(3)));
});

it('a source that failed while the cartridge was changed has failed for the next part, and has not ended', async () => {
  const failure = new Error('connection lost');
  const { replayable, give } = slowSource(failure);
  const first = replayable.chunks(() => 0);
  await first.next();
  await first.next();
  const waiting = first.next();
  first.return().catch(() => undefined);
  replayable.endPart(SIZE);
  give();
  await expect(waiting).rejects.toBe(failure);
  const second = replayable.chunks(() => 0);
  expect((await second.next()).value).toEqual(chunkOf(2));
  await expect(second.next()).rejects.toBe(failure);
});
