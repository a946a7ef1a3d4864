import { constants, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../binding.js';
import { loadAddon } from '../../src/addon/load-addon.js';
import { onLinux, slab } from './addon.js';

describe.runIf(onLinux)('arguments of the addon', () => {
  const make = (path = '/dev/null') => new (loadAddon().Device)(path);
  // Wrong types are the subject here.
  const call = (method: keyof Device, ...args: unknown[]) => {
    const device = make();
    return () => Reflect.apply(device[method] as (...all: unknown[]) => unknown, device, args);
  };
  const cdb = new Uint8Array(6);

  it.each<[string, () => unknown, typeof TypeError | typeof RangeError]>([
    ['no path', () => Reflect.construct(loadAddon().Device, []), TypeError],
    ['an empty path', () => make(''), RangeError],
    ['a path with NUL', () => make('/dev/null\0x'), RangeError],
    ['no flags', call('open'), TypeError],
    ['O_CREAT', call('open', constants.O_RDWR | constants.O_CREAT), RangeError],
    ['O_TRUNC', call('open', constants.O_RDWR | constants.O_TRUNC), RangeError],
    ['O_APPEND', call('open', constants.O_RDWR | constants.O_APPEND), RangeError],
    ['negative flags', call('open', -1), RangeError],
    ['a CDB of 5 bytes', call('scsi', new Uint8Array(5), 'none', 0, 1000, 0), RangeError],
    ['a CDB of 33 bytes', call('scsi', new Uint8Array(33), 'none', 0, 1000, 0), RangeError],
    ['a CDB that is an array', call('scsi', [0, 0, 0, 0, 0, 0], 'none', 0, 1000, 0), TypeError],
    ['a CDB of words', call('scsi', new Uint16Array(6), 'none', 0, 1000, 0), TypeError],
    ['an unknown direction', call('scsi', cdb, 'both', 0, 1000, 0), RangeError],
    ['data of none', call('scsi', cdb, 'none', 1, 1000, 0), RangeError],
    ['a length for out', call('scsi', cdb, 'out', 8, 1000, 0), TypeError],
    ['bytes for in', call('scsi', cdb, 'in', cdb, 1000, 0), TypeError],
    ['data in above 16 MiB', call('scsi', cdb, 'in', 16 * 2 ** 20 + 1, 1000, 0), RangeError],
    ['no timeout', call('scsi', cdb, 'none', 0, 0, 0), RangeError],
    ['a fraction', call('scsi', cdb, 'none', 0, 1.5, 0), RangeError],
    ['NaN', call('scsi', cdb, 'none', 0, Number.NaN, 0), RangeError],
    ['a negative token', call('mtGet', -1), RangeError],
    ['a token that is a string', call('mtGet', '1'), TypeError],
    ['an operation above 16 bits', call('mtOp', 40_000, 1, 0), RangeError],
    ['a count above 32 bits', call('mtOp', 1, 2 ** 31, 0), RangeError],
    ['a slab of nothing', () => loadAddon().allocateSlab(0), RangeError],
    ['a pool of nothing', () => Reflect.construct(loadAddon().SlabPool, [0, 1]), RangeError],
    ['a pool without slabs', () => Reflect.construct(loadAddon().SlabPool, [4096, 0]), RangeError],
    ['a pool of no size', () => Reflect.construct(loadAddon().SlabPool, []), TypeError],
    [
      'a checksum of a string',
      () => Reflect.apply(new (loadAddon().Crc32)().update, new (loadAddon().Crc32)(), ['a']),
      TypeError,
    ],
    ['a slab above all memory', () => loadAddon().allocateSlab(2 ** 50), RangeError],
  ])('refuses %s', (_name, attempt, kind) => {
    expect(attempt).toThrow(kind);
  });

  const record = slab(8192);
  it.each<[string, unknown[], typeof TypeError | typeof RangeError]>([
    ['memory outside a slab', [new Uint8Array(4096), 512, 1, 0], RangeError],
    ['empty memory', [record.subarray(0, 0), 512, 1, 0], RangeError],
    ['memory off the alignment', [record.subarray(256), 512, 1, 0], RangeError],
    ['no pieces of memory', [[], 512, 1, 0], RangeError],
    ['a piece that is no memory', [[record, 1], 512, 1, 0], TypeError],
    ['a piece outside a slab', [[record, new Uint8Array(512)], 512, 1, 0], RangeError],
    ['a part of a record between pieces', [[record.subarray(0, 700), record], 512, 1, 0], RangeError],
    ['memory that is an ArrayBuffer', [record.buffer, 512, 1, 0], TypeError],
    ['records of 0 bytes', [record, 0, 1, 0], RangeError],
    ['records off the alignment', [record, 1000, 1, 0], RangeError],
    ['records above 24 bits', [record, 2 ** 24, 1, 0], RangeError],
    ['stream 0', [record, 512, 0, 0], RangeError],
    ['options that are a number', [record, 512, 1, 0, 1], TypeError],
    ['a checksum that is none', [record, 512, 1, 0, { checksum: { value: 0 } }], TypeError],
  ])('writeRecords refuses %s', (_name, args, kind) => {
    expect(call('writeRecords', ...args)).toThrow(kind);
  });

  it.each<[string, unknown[]]>([
    ['memory off the page', [record.subarray(512), 512, 1, 1, 0]],
    ['an offer above the memory', [record, 8193, 1, 1, 0]],
    ['no records', [record, 512, 0, 1, 0]],
    ['stream 0', [record, 512, 1, 0, 0]],
  ])('readRecords refuses %s', (_name, args) => {
    expect(call('readRecords', ...args)).toThrow(RangeError);
  });

  it('takes memory at any multiple of 512 bytes for writing', async () => {
    const device = make();
    await device.open(constants.O_RDWR);
    expect(await device.writeRecords(record.subarray(512), 512, 1, 0)).toEqual({
      records: 15,
      bytes: 7680,
      stop: 'done',
    });
    await device.close();
  });

  it('throws when a method is called on anything else', () => {
    const { mtGet } = loadAddon().Device.prototype;
    const device = make();
    for (const receiver of [{}, undefined, Object.create(device), new Proxy(device, {}), new ArrayBuffer(8)]) {
      expect(() => Reflect.apply(mtGet, receiver, [0])).toThrow(TypeError);
    }
  });

  it('exports what binding.d.ts says and nothing else', () => {
    const contract = readFileSync(new URL('../../binding.d.ts', import.meta.url), 'utf8');
    const exported = [...contract.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
    expect(Object.keys(loadAddon()).sort()).toEqual(exported.sort());
  });
});
