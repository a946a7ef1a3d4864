import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  decodeSetTimestamp,
  decodeTimestamp,
  encodeTimestamp,
  reportTimestamp,
  setTimestamp,
  TIMESTAMP_ORIGIN,
} from '../../src/scsi/index.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

describe('timestamp', () => {
  const bytes = Uint8Array.of(0, 10, 2, 0, 1, 0xa2, 5, 0x9d, 0xc4, 0, 0, 0);

  it('reads and writes 48 bits of milliseconds', () => {
    expect(decodeTimestamp(bytes)).toEqual({ origin: TIMESTAMP_ORIGIN.setTimestamp, milliseconds: 0x01a2059dc400 });
    expect(encodeTimestamp(decodeTimestamp(bytes))).toEqual(bytes);
  });

  it('builds both commands', () => {
    expect(reportTimestamp().cdb).toEqual(Uint8Array.of(0xa3, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0));
    const { cdb, dataOut, direction } = setTimestamp(0x01a2059dc400);
    expect(cdb).toEqual(Uint8Array.of(0xa4, 0x0f, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0));
    expect([direction, dataOut]).toEqual(['out', Uint8Array.of(0, 0, 0, 0, 1, 0xa2, 5, 0x9d, 0xc4, 0, 0, 0)]);
  });

  it('gives back every time', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.maxSafeNat(), (origin, wide) => {
        const milliseconds = wide % 2 ** 48;
        expect(decodeTimestamp(encodeTimestamp({ origin, milliseconds }))).toEqual({ origin, milliseconds });
        expect(decodeSetTimestamp(setTimestamp(milliseconds).dataOut)).toBe(milliseconds);
      }),
      RUNS,
    );
  });

  it('refuses what is cut short or does not fit', () => {
    expect(() => decodeTimestamp(bytes.subarray(0, 9))).toThrow(MalformedResponseError);
    expect(() => setTimestamp(2 ** 48)).toThrow(InvalidArgumentError);
    decodesOrRefuses(decodeTimestamp, bytes);
  });
});
