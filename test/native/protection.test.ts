import { constants, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { crc32c, PROTECTION_NAMES, protectionInformation } from '../../src/scsi/index.js';
import { KIB, onLinux, openDevice, scratchFolder, slab } from './addon.js';

// The record loops against the same functions in JavaScript, whose known answers test/scsi/protection.test.ts has.

const RECORD = 16 * KIB;

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

function newFile(content: Uint8Array = new Uint8Array()): string {
  const path = join(scratchFolder(), 'tape');
  writeFileSync(path, content);
  return path;
}

describe.runIf(onLinux).each(PROTECTION_NAMES)('%s', (protection) => {
  const content = pattern(3 * RECORD + 7);
  const records = [0, 1, 2, 3].map((i) => content.subarray(i * RECORD, (i + 1) * RECORD));
  const onTape = Buffer.concat(records.flatMap((record) => [record, protectionInformation(protection, record)]));

  it.each([true, false])('follows each record that is written, exclusive memory: %s', async (exclusive) => {
    const path = newFile();
    const device = await openDevice(path);
    const memory = slab(content.length);
    memory.set(content);
    const checksum = new (loadAddon().Crc32)('crc32c');
    const outcome = await device.writeRecords(memory, RECORD, 1, 0, { protection, exclusive, checksum });
    expect(outcome).toEqual({ records: 4, bytes: content.length, stop: 'done' });
    await device.close();
    expect(await readFile(path)).toEqual(onTape);
    expect(memory).toEqual(content);
    expect(checksum.value).toBe(crc32c(content));
  });

  it('is checked and taken off what is read, so that records lie side by side', async () => {
    const whole = onTape.subarray(0, 3 * (RECORD + 4));
    const device = await openDevice(newFile(whole), constants.O_RDONLY);
    const memory = slab(8 * RECORD);
    const checksum = new (loadAddon().Crc32)();
    const outcome = await device.readRecords(memory, RECORD + 4, 3, 1, 0, { protection, checksum });
    expect(outcome).toEqual({ lengths: [RECORD, RECORD, RECORD], stop: 'full' });
    expect(memory.subarray(0, 3 * RECORD)).toEqual(content.subarray(0, 3 * RECORD));
    expect(checksum.value).toBe(crc32(content.subarray(0, 3 * RECORD)));
    await device.close();
  });

  it('stops reading at a record that a bit was flipped in, and the calls behind it', async () => {
    const damaged = Buffer.from(onTape);
    damaged.writeUInt8(damaged.readUInt8(RECORD + 4 + 99) ^ 1, RECORD + 4 + 99);
    const device = await openDevice(newFile(damaged), constants.O_RDONLY);
    const read = () => device.readRecords(slab(8 * RECORD), RECORD + 4, 8, 1, 0, { protection });
    const [first, second] = [read(), read()];
    expect(await first).toEqual({ lengths: [RECORD], stop: 'damaged' });
    await expect(second).rejects.toMatchObject({ errno: -os.errno.ECANCELED });
    await device.close();
  });
});

describe.runIf(onLinux)('what is no protection', () => {
  it('is refused before anything is queued', async () => {
    const device = await openDevice(newFile());
    const options = (protection: unknown) => ({ protection }) as { protection: 'crc32c' };
    const write = (protection: unknown) => device.writeRecords(slab(RECORD), RECORD, 1, 0, options(protection));
    for (const bad of [null, 2, {}]) expect(() => write(bad)).toThrow(TypeError);
    for (const bad of ['', 'CRC32C', 'off', 'x'.repeat(1e6)]) expect(() => write(bad)).toThrow(RangeError);
    const huge = 2 ** 24 - 512;
    await device.writeRecords(slab(RECORD), huge, 1, 0, { protection: 'crc32c' });
    const { Crc32 } = loadAddon();
    expect(() => new Crc32('md5' as 'crc32')).toThrow(RangeError);
    expect(() => new Crc32(7 as unknown as 'crc32')).toThrow(TypeError);
    await device.close();
  });
});
