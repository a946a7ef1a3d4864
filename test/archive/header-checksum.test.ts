import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ArchiveFault } from '../../src/archive/decode/fault.js';
import { decodeHeader } from '../../src/archive/decode/header.js';
import { tarOf } from '../support/tar-bytes.js';

const BLOCK = 512;

/** The sum as POSIX has it, or of signed characters, as some old programs had it. */
function checksum(block: Uint8Array, isSigned: boolean): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) {
    if (at < 148 || at >= 156) sum += isSigned && byte > 127 ? byte - 256 : byte;
  }
  return sum;
}

/** A header with these bytes in its names and its unused end. */
function headerWith(bytes: Uint8Array, isSigned: boolean): Buffer {
  const block = Buffer.from(tarOf({ name: 'f', content: 'x' }).subarray(0, BLOCK));
  block.set(bytes.subarray(0, 99), 0);
  block.set(bytes.subarray(99, 131), 265);
  block.fill(0, 148, 156);
  block.write(`${checksum(block, isSigned).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

it('a header is taken by either sum of its bytes, wherever it lies in memory, and by no other', () => {
  const bytes = fc.uint8Array({ minLength: 131, maxLength: 131 });
  fc.assert(
    fc.property(bytes, fc.boolean(), fc.nat(7), fc.nat(BLOCK - 1), (name, isSigned, offset, damaged) => {
      // There is no way to store a negative one.
      fc.pre(name.reduce((sum, byte) => sum + (byte > 127 ? byte - 256 : byte), 0) > -1000);
      const block = headerWith(name, isSigned);
      const memory = Buffer.from(new ArrayBuffer(BLOCK + 8), offset, BLOCK);
      block.copy(memory);
      expect(decodeHeader(memory)).toMatchObject({ typeFlag: '0', size: 1 });
      // A wrong sum, but for a byte of the checksum itself, and for the bits that both sums take for equal.
      if (damaged >= 148 && damaged < 156) return;
      memory[damaged] = ((memory[damaged] ?? 0) + 1) % 256;
      expect(() => decodeHeader(memory)).toThrow(ArchiveFault);
    }),
  );
});
