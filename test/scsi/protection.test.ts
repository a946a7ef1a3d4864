import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combineCrc32c,
  crc32c,
  isIntact,
  PROTECTION_BYTES,
  PROTECTION_NAMES,
  protectionCode,
  protectionInformation,
  protectionOf,
  reedSolomonCrc,
} from '../../src/scsi/index.js';

// The values come from two programs of others that protect blocks of real drives, and from RFC 7143 (B.4).
const ASCENDING = Uint8Array.from({ length: 32 }, (_, index) => index);
const ANSWERS = [
  ['"123456789"', Buffer.from('123456789'), 'e3069283', '839206e3', '4b4f673a'],
  ['32 bytes of 00', Buffer.alloc(32), '8a9136aa', 'aa36918a', '00000000'],
  ['32 bytes of FF', Buffer.alloc(32, 0xff), '62a8ab43', '43aba862', '49ca147b'],
  ['00 to 1F', Buffer.from(ASCENDING), '46dd794e', '4e79dd46', 'fb9aa2c4'],
] as const;

const hex = (value: number) => value.toString(16).padStart(8, '0');

describe('known answers', () => {
  it.each(ANSWERS)('%s', (_, data, crc, onWire, reedSolomon) => {
    expect(hex(crc32c(data))).toBe(crc);
    expect(Buffer.from(protectionInformation('crc32c', data)).toString('hex')).toBe(onWire);
    expect(hex(reedSolomonCrc(data))).toBe(reedSolomon);
    expect(Buffer.from(protectionInformation('reed-solomon', data)).toString('hex')).toBe(reedSolomon);
  });

  it('has the codes of the mode page', () => {
    expect(PROTECTION_NAMES.map(protectionCode)).toEqual([2, 1]);
    expect([0, 1, 2, 3].map(protectionOf)).toEqual([undefined, 'reed-solomon', 'crc32c', undefined]);
  });
});

describe('CRC32C of pieces', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });

  it('goes on behind what came before', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        expect(crc32c(second, crc32c(first))).toBe(crc32c(Buffer.concat([first, second])));
      }),
    );
  });

  it('is combined from the values of the pieces', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        expect(combineCrc32c(crc32c(first), crc32c(second), second.length)).toBe(
          crc32c(Buffer.concat([first, second])),
        );
      }),
    );
  });

  it('is combined over lengths beyond 32 bits', () => {
    const half = 2 ** 33;
    const [a, b, c] = [0x12345678, 0x9abcdef0, 0x0fedcba9];
    const inTwoSteps = combineCrc32c(combineCrc32c(a, b, half), c, half);
    expect(inTwoSteps).toBe(combineCrc32c(a, combineCrc32c(b, c, half), 2 * half));
  });
});

describe.each(PROTECTION_NAMES)('%s', (name) => {
  it('finds every block intact, and none in which a bit is flipped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (data, bit) => {
        const block = Buffer.concat([data, protectionInformation(name, data)]);
        expect(isIntact(name, block)).toBe(true);
        const at = bit % (8 * block.length);
        block.writeUInt8(block.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        expect(isIntact(name, block)).toBe(false);
      }),
    );
  });

  it('finds nothing intact that has no data', () => {
    for (let length = 0; length <= PROTECTION_BYTES; length += 1) {
      expect(isIntact(name, new Uint8Array(length))).toBe(false);
    }
  });
});
