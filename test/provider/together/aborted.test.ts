// A signal that is aborted behind the point of no return denies nothing that was done, and hides no failure.
import { expect, it, vi } from 'vitest';
import { MediumError } from '../../../src/errors/index.js';
import { ID, newLabelledBench } from '../support.js';
import { content } from './support.js';

const REASON = new Error('the caller has given up');

async function withArchive() {
  const bench = await newLabelledBench();
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, [content(1)]);
  return bench;
}

it('an eject that was begun is reported as done', async () => {
  const { provider, tape } = await withArchive();
  const given = new AbortController();
  const eject = tape.eject.bind(tape);
  vi.spyOn(tape, 'eject').mockImplementation((options) => {
    given.abort(REASON);
    return eject(options);
  });
  expect(await provider.finalizeMedia(ID, { signal: given.signal })).toHaveProperty('memory');
  expect(await provider.checkOnline({ force: true })).not.toMatchObject({ state: 'ready' });
});

it('a drive that cannot flush what it holds says so', async () => {
  const { provider, tape } = await withArchive();
  const given = new AbortController();
  vi.spyOn(tape, 'writeFilemarks').mockImplementation(async () => {
    given.abort(REASON);
    throw new MediumError('the buffer could not be written', {});
  });
  await expect(provider.finalizeMedia(ID, { signal: given.signal })).rejects.toBeInstanceOf(MediumError);
});

it.each([false, true])('an archive on tape is reported, with its index, also one that may span (%s)', async (spans) => {
  const given = new AbortController();
  const catalogue = {
    apply: async (changes: readonly { readonly type: string }[]) => {
      if (changes.some((change) => 'state' in change && change.state === 'durable')) given.abort(REASON);
    },
  };
  const { provider } = await newLabelledBench({ indexArchive: true }, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const options = { signal: given.signal, ...(spans && { onEndOfMedium: () => 'BB0002L8' }) };
  const receipt = await provider.writeArchive(ID, [content(1)], options);
  expect(given.signal.aborted).toBe(true);
  expect(receipt.indexed).toMatchObject({ fileNumber: receipt.location + 1, failure: undefined });
});
