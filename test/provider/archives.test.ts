import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import {
  EndOfDataError,
  InvalidArgumentError,
  LabelError,
  UnterminatedFileError,
  VerificationError,
  WriteError,
  WriteProtectedError,
} from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { openTransport } from '../../src/tape/open/open-transport.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { collect, testData } from '../conformance/conformance.js';
import { filesOf, ID, MIB, newBench, newLabelledBench, source } from './support.js';

const RECORD = 256 * 1024;

describe('writing and reading archives', () => {
  it('gives receipts whose locations lead back to the data', async () => {
    const { provider } = await newLabelledBench();
    const prepared = await provider.prepareForWrite(ID);
    expect(prepared).toMatchObject({ identity: ID, nextFile: 1, compression: true });
    const first = await provider.writeArchive(ID, source(3 * MIB + 7, 1));
    const second = await provider.writeArchive(ID, source(100, 2));
    expect(first).toMatchObject({ cartridge: ID, location: 1, bytes: 3 * MIB + 7, records: 13, recordSize: RECORD });
    expect(first.parts).toHaveLength(1);
    expect(second).toMatchObject({ location: 2, bytes: 100, records: 1 });
    const { checksum } = first;
    const read = await collect(await provider.readArchive(ID, 1, { expectedChecksum: checksum }));
    expect(read.equals(testData(3 * MIB + 7, 1))).toBe(true);
    expect(await collect(await provider.readArchive(ID, '2'))).toEqual(testData(100, 2));
    expect(await provider.verifyArchive(ID, 1, { expectedChecksum: checksum })).toMatchObject({
      fileNumber: 1,
      bytes: 3 * MIB + 7,
    });
  });

  it('writes on behind a read in between, and on from another session', async () => {
    const bench = await newLabelledBench();
    await bench.provider.prepareForWrite(ID);
    await bench.provider.writeArchive(ID, source(MIB, 1));
    await collect(await bench.provider.readArchive(ID, 1));
    expect((await bench.provider.writeArchive(ID, source(MIB, 2))).location).toBe(2);
    await bench.provider.prepareForWrite(ID);
    expect((await bench.provider.writeArchive(ID, source(MIB, 3))).location).toBe(3);
    expect((await filesOf(bench.tape)).slice(1)).toEqual([MIB, MIB, MIB]);
  });

  it('says that a checksum is another one', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    const checksum = 'crc32:00000000';
    await expect(provider.verifyArchive(ID, 1, { expectedChecksum: checksum })).rejects.toBeInstanceOf(
      VerificationError,
    );
    await expect(collect(await provider.readArchive(ID, 1, { expectedChecksum: checksum }))).rejects.toBeInstanceOf(
      VerificationError,
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '', '0', '01', '1 ', '1e3', '0x1', '-1', 'one'])(
    'refuses %j as a location',
    async (location) => {
      const { provider } = await newBench();
      await expect(provider.readArchive(ID, location)).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(provider.verifyArchive(ID, location)).rejects.toBeInstanceOf(InvalidArgumentError);
    },
  );

  it('says that a location is behind the last archive', async () => {
    const { provider } = await newLabelledBench();
    await expect(collect(await provider.readArchive(ID, 1))).rejects.toBeInstanceOf(EndOfDataError);
    await expect(collect(await provider.readArchive(ID, 7))).rejects.toBeInstanceOf(EndOfDataError);
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 1 });
  });

  it('leaves the drive usable when a reader stops early', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(40 * MIB));
    for await (const _chunk of await provider.readArchive(ID, 1)) break;
    await provider.prepareForWrite(ID);
    expect((await provider.writeArchive(ID, source(5))).location).toBe(2);
  });

  it('closes the file of a source that fails, and tells which one', async () => {
    const { provider, tape } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    async function* broken() {
      // More than the stream gathers before the tape starts.
      for (let i = 0; i < 4; i += 1) yield testData(30 * MIB, i);
      throw new Error('the disk broke');
    }
    const failed = await provider.writeArchive(ID, broken()).catch((error: unknown) => error);
    if (!(failed instanceof WriteError)) throw failed;
    expect(failed.message).toMatch(/file 2 is incomplete.*the disk broke/);
    expect(failed).toMatchObject({ fileNumber: 2, safe: { filemark: true } });
    expect(failed.safe.bytes).toBeGreaterThan(0);
    await expect(provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 3 });
    expect((await provider.writeArchive(ID, source(7))).location).toBe(3);
    expect((await filesOf(tape)).slice(1)).toEqual([MIB, failed.safe.bytes, 7]);
  });

  it('ends an archive that is aborted', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    const controller = new AbortController();
    async function* endless() {
      for (let i = 0; ; i += 1) {
        if (i === 60) controller.abort();
        yield testData(MIB, i);
      }
    }
    const written = provider.writeArchive(ID, endless(), { signal: controller.signal });
    await expect(written).rejects.toMatchObject({ code: 'LTO_WRITE_FAILED', fileNumber: 1 });
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 2 });
  });

  it('tells its progress', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    const seen: number[] = [];
    const chunks = Array.from({ length: 64 }, (_, i) => testData(MIB, i));
    await provider.writeArchive(ID, Readable.from(chunks), { onProgress: (bytes) => seen.push(bytes) });
    expect(seen.length).toBeGreaterThan(60);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('wants a preparation for that very cartridge', async () => {
    const { provider } = await newLabelledBench();
    await expect(provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(provider.prepareForWrite('OTHER')).rejects.toBeInstanceOf(LabelError);
    await expect(provider.writeArchive('OTHER', source(1))).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('sets compression as configured, and reads it back', async () => {
    const { provider, tape } = await newLabelledBench({ compression: false });
    expect(await provider.prepareForWrite(ID)).toMatchObject({ compression: false });
    expect((await tape.settings()).compression).toBe(false);
  });

  it('reports a file that was cut off, and closes it when told to', async () => {
    const { provider, tape } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    const { device } = tape;
    await provider.close();
    await tape.close();
    // Records without a filemark, as a power cut leaves them.
    const transport = await openTransport(device);
    if (!(transport instanceof VirtualTransport)) throw new Error('not the virtual drive');
    await transport.mt(MtOperation.MTREW, 1);
    await transport.mt(MtOperation.MTFSF, 2);
    await transport.writeRecords(transport.allocate(3 * RECORD), RECORD, 1e6);
    await transport.drive.reset();
    await transport.close().catch(() => undefined);
    const again = new LtoProvider({ devicePath: device });
    await expect(again.prepareForWrite(ID)).rejects.toBeInstanceOf(UnterminatedFileError);
    await expect(again.writeArchive(ID, source(1))).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(await again.prepareForWrite(ID, { closeUnterminated: true })).toMatchObject({ nextFile: 3 });
    expect((await again.writeArchive(ID, source(9))).location).toBe(3);
    expect((await collect(await again.readArchive(ID, 2))).length).toBe(3 * RECORD);
    await again.close();
    const left = await TapeDrive.open(device);
    expect((await filesOf(left)).slice(1)).toEqual([MIB, 3 * RECORD, 9]);
    await left.close();
  });

  it('refuses protected media in words', async () => {
    const { provider } = await newBench({}, { cartridge: { barcode: ID, writeProtected: true } });
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(WriteProtectedError);
    const { provider: configured } = await newLabelledBench();
    expect((await configured.isWriteProtected()).writeProtected).toBe(false);
    const { provider: forbidden } = await newBench({ writeProtected: true });
    await expect(forbidden.initializeMedia(ID)).rejects.toThrow(/configuration forbids/);
  });

  it('refuses a cartridge of another generation than is configured', async () => {
    const { provider } = await newBench({ generation: 'LTO-7' });
    await expect(provider.initializeMedia(ID)).rejects.toThrow(/is LTO-8, but the configuration says LTO-7/);
  });

  it('lays archives down as they came', async () => {
    const { provider, folder } = await newLabelledBench({ recordSize: 65_536 });
    await provider.prepareForWrite(ID);
    const tar = execFileSync('tar', ['-cf', '-', '-C', 'test/support', '.']);
    await provider.writeArchive(ID, [tar]);
    const image = await readFile(join(folder, 'cartridges', ID, 'partition-0.tap'));
    expect(image.includes(tar.subarray(0, 65_536))).toBe(true);
  });
});
