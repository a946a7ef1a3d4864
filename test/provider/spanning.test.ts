import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COMMAND_CHANNEL } from '../../src/device/command-log.js';
import { InvalidArgumentError, LabelError, LtoError } from '../../src/errors/index.js';
import { createChecksum } from '../../src/tape/stream/file/checksum.js';
import type { Trait } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { type Bench, ID, labelOther, MIB, newLabelledBench, swapTo } from './support.js';

const SMALL = { cartridge: { barcode: ID, capacityBytes: 48 * MIB }, earlyWarningBytes: 8 * MIB };
const OTHERS = ['BB0002L8', 'CC0003L8', 'DD0004L8'];

async function smallCartridges(traits: readonly Trait[] = []): Promise<Bench> {
  const bench = await newLabelledBench({}, { ...SMALL, traits });
  for (const barcode of OTHERS) await labelOther(bench, barcode, 48 * MIB);
  return bench;
}

function* chunks(count: number): Generator<Buffer> {
  for (let i = 0; i < count; i += 1) yield testData(MIB + 3, i);
}

const whole = (count: number) => Buffer.concat([...chunks(count)]);

describe('an archive over several cartridges', () => {
  it('continues on the next one, and is read back by asking for each', async () => {
    const bench = await smallCartridges();
    const { provider, tape } = bench;
    await provider.prepareForWrite(ID);
    const full: unknown[] = [];
    const receipt = await provider.writeArchive(ID, chunks(120), {
      archive: 'nightly',
      onEndOfMedium: async ({ archive, part, totalBytes, eject }) => {
        full.push({ archive, cartridge: part?.cartridge, bytes: part?.bytes, totalBytes });
        await eject();
        const next = OTHERS[full.length - 1] ?? '';
        await swapTo(bench, next);
        return next;
      },
    });
    const { parts, totalBytes } = receipt;
    expect(parts.map(({ cartridge, location }) => ({ cartridge, location }))).toEqual([
      { cartridge: ID, location: 2 },
      ...OTHERS.slice(0, parts.length - 1).map((cartridge) => ({ cartridge, location: 2 })),
    ]);
    expect(parts.length).toBeGreaterThan(2);
    expect(full).toHaveLength(parts.length - 1);
    expect(full[0]).toMatchObject({ archive: 'nightly', cartridge: ID, totalBytes: parts[0]?.bytes });
    expect(totalBytes).toBe(120 * (MIB + 3));
    const data = whole(120);
    const checksum = createChecksum('crc32');
    checksum.update(data);
    expect(receipt.totalChecksum).toBe(checksum.digest());

    // Each part is plain bytes with a note before it that tar reads.
    const last = parts.at(-1);
    const note = await collect(tape.createReadStream({ fileNumber: 1 }));
    const json = execFileSync('tar', ['-xOf', '-', '.archive-part.json'], { input: note, encoding: 'utf8' });
    const predecessor = parts.at(-2);
    expect(JSON.parse(json)).toEqual({
      archive: 'nightly',
      part: parts.length,
      predecessor: { cartridge: predecessor?.cartridge, location: predecessor?.location },
    });
    const tail = await collect(tape.createReadStream({ fileNumber: 2 }));
    expect(tail.equals(data.subarray(data.length - (last?.bytes ?? 0)))).toBe(true);

    await swapTo(bench, ID);
    const asked: string[] = [];
    const stream = await provider.readArchive(ID, 2, {
      parts,
      onNextCartridge: async ({ cartridge }) => {
        asked.push(cartridge);
        await swapTo(bench, cartridge);
      },
    });
    expect((await collect(stream)).equals(data)).toBe(true);
    expect(asked).toEqual(parts.slice(1).map(({ cartridge }) => cartridge));
  });

  it('is read in ranges, also across its parts, without a cartridge that is not needed', async () => {
    const bench = await smallCartridges();
    const { provider } = bench;
    await provider.prepareForWrite(ID);
    const rest = [...OTHERS];
    const { parts, totalBytes } = await provider.writeArchive(ID, chunks(100), {
      onEndOfMedium: async ({ eject }) => {
        await eject();
        const next = rest.shift() ?? '';
        await swapTo(bench, next);
        return next;
      },
    });
    const data = whole(100);
    const [first = 0, second = 0] = parts.map(({ bytes }) => bytes);
    const ranges: [number, number | undefined, number[]][] = [
      [5, 10, []],
      [first - 3 * MIB, first + 3 * MIB, [1]],
      [first, first, [1]],
      [first + second, undefined, [2]],
      [first - 1, first + second, [1, 2]],
      [totalBytes, undefined, [parts.length - 1]],
    ];
    for (const [start, end, others] of ranges) {
      await swapTo(bench, ID);
      const asked: string[] = [];
      const onNextCartridge = async ({ cartridge }: { readonly cartridge: string }) => {
        asked.push(cartridge);
        await swapTo(bench, cartridge);
      };
      const stream = await provider.readArchive(ID, 2, { parts, onNextCartridge, start, end });
      expect((await collect(stream)).equals(data.subarray(start, end === undefined ? undefined : end + 1))).toBe(true);
      expect(asked).toEqual(others.map((part) => parts[part]?.cartridge));
    }
    const beyond = provider.readArchive(ID, 2, { parts, onNextCartridge: () => undefined, start: totalBytes + 1 });
    await expect(beyond).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('moves no tape for a reader that has gone while the next cartridge was asked for', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    const { parts } = await provider.writeArchive(ID, testData(MIB));
    const [part] = parts;
    if (!part) throw new Error('no part');
    let after = 0;
    const count = () => {
      after += 1;
    };
    onTestFinished(() => void unsubscribe(COMMAND_CHANNEL, count));
    const stream = await provider.readArchive(ID, part.location, {
      parts: [part, part],
      onNextCartridge: async () => {
        stream.destroy();
        await turn();
        subscribe(COMMAND_CHANNEL, count);
      },
    });
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    await turn();
    expect(after).toBe(0);
  });

  it.each<Trait>(['overflow-without-residual', 'small-early-warning', 'no-early-warning'])(
    'loses nothing on drives with %s',
    async (trait) => {
      const bench = await smallCartridges([trait]);
      const { provider } = bench;
      await provider.prepareForWrite(ID);
      const rest = [...OTHERS];
      const { parts } = await provider.writeArchive(ID, chunks(100), {
        onEndOfMedium: async ({ eject }) => {
          await eject();
          const next = rest.shift() ?? '';
          await swapTo(bench, next);
          return next;
        },
      });
      expect(parts.length).toBeGreaterThan(2);
      await swapTo(bench, ID);
      const onNextCartridge = ({ cartridge }: { readonly cartridge: string }) => swapTo(bench, cartridge);
      const stream = await provider.readArchive(ID, 2, { parts, onNextCartridge });
      expect((await collect(stream)).equals(whole(100))).toBe(true);
    },
  );

  it('is one part when it fits', async () => {
    const { provider } = await smallCartridges();
    await provider.prepareForWrite(ID);
    const receipt = await provider.writeArchive(ID, chunks(5), { onEndOfMedium: () => 'never' });
    expect(receipt.parts).toHaveLength(1);
    expect(receipt).toMatchObject({ location: 2, totalBytes: 5 * (MIB + 3) });
    expect((await collect(await provider.readArchive(ID, 2, { expectedChecksum: receipt.checksum }))).length).toBe(
      5 * (MIB + 3),
    );
    const range = { start: 3 * MIB + 7, end: 4 * MIB };
    const part = await provider.readArchive(ID, 2, { ...range, parts: receipt.parts });
    expect((await collect(part)).equals(whole(5).subarray(range.start, range.end + 1))).toBe(true);
    await expect(provider.readArchive(ID, 3, { ...range, parts: receipt.parts })).rejects.toThrow(InvalidArgumentError);
    expect((await provider.writeArchive(ID, chunks(1))).location).toBe(3);
  });

  it('does not continue on another cartridge than was named, or on the same one', async () => {
    const bench = await smallCartridges();
    const { provider } = bench;
    await provider.prepareForWrite(ID);
    const wrong = provider.writeArchive(ID, chunks(120), {
      onEndOfMedium: async () => {
        await swapTo(bench, 'CC0003L8');
        return 'BB0002L8';
      },
    });
    await expect(wrong).rejects.toBeInstanceOf(LabelError);
    await swapTo(bench, 'BB0002L8');
    await provider.prepareForWrite('BB0002L8');
    const same = provider.writeArchive('BB0002L8', chunks(120), { onEndOfMedium: () => 'BB0002L8' });
    await expect(same).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('wants the parts of the archive that is read', async () => {
    const { provider } = await smallCartridges();
    const part = {
      cartridge: ID,
      location: 2,
      records: 1,
      bytes: 1,
      recordSize: 512,
      firstLogicalObject: 0,
      checksum: undefined,
    };
    const parts = [part, { ...part, cartridge: 'BB0002L8' }];
    await expect(provider.readArchive(ID, 2, { parts })).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(provider.readArchive(ID, 3, { parts, onNextCartridge: () => {} })).rejects.toBeInstanceOf(
      InvalidArgumentError,
    );
  });
});

describe('an archive over several cartridges from a source that is no row of Buffers', () => {
  const TEXT = 'ä'.repeat(31);
  const COUNT = 2 ** 20;
  /** In more chunks than one by one would be quick, of two bytes a character. */
  const text = () => Array.from({ length: 1024 }, () => TEXT.repeat(COUNT / 1024));

  it.each([
    ['strings', text],
    ['a Readable with setEncoding(utf8)', () => Readable.from(text().map((s) => Buffer.from(s))).setEncoding('utf8')],
    ['Uint16Arrays', () => text().map((s) => new Uint16Array(new Uint8Array(Buffer.from(s)).buffer))],
  ])('has all bytes of it: %s', async (_name, source) => {
    const bench = await smallCartridges();
    const { provider } = bench;
    await provider.prepareForWrite(ID);
    let full = 0;
    const receipt = await provider.writeArchive(ID, source(), {
      onEndOfMedium: async ({ eject }) => {
        await eject();
        const next = OTHERS[full] ?? '';
        full += 1;
        await swapTo(bench, next);
        return next;
      },
    });
    const checksum = createChecksum('crc32');
    for (const chunk of text()) checksum.update(Buffer.from(chunk));
    expect(receipt.parts.length).toBeGreaterThan(1);
    expect(receipt).toMatchObject({ totalBytes: 2 * TEXT.length * COUNT, totalChecksum: checksum.digest() });
  });

  it('gives no receipt for a source that fills its chunks anew before they are on tape', async () => {
    const { provider } = await smallCartridges();
    await provider.prepareForWrite(ID);
    const chunk = Buffer.alloc(MIB);
    function* refilled() {
      for (let i = 0; i < 20; i += 1) yield chunk.fill(i);
    }
    const written = provider.writeArchive(ID, refilled(), { onEndOfMedium: () => '' });
    await expect(written).rejects.toMatchObject({ code: 'LTO_VERIFICATION_FAILED' });
  });

  it('rejects at once when aborted while the next cartridge is waited for', async () => {
    const { provider } = await smallCartridges();
    await provider.prepareForWrite(ID);
    const controller = new AbortController();
    const written = provider.writeArchive(ID, chunks(120), {
      signal: controller.signal,
      onEndOfMedium: () => {
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    // A part is on tape: the reason is the cause, and the error says what is there.
    await expect(written).rejects.toMatchObject({
      code: 'LTO_WRITE_FAILED',
      cause: { name: 'AbortError' },
      parts: [{ cartridge: ID, location: 2, bytes: expect.any(Number), checksum: expect.stringMatching(/^crc32:/) }],
    });
  });

  it.each([
    ['a source that fails', 'LTO_WRITE_FAILED'],
    ['a callback that throws', 'LTO_WRITE_FAILED'],
    ['another cartridge', 'LTO_LABEL'],
  ])('%s in the middle: the error lists the parts that are on tape, and each can be read', async (what, code) => {
    const bench = await smallCartridges();
    const { provider } = bench;
    await provider.prepareForWrite(ID);
    function* failing() {
      yield* chunks(60);
      if (what === 'a source that fails') throw new Error('the source has gone');
      yield* chunks(60);
    }
    const rest = [...OTHERS];
    const written = provider.writeArchive(ID, failing(), {
      // Less than what is on the second cartridge when the source fails.
      bufferBytes: 4 * MIB,
      onEndOfMedium: async ({ eject }) => {
        if (what === 'a callback that throws') throw new Error('nobody is here');
        await eject();
        const next = rest.shift() ?? '';
        await swapTo(bench, next);
        return what === 'another cartridge' ? 'ZZ0009L8' : next;
      },
    });
    const error: LtoError = await written.then(
      () => expect.unreachable(),
      (reason: unknown) => reason as LtoError,
    );
    expect(error).toMatchObject({ code });
    expect(error).toBeInstanceOf(LtoError);
    const { parts = [] } = error;
    expect(parts.map(({ cartridge, location }) => [cartridge, location])).toEqual([[ID, 2]]);
    for (const { cartridge, location, bytes } of parts) {
      expect(error.message).toContain(`${cartridge} file ${location} (${bytes} bytes)`);
    }
    expect(inspect(error)).toContain('Parts on tape');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ parts });
    await swapTo(bench, ID);
    const [part] = parts;
    const data = await collect(await provider.readArchive(ID, 2, { expectedChecksum: part?.checksum }));
    expect(data.equals(whole(60).subarray(0, part?.bytes))).toBe(true);
  });

  it('an error of the first part lists none', async () => {
    const { provider } = await smallCartridges();
    await provider.prepareForWrite(ID);
    function* failing() {
      yield* chunks(3);
      throw new Error('the source has gone');
    }
    const error: unknown = await provider.writeArchive(ID, failing(), { onEndOfMedium: () => '' }).catch((e) => e);
    expect(error).not.toHaveProperty('parts');
  });
});
