import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LabelError, LtoError, MediumChangedError, PositionLostError } from '../../src/errors/index.js';
import { readLabel } from '../../src/provider/label/label.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { testData } from '../conformance/conformance.js';
import { type Bench, filesOf, ID, labelOther, MIB, newLabelledBench, source, swapTo } from './support.js';

const OTHER = 'BB0002L8';

/** A labelled cartridge in the drive with an archive on it, and another labelled one beside it. */
async function twoCartridges(settings?: Record<string, unknown>): Promise<Bench> {
  const bench = await newLabelledBench(settings);
  await labelOther(bench, OTHER);
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, source(MIB));
  return bench;
}

/** Another program's command takes the unit attention away that tells of the change. */
async function steal({ virtual }: Bench): Promise<void> {
  for (let i = 0; i < 3; i += 1) await virtual.execute(Uint8Array.from([0, 0, 0, 0, 0, 0]));
}

async function untouched(bench: Bench): Promise<void> {
  await bench.tape.rewind().catch(() => bench.tape.rewind());
  expect(await filesOf(bench.tape)).toHaveLength(1);
  expect(await readLabel(bench.tape)).toBe(OTHER);
  expect((await bench.tape.mam())?.values.barcode).toBe(OTHER);
}

describe('a cartridge that is changed behind the back of the provider', () => {
  it('is not written, when changed after it was prepared', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    await swapTo(bench, OTHER);
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(MediumChangedError);
    await untouched(bench);
  });

  it('is not written when a poll has seen the change first', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    await swapTo(bench, OTHER);
    expect(await bench.provider.getLiveInfo({ force: true })).toMatchObject({ identity: { value: OTHER } });
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(MediumChangedError);
    await untouched(bench);
  });

  it('is not written when another program has taken the unit attention', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    await swapTo(bench, OTHER);
    await steal(bench);
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(LtoError);
    await untouched(bench);
  });

  it('is not prepared, when changed after a poll', async () => {
    const bench = await twoCartridges();
    expect(await bench.provider.getMamInfo()).toMatchObject({ barcode: ID });
    await swapTo(bench, OTHER);
    await expect(bench.provider.prepareForWrite(ID)).rejects.toBeInstanceOf(LabelError);
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(LtoError);
    await untouched(bench);
  });

  it('is not written in the middle of an archive', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    async function* chunks() {
      for (let i = 0; i < 60; i += 1) {
        if (i === 30) await swapTo(bench, OTHER);
        yield testData(MIB, i);
      }
    }
    const written = bench.provider.writeArchive(ID, chunks());
    await expect(written).rejects.toBeInstanceOf(LtoError);
    await untouched(bench);
    await swapTo(bench, ID);
    await expect(bench.provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(LtoError);
  });

  it('is not written between the last record and the filemark', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    async function* chunks() {
      for (let i = 0; i < 40; i += 1) yield testData(MIB, i);
      // Let the drive take what it was given.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await swapTo(bench, OTHER);
    }
    await expect(bench.provider.writeArchive(ID, chunks())).rejects.toBeInstanceOf(LtoError);
    await untouched(bench);
  });

  it('has to be prepared again, even when it is the same one that came back', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    await swapTo(bench, OTHER);
    await swapTo(bench, ID);
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(MediumChangedError);
    await bench.provider.prepareForWrite(ID);
    expect((await bench.provider.writeArchive(ID, source(MIB))).location).toBe(2);
  });

  it('has to be prepared again after a reset of the drive', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    await bench.virtual.reset();
    await expect(bench.provider.writeArchive(ID, source(MIB))).rejects.toBeInstanceOf(LtoError);
    await bench.provider.prepareForWrite(ID);
    expect((await bench.provider.writeArchive(ID, source(MIB))).location).toBe(2);
  });

  it('is not read as the one that was asked for', async () => {
    const bench = await twoCartridges();
    await swapTo(bench, OTHER);
    await expect(bench.provider.readArchive(ID, 1)).rejects.toBeInstanceOf(LabelError);
    await expect(bench.provider.finalizeMedia(ID)).rejects.toBeInstanceOf(LabelError);
    expect(bench.virtual.cartridge).toBe(OTHER);
  });

  it('is not labelled in place of the one that was looked at', async () => {
    const bench = await twoCartridges();
    let swapped = false;
    // Just before the rewind that comes after all looking, another cartridge is in the drive.
    const mt = bench.transport.mt.bind(bench.transport);
    bench.transport.mt = async (operation, ...rest) => {
      if (operation === MtOperation.MTREW && !swapped && looked) {
        swapped = true;
        await swapTo(bench, OTHER);
        // A poll takes the unit attention away: the rewind that follows finds nothing wrong.
        await bench.tape.readiness();
      }
      return mt(operation, ...rest);
    };
    let looked = false;
    const { mam } = bench.tape;
    let memoryReads = 0;
    bench.tape.mam = async (...options) => {
      memoryReads += 1;
      looked = memoryReads >= 2;
      return mam.apply(bench.tape, options);
    };
    await expect(bench.provider.initializeMedia(ID, { overwrite: ID })).rejects.toBeInstanceOf(LtoError);
    expect(swapped).toBe(true);
    await untouched(bench);
  });

  it('fails the reader of an archive', async () => {
    const bench = await twoCartridges();
    await bench.provider.prepareForWrite(ID);
    const chunks = Array.from({ length: 60 }, (_, i) => testData(MIB, i));
    await bench.provider.writeArchive(ID, Readable.from(chunks));
    const stream = await bench.provider.readArchive(ID, 2);
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of stream) {
        if (bytes === 0) await swapTo(bench, OTHER);
        bytes += (chunk as Buffer).length;
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(PositionLostError);
  });
});
