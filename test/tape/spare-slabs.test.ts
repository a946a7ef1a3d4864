import { describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { SpareSlabs } from '../../src/tape/stream/memory/spare-slabs.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

const MIB = 1024 * 1024;

describe('slabs of streams that have ended', () => {
  it('are used again by their size, up to 8 MiB of them', () => {
    let made = 0;
    const slabs = new SpareSlabs((byteLength) => {
      made += 1;
      return new Uint8Array(byteLength);
    });
    const four = Array.from({ length: 4 }, () => slabs.take(4 * MIB));
    for (const slab of four) slabs.give(slab);
    for (const slab of [four[3], four[2]]) expect(slabs.take(4 * MIB) === slab).toBe(true);
    expect(made).toBe(4);
    slabs.take(4 * MIB);
    expect(made).toBe(5);
    slabs.give(new Uint8Array(MIB));
    expect(slabs.take(2 * MIB).length).toBe(2 * MIB);
    expect(made).toBe(6);
    expect(slabs.take(MIB).length).toBe(MIB);
    expect(made).toBe(6);
    // One that is larger than all that is kept.
    slabs.give(new Uint8Array(16 * MIB));
    slabs.take(16 * MIB);
    expect(made).toBe(7);
  });

  it('serve the next file of the drive, whatever became of the last one', async () => {
    const folder = await newDriveFolder();
    const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
    const tape = TapeDrive.onTransport(transport);
    let made = 0;
    const allocate = transport.allocate.bind(transport);
    transport.allocate = (byteLength) => {
      made += 1;
      return allocate(byteLength);
    };
    await tape.writeFile([testData(MIB, 1)]);
    expect(made).toBe(1);
    const given = tape.createWriteStream();
    given.write(testData(MIB, 2));
    given.destroy();
    await new Promise((resolve) => given.once('close', resolve));
    async function* failing() {
      yield testData(MIB, 3);
      throw new Error('no more');
    }
    await tape.writeFile(failing()).catch(() => undefined);
    const { fileNumber } = await tape.writeFile([testData(MIB, 4)]);
    const session = tape.session();
    for (const seed of [5, 6, 7]) await session.writeFile([testData(MIB, seed)]);
    await session.close();
    expect(made).toBe(1);
    for (const [behind, seed] of [4, 5, 6, 7].entries()) {
      const read = await collect(tape.createReadStream({ fileNumber: fileNumber + behind }));
      expect(read.equals(testData(MIB, seed))).toBe(true);
    }
    await tape.close();
  });
});
