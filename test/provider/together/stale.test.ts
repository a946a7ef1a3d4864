// A provider that comes back to a cartridge on which somebody has written since: nothing of theirs is overwritten, and the
// catalogue is not told that it was.
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  IllegalRequestError,
  LabelError,
  MediumChangedError,
  PositionMismatchError,
} from '../../../src/errors/index.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { newLibraryBench } from '../library/support.js';
import { ID, newLabelledBench } from '../support.js';
import { content, firstByte, listener, overwritten } from './support.js';

function second(device: string, ...options: [ConstructorParameters<typeof LtoProvider>[1]?]): LtoProvider {
  const provider = new LtoProvider({ devicePath: device }, ...options);
  onTestFinished(() => provider.close());
  return provider;
}

it('of another provider, also where the tape stands at the place that was prepared', async () => {
  const { provider: a, device } = await newLabelledBench();
  const b = second(device);
  await a.prepareForWrite(ID);
  await a.writeArchive(ID, [content(1)]);
  await b.prepareForWrite(ID);
  for (const value of [2, 3]) await b.writeArchive(ID, [content(value)]);
  await b.verifyArchive(ID, 1);
  await expect(a.writeArchive(ID, [content(9)])).rejects.toBeInstanceOf(PositionMismatchError);
  for (const location of [2, 3]) expect(await firstByte(b, ID, location)).toBe(location);
  await a.prepareForWrite(ID);
  expect(await a.writeArchive(ID, [content(4)])).toMatchObject({ location: 4 });
});

it('beside an open session', async () => {
  const { provider } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  await session.writeArchive([content(1)]);
  await provider.prepareForWrite(ID);
  for (const value of [2, 3]) await provider.writeArchive(ID, [content(value)]);
  await provider.verifyArchive(ID, 1);
  await expect(session.writeArchive([content(9)])).rejects.toBeInstanceOf(PositionMismatchError);
  await session.close();
  for (const location of [2, 3]) expect(await firstByte(provider, ID, location)).toBe(location);
});

it('in a library, where nobody prepares: the archive goes behind theirs', async () => {
  const { provider: a, another, virtual } = await newLibraryBench();
  const b = another();
  const [id = ''] = virtual.elements.flatMap(({ cartridge, type }) =>
    cartridge && type === 'slot' ? [cartridge] : [],
  );
  await a.initializeMedia(id);
  await a.writeArchive(id, [content(1)]);
  for (const value of [2, 3]) await b.writeArchive(id, [content(value)]);
  await b.verifyArchive(id, 1);
  expect(await a.writeArchive(id, [content(4)])).toMatchObject({ location: 4 });
  for (const location of [1, 2, 3, 4]) expect(await firstByte(b, id, location)).toBe(location);
});

it('and the catalogue loses nothing by a write that was refused', async () => {
  const { told, catalogue } = listener();
  const { provider: a, device } = await newLabelledBench({}, {}, { catalogue });
  const b = second(device, { catalogue });
  await a.prepareForWrite(ID);
  await b.prepareForWrite(ID);
  for (const value of [1, 2]) await b.writeArchive(ID, [content(value)]);
  told.length = 0;
  await expect(a.writeArchive(ID, [content(9)])).rejects.toBeInstanceOf(PositionMismatchError);
  await a.close();
  expect(told).toEqual([]);
  expect(overwritten(told)).toEqual([]);
});

it('with another label, on a cartridge whose memory does not tell', async () => {
  const { provider: a, tape, device } = await newLabelledBench();
  const b = second(device);
  vi.spyOn(tape, 'mam').mockResolvedValue(undefined);
  await a.prepareForWrite(ID);
  await b.initializeMedia('BB0002L8', { overwrite: ID });
  await expect(a.writeArchive(ID, [content(9)])).rejects.toBeInstanceOf(MediumChangedError);
});

it('with a label that could not be written to its end', async () => {
  const { provider, tape } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const writeFile = tape.writeFile.bind(tape);
  vi.spyOn(tape, 'writeFile').mockImplementationOnce(async (...written) => {
    await writeFile(...written);
    throw new Error('interrupted');
  });
  await expect(provider.initializeMedia('BB0002L8', { overwrite: ID })).rejects.toThrow('interrupted');
  await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(LabelError);
});

it('attributes of the configuration that the drive refuses are in the report of the label', async () => {
  const { provider, tape } = await newLabelledBench({ mediaPool: 'nightly', owningHost: 'archive1' });
  const refused = new IllegalRequestError('the drive refuses it', { sense: undefined });
  vi.spyOn(tape, 'setAttributes').mockRejectedValue(refused);
  const { memory } = await provider.initializeMedia('BB0002L8', { overwrite: ID });
  expect(memory?.refused.map(({ key }) => key)).toEqual(expect.arrayContaining(['owningHost', 'mediaPool']));
});
