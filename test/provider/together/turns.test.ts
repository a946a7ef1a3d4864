// The tape is given back whatever ends a call, and one question answered badly ends nobody's work.
import { expect, it, vi } from 'vitest';
import { BufferedDataLostError, InvalidArgumentError } from '../../../src/errors/index.js';
import { ID, MIB, newLabelledBench } from '../support.js';
import { content } from './support.js';

it.each([['md5'], [null], [5]])('a checksum of %s is refused, and the tape is free', async (checksum) => {
  const { provider } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const wrong = { checksum: checksum as 'crc32', onEndOfMedium: () => 'BB0002L8' };
  await expect(provider.writeArchive(ID, [content(1)], wrong)).rejects.toBeInstanceOf(InvalidArgumentError);
  await provider.rewind();
});

it('a spanned reader that is aborted before it is read ends no process, and the tape is free', async () => {
  const { provider } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const receipts = [await provider.writeArchive(ID, [content(1)]), await provider.writeArchive(ID, [content(2)])];
  const parts = receipts.flatMap((receipt) => receipt.parts);
  const ended = new AbortController();
  const stream = await provider.readArchive(ID, 1, { parts, onNextCartridge: () => undefined, signal: ended.signal });
  const failed = new Promise((resolve) => stream.once('error', resolve));
  const reason = new Error('not wanted any more');
  ended.abort(reason);
  // As Node.js does with signals, the reason is its cause.
  expect(await failed).toSatisfy((error: Error) => error === reason || error.cause === reason);
  await provider.rewind();
});

it('a failed question does not close the drive under a write', async () => {
  const { provider, virtual } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  let goesOn = true;
  async function* source() {
    while (goesOn) {
      yield content(1, MIB);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const written = provider.writeArchive(ID, source());
  await new Promise((resolve) => setTimeout(resolve, 200));
  const sense = { key: 4, asc: 0x44, ascq: 0 };
  virtual.faults = [{ command: 'TEST UNIT READY', times: 1, outcome: { sense } }];
  expect(await provider.checkOnline({ force: true })).toMatchObject({ state: 'offline' });
  goesOn = false;
  expect(await written).toMatchObject({ location: 1 });
});

/** A source that goes on until it is told to stop. */
function endless() {
  const state = { goesOn: true };
  async function* chunks() {
    while (state.goesOn) {
      yield content(1, MIB);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return { state, chunks };
}

const GONE = { command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } } as const;

it('nor under one that waited for an archive that could have gone on to other cartridges', async () => {
  const { provider, virtual } = await newLabelledBench();
  const { state, chunks } = endless();
  await provider.prepareForWrite(ID);
  const first = provider.writeArchive(ID, [content(1)], { onEndOfMedium: () => 'BB0002L8' });
  const second = provider.writeArchive(ID, chunks());
  await first;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await provider.getLiveInfo({ force: true })).toMatchObject({ job: 'writing an archive' });
  virtual.faults = [GONE];
  expect(await provider.checkOnline({ force: true })).toMatchObject({ state: 'offline' });
  state.goesOn = false;
  // Behind the header of the part before it.
  expect(await second).toMatchObject({ location: 3 });
});

it('a session keeps its drive open through a failed question, until it has lost its archives', async () => {
  const { provider, tape, virtual } = await newLabelledBench({}, { bufferBytes: 64 * MIB });
  const close = vi.spyOn(tape, 'close').mockResolvedValue();
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  await session.writeArchive([content(1)]);
  virtual.faults = [GONE];
  await provider.checkOnline({ force: true });
  expect(close).not.toHaveBeenCalled();
  await virtual.cutPower();
  await expect(session.writeArchive([content(2)])).rejects.toBeInstanceOf(BufferedDataLostError);
  virtual.faults = [GONE];
  expect(await provider.checkOnline({ force: true })).toMatchObject({ state: 'offline' });
  expect(close).toHaveBeenCalled();
  close.mockRestore();
  await session.close().catch(() => undefined);
});
