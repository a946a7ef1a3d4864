import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSense, encodeSense, type SenseFields } from '../../src/scsi/sense/sense.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('fixed format', () => {
  it('tells a filemark with its residual', () => {
    const sense = decodeSense(bytesOf('f0 00 80 ff ff ff fe 0a 00000000 00 01 00 000000'));
    expect(sense).toMatchObject({ key: 0, asc: 0, ascq: 1, filemark: true, endOfMedium: false, information: -2 });
    expect(sense?.text).toBe('filemark detected');
  });

  it('tells early warning', () => {
    const sense = decodeSense(bytesOf('70 00 40 00000000 0a 00000000 00 02 00 000000'));
    expect(sense).toMatchObject({ endOfMedium: true, deferred: false });
    expect(sense).not.toHaveProperty('information');
  });

  it('tells a record that is too long for what was asked', () => {
    const sense = decodeSense(bytesOf('f0 00 20 ff fd 00 00 0a 00000000 00 00 00 000000'));
    expect(sense).toMatchObject({ incorrectLength: true, information: -196608, text: 'no sense' });
  });

  it('tells an error of an earlier write', () => {
    expect(decodeSense(bytesOf('71 00 03 00000000 0a 00000000 0c 00 00 000000'))).toMatchObject({
      key: 3,
      deferred: true,
      text: 'write error',
    });
  });

  it('tells the byte of the CDB that was wrong', () => {
    const sense = decodeSense(bytesOf('70 00 05 00000000 0a 00000000 24 00 00 c0 00 08'));
    expect(sense?.field).toEqual({ inCdb: true, byte: 8 });
    const parameter = decodeSense(bytesOf('70 00 05 00000000 0a 00000000 26 00 00 8b 00 04'));
    expect(parameter?.field).toEqual({ inCdb: false, byte: 4, bit: 3 });
  });

  it('tells progress', () => {
    const sense = decodeSense(bytesOf('70 00 02 00000000 0a 00000000 04 01 00 80 40 00'));
    expect(sense).toMatchObject({ progress: 0.25, text: 'logical unit is in process of becoming ready' });
  });

  it('ignores what lies beyond the additional length', () => {
    expect(decodeSense(bytesOf('70 00 05 00000000 00 00000000 24 00 00 c0 00 08'))).toMatchObject({ asc: 0, ascq: 0 });
  });

  it('keeps what is there of sense that was cut off', () => {
    expect(decodeSense(bytesOf('70 00 03'))).toMatchObject({ key: 3, asc: 0, text: 'medium error' });
  });
});

describe('descriptor format', () => {
  it('tells all that fixed format tells', () => {
    const sense = decodeSense(bytesOf('72 00 00 01 000000 10 000a 8000 0000000000000007 0402 00 80'));
    expect(sense).toMatchObject({ filemark: true, information: 7, deferred: false });
    const illegal = decodeSense(bytesOf('73 05 24 00 000000 08 0206 0000 c0 0008 00'));
    expect(illegal).toMatchObject({ deferred: true, field: { inCdb: true, byte: 8 } });
  });

  it('passes over descriptors that it does not know, even of no length', () => {
    const sense = decodeSense(bytesOf('72 02 04 07 000000 0c 8000 8000 0206 0000 80 8000 00'));
    expect(sense?.progress).toBe(0.5);
  });

  it('keeps what is there of descriptors that were cut off', () => {
    expect(decodeSense(bytesOf('72 05 24 00 000000 ff 0206 0000'))).toMatchObject({ key: 5, asc: 0x24 });
  });
});

describe('text', () => {
  const text = (key: number, asc: number, ascq: number, vendor?: string) => {
    return decodeSense(encodeSense({ key, asc, ascq }), vendor)?.text;
  };

  it('is the vendor’s where the vendor has one, and the standard’s otherwise', () => {
    expect(text(0, 0x82, 0x82, 'IBM')).toBe('drive requires cleaning');
    expect(text(0, 0x82, 0x82, 'HPE     ')).toBe('drive requires cleaning');
    expect(text(0, 0x82, 0x82)).toBe('unknown additional sense 0x82/0x82');
    expect(text(3, 0x11, 0x00, 'IBM')).toBe('unrecovered read error');
    expect(text(3, 0x11, 0x00, 'constructor')).toBe('unrecovered read error');
  });

  it('is by the sense key where the vendor uses one code for two things', () => {
    expect(text(5, 0x82, 0x83, 'QUANTUM')).toBe('bad microcode detected');
    expect(text(6, 0x82, 0x83, 'QUANTUM')).toBe('drive has been cleaned');
  });

  it('tells what IBM’s drives say of keys', () => {
    expect(text(7, 0xef, 0x10, 'IBM')).toBe('encryption: key required');
    expect(text(7, 0xef, 0x10, 'HPE')).toBe('unknown additional sense 0xef/0x10');
  });

  it('names the component of a diagnostic failure', () => {
    expect(text(4, 0x40, 0x83)).toBe('diagnostic failure on component 83h');
  });
});

it('is undefined for bytes that are no sense data', () => {
  expect(decodeSense(new Uint8Array(0))).toBeUndefined();
  expect(decodeSense(new Uint8Array(18))).toBeUndefined();
  expect(decodeSense(bytesOf('7f 00 05'))).toBeUndefined();
});

it('never throws, whatever the bytes', () => {
  const valid = [encodeSense({ key: 5, asc: 0x24 }), encodeSense({ key: 3, information: 9 }, { descriptor: true })];
  decodesOrRefuses((bytes) => decodeSense(bytes), ...valid);
  fc.assert(
    fc.property(fc.constantFrom(0x70, 0x71, 0x72, 0x73, 0xf0), fc.uint8Array({ maxLength: 64 }), (code, rest) => {
      expect(decodeSense(Uint8Array.from([code, 0, ...rest]))).toBeDefined();
    }),
    RUNS,
  );
});

describe('encodeSense', () => {
  const common = {
    asc: fc.nat(255),
    ascq: fc.nat(255),
    deferred: fc.boolean(),
    filemark: fc.boolean(),
    endOfMedium: fc.boolean(),
    incorrectLength: fc.boolean(),
  };
  const pointer = fc.record(
    { inCdb: fc.boolean(), byte: fc.nat(0xffff), bit: fc.nat(7) },
    { requiredKeys: ['inCdb', 'byte'] },
  );
  const progress = fc.nat(0xffff).map((value) => value / 0x10000);
  const fields = (information: fc.Arbitrary<number>): fc.Arbitrary<SenseFields> =>
    fc.oneof(
      fc.record({ key: fc.nat(15), ...common }),
      fc.record({ key: fc.nat(15), information, ...common }),
      fc.record({ key: fc.constant(5), field: pointer, ...common }),
      fc.record({ key: fc.constant(2), progress, information, ...common }),
    );

  it('is read back as it was, in fixed format', () => {
    const int32 = fc.integer();
    fc.assert(
      fc.property(fields(int32), (given) => {
        const { text: _, bytes, ...decoded } = decodeSense(encodeSense(given)) ?? { text: '', bytes: undefined };
        expect(decoded).toEqual(given);
        expect(bytes).toHaveLength(18);
      }),
      RUNS,
    );
  });

  it('is read back as it was, in descriptor format', () => {
    const int64 = fc.maxSafeInteger();
    fc.assert(
      fc.property(fields(int64), (given) => {
        const sense = decodeSense(encodeSense(given, { descriptor: true }));
        const { text: _, bytes: __, ...decoded } = sense ?? { text: '', bytes: undefined };
        expect(decoded).toEqual(given);
      }),
      RUNS,
    );
  });

  it('leaves out an information that does not fit 32 bits, with VALID at zero', () => {
    expect(encodeSense({ key: 0, information: 2 ** 40 })[0]).toBe(0x70);
  });
});
