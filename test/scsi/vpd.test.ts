import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  DESIGNATOR_TYPES,
  decodeDeviceIdentification,
  designatorText,
  encodeDeviceIdentification,
} from '../../src/scsi/vpd/designators.js';
import {
  decodeElementAddress,
  decodeExtendedInquiry,
  decodeProtectionMethods,
  decodeSequentialCapabilities,
  decodeSerialNumber,
  decodeSupportedPages,
  decodeSupportedTapeAlerts,
  encodeExtendedInquiry,
  encodeProtectionMethods,
  encodeSequentialCapabilities,
  encodeSerialNumber,
  encodeSupportedPages,
  encodeSupportedTapeAlerts,
} from '../../src/scsi/vpd/pages.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const page = (code: string) => fixtureBytes(`sg_inq -p 0x${code} -H /dev/sg1`);

describe('the pages of the emulated drive', () => {
  it('00h: the list of pages', () => {
    const codes = [0x00, 0x80, 0x83, 0x86, 0xb0, 0xb1, 0xb2, 0xb5, 0xc0, 0xc1];
    expect(decodeSupportedPages(page('00'))).toEqual(codes);
    expect(encodeSupportedPages(codes)).toEqual(page('00'));
  });

  it('80h and B1h: serial numbers', () => {
    expect(decodeSerialNumber(page('80'))).toBe('XYZZY_A802');
    expect(encodeSerialNumber('XYZZY_A802')).toEqual(page('80'));
    expect(decodeSerialNumber(page('b1'), 'manufacturerSerialNumber')).toBe('XYZZY_A802');
  });

  it('83h: names of the device, as sg_vpd prints them', () => {
    const designators = decodeDeviceIdentification(page('83'));
    expect(designators).toMatchObject([
      { association: 'logicalUnit', type: 't10Vendor', codeSet: 2 },
      { association: 'logicalUnit', type: 'naa', codeSet: 1 },
    ]);
    expect(designators.map(designatorText)).toEqual(['IBM     ULT3580-TD8     XYZZY_A802', '500104f000ab0002']);
    expect(encodeDeviceIdentification(designators)).toEqual(page('83'));
  });

  it('86h: extended INQUIRY data', () => {
    expect(decodeExtendedInquiry(page('86'))).toMatchObject({ supportedProtectionType: 1, headOfQueue: false });
    expect(encodeExtendedInquiry(decodeExtendedInquiry(page('86')))).toEqual(page('86'));
  });

  it('B0h: capabilities', () => {
    expect(decodeSequentialCapabilities(page('b0'))).toEqual({ worm: true, tapeStreamMirroring: false });
  });

  it('B2h: every TapeAlert flag', () => {
    expect(decodeSupportedTapeAlerts(page('b2'))).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
  });

  it('B5h: methods of logical block protection', () => {
    const methods = decodeProtectionMethods(page('b5'));
    const offered = { informationLength: 4, onWrite: true, onRead: true, recoverBufferedData: false };
    expect(methods).toEqual([
      { method: 0, informationLength: 0, onWrite: false, onRead: false, recoverBufferedData: false },
      { method: 1, ...offered },
      { method: 2, ...offered },
    ]);
    expect(encodeProtectionMethods(methods)).toEqual(page('b5'));
  });
});

describe('other pages', () => {
  it('B4h: the element address, when the drive knows it', () => {
    expect(decodeElementAddress(Uint8Array.of(1, 0xb4, 0, 2, 0x01, 0x02))).toBe(0x102);
    expect(decodeElementAddress(Uint8Array.of(1, 0xb4, 0, 0))).toBeUndefined();
  });

  it('B2h: flag 1 is the first bit, flag 64 the last', () => {
    expect(encodeSupportedTapeAlerts([1, 64])).toEqual(Uint8Array.of(1, 0xb2, 0, 8, 0x80, 0, 0, 0, 0, 0, 0, 1));
  });

  it('a protocol is told only when PIV says that it is valid', () => {
    const sas = Uint8Array.of(1, 0x83, 0, 8, 0x61, 0x94, 0, 4, 0, 0, 0, 1);
    expect(decodeDeviceIdentification(sas)).toMatchObject([
      { protocol: 6, association: 'targetPort', type: 'relativeTargetPort' },
    ]);
    sas[5] = 0x14;
    expect(decodeDeviceIdentification(sas)[0]).not.toHaveProperty('protocol');
  });
});

describe('an answer that is not the page', () => {
  it.each([
    ['nothing at all, as mhvtl answers for a page it does not know', new Uint8Array(0)],
    ['another page', page('80')],
    ['less than the page length says', Uint8Array.of(1, 0x83, 0, 50, 2, 1)],
    ['only a designator that goes beyond the page', Uint8Array.of(1, 0x83, 0, 5, 2, 1, 0, 9, 0)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeDeviceIdentification(bytes)).toThrow(MalformedResponseError);
  });

  it('never does worse than be refused', () => {
    decodesOrRefuses(decodeSupportedPages, page('00'));
    decodesOrRefuses(decodeSerialNumber, page('80'));
    decodesOrRefuses(decodeDeviceIdentification, page('83'));
    decodesOrRefuses(decodeExtendedInquiry, page('86'));
    decodesOrRefuses(decodeSequentialCapabilities, page('b0'));
    decodesOrRefuses(decodeSupportedTapeAlerts, page('b2'));
    decodesOrRefuses(decodeElementAddress, Uint8Array.of(1, 0xb4, 0, 2, 1, 2));
    decodesOrRefuses(decodeProtectionMethods, page('b5'));
  });
});

describe('every page decodes what it encodes', () => {
  it('80h and B3h', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{0,20}$/), (serial) => {
        const encoded = encodeSerialNumber(serial, 'automationSerialNumber');
        expect(decodeSerialNumber(encoded, 'automationSerialNumber')).toBe(serial);
      }),
      RUNS,
    );
  });

  it('83h', () => {
    const designator = fc.record(
      {
        association: fc.constantFrom('logicalUnit', 'targetPort', 'targetDevice', 'reserved'),
        type: fc.constantFrom(...DESIGNATOR_TYPES),
        codeSet: fc.nat(15),
        protocol: fc.nat(15),
        bytes: fc.uint8Array({ maxLength: 40 }),
      },
      { requiredKeys: ['association', 'type', 'codeSet', 'bytes'] },
    );
    fc.assert(
      fc.property(fc.array(designator, { maxLength: 6 }), (designators) => {
        expect(decodeDeviceIdentification(encodeDeviceIdentification(designators))).toEqual(designators);
      }),
      RUNS,
    );
  });

  it('B0h', () => {
    for (const worm of [true, false]) {
      const capabilities = { worm, tapeStreamMirroring: !worm };
      expect(decodeSequentialCapabilities(encodeSequentialCapabilities(capabilities))).toEqual(capabilities);
    }
  });

  it('B2h', () => {
    fc.assert(
      fc.property(fc.subarray(Array.from({ length: 64 }, (_, index) => index + 1)), (flags) => {
        expect(decodeSupportedTapeAlerts(encodeSupportedTapeAlerts(flags))).toEqual(flags);
      }),
      RUNS,
    );
  });

  it('B5h', () => {
    const method = fc.record({
      method: fc.nat(255),
      informationLength: fc.nat(63),
      onWrite: fc.boolean(),
      onRead: fc.boolean(),
      recoverBufferedData: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(method, { maxLength: 5 }), (methods) => {
        expect(decodeProtectionMethods(encodeProtectionMethods(methods))).toEqual(methods);
      }),
      RUNS,
    );
  });
});
