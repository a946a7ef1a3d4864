import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, LabelError } from '../../src/errors/index.js';
import { createChecksum } from '../../src/tape/checksum.js';
import { collect, testData } from '../conformance/conformance.js';
import { type Bench, ID, labelOther, MIB, newLabelledBench, swapTo } from './support.js';

const SMALL = { cartridge: { barcode: ID, capacityBytes: 48 * MIB }, earlyWarningBytes: 8 * MIB };
const OTHERS = ['BB0002L8', 'CC0003L8', 'DD0004L8'];

async function smallCartridges(): Promise<Bench> {
  const bench = await newLabelledBench({}, SMALL);
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

  it('is one part when it fits', async () => {
    const { provider } = await smallCartridges();
    await provider.prepareForWrite(ID);
    const receipt = await provider.writeArchive(ID, chunks(5), { onEndOfMedium: () => 'never' });
    expect(receipt.parts).toHaveLength(1);
    expect(receipt).toMatchObject({ location: 2, totalBytes: 5 * (MIB + 3) });
    expect((await collect(await provider.readArchive(ID, 2, { checksum: receipt.checksum }))).length).toBe(
      5 * (MIB + 3),
    );
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
      firstBlock: 0,
      checksum: undefined,
    };
    const parts = [part, { ...part, cartridge: 'BB0002L8' }];
    await expect(provider.readArchive(ID, 2, { parts })).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(provider.readArchive(ID, 3, { parts, onNextCartridge: () => {} })).rejects.toBeInstanceOf(
      InvalidArgumentError,
    );
  });
});
