import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, ReaderIdleError } from '../../src/errors/index.js';
import { closed } from '../conformance/conformance.js';
import { ID, MIB, newLabelledBench, source } from './support.js';

const IDLE_MS = 200;
const BYTES = 8 * MIB;

async function newArchive() {
  const bench = await newLabelledBench();
  await bench.provider.prepareForWrite(ID);
  const receipt = await bench.provider.writeArchive(ID, source(BYTES));
  return { ...bench, receipt };
}

describe('an archive that nobody reads any more', () => {
  it('lets the drive go when its client has gone, and brings nobody down', async () => {
    const { provider, device } = await newArchive();
    const stream = await provider.readArchive(ID, 1, { idleTimeoutMs: IDLE_MS });
    const taken = new Promise<Writable>((resolve) => {
      // Takes one chunk, and no other before it is gone.
      const client = new Writable({ highWaterMark: 1, write: () => resolve(client) });
      stream.pipe(client);
    });
    const client = await taken;
    // As a response whose connection was cut: `pipe` lets it go and leaves the stream as it is.
    client.destroy();
    await closed(stream);
    expect(stream.errored).toBeInstanceOf(ReaderIdleError);
    expect(stream.errored).toMatchObject({
      code: 'LTO_READER_IDLE',
      device,
      operation: 'read',
      message: expect.stringContaining('the archive was not read for 0.2 s, although data was ready'),
      next: 'Destroy a stream that is not needed any more, or give a longer `idleTimeoutMs`',
    });
    expect((await provider.identifyMedia({ allowIntrusive: true })).identity).toBe(ID);
  });

  it('lets it go when nothing was ever read, of an archive in parts too', async () => {
    const { provider, receipt } = await newArchive();
    const one = await provider.readArchive(ID, 1, { idleTimeoutMs: IDLE_MS });
    await closed(one);
    expect(one.errored).toBeInstanceOf(ReaderIdleError);
    const spanned = await provider.readArchive(ID, 1, {
      idleTimeoutMs: IDLE_MS,
      parts: [...receipt.parts, ...receipt.parts],
      onNextCartridge: () => undefined,
    });
    await closed(spanned);
    expect(spanned.errored).toBeInstanceOf(ReaderIdleError);
    expect((await provider.identifyMedia({ allowIntrusive: true })).identity).toBe(ID);
  });
});

describe('an archive that is read', () => {
  it.each([
    ['slowly', IDLE_MS, IDLE_MS / 4],
    ['with pauses that may be as long as they like', 0, IDLE_MS * 2],
  ])('%s comes to its end', async (_how, idleTimeoutMs, pause) => {
    const { provider } = await newArchive();
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of await provider.readArchive(ID, 1, { idleTimeoutMs })) {
      bytes += (chunk as Buffer).length;
      chunks += 1;
      if (chunks < 5) await delay(pause);
    }
    expect(bytes).toBe(BYTES);
  });

  it('from a drive that takes longer than a reader may, comes to its end', async () => {
    const { provider, virtual } = await newArchive();
    const stream = await provider.readArchive(ID, 1, { idleTimeoutMs: IDLE_MS });
    virtual.faults = [{ command: 'READ(6)', times: 1, outcome: { delayMs: 3 * IDLE_MS } }];
    let bytes = 0;
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(BYTES);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('a timeout of %s is refused', async (idleTimeoutMs) => {
    const { provider } = await newArchive();
    await expect(provider.readArchive(ID, 1, { idleTimeoutMs })).rejects.toBeInstanceOf(InvalidArgumentError);
    expect((await provider.identifyMedia({ allowIntrusive: true })).identity).toBe(ID);
  });
});
