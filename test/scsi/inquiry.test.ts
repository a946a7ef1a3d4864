import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBlockLimits, encodeBlockLimits } from '../../src/scsi/commands/block-limits.js';
import { decodeInquiry, encodeInquiry, SEQUENTIAL_ACCESS_DEVICE } from '../../src/scsi/commands/inquiry.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const EMULATED = fixtureBytes('sg_inq -H /dev/sg1');

describe('standard INQUIRY data', () => {
  it('reads as the emulated drive means it', () => {
    expect(decodeInquiry(EMULATED)).toMatchObject({
      peripheralQualifier: 0,
      peripheralDeviceType: SEQUENTIAL_ACCESS_DEVICE,
      removableMedium: true,
      version: 5,
      responseDataFormat: 2,
      vendor: 'IBM',
      product: 'ULT3580-TD8',
      revision: 'N9M1',
      versionDescriptors: [0x0300, 0x0960, 0x0200],
    });
  });

  it('needs 36 bytes and no more', () => {
    const shortest = Uint8Array.from(EMULATED.subarray(0, 36));
    shortest[4] = 31;
    expect(decodeInquiry(shortest)).toMatchObject({ versionDescriptors: [], vendorSpecific: new Uint8Array(0) });
    expect(() => decodeInquiry(EMULATED.subarray(0, 35))).toThrow('INQUIRY');
    decodesOrRefuses(decodeInquiry, EMULATED);
  });

  it('does not read beyond its additional length', () => {
    const lying = Uint8Array.from(EMULATED);
    lying[4] = 0x37;
    expect(decodeInquiry(lying).versionDescriptors).toEqual([0x0300]);
  });

  it('decodes what it encodes', () => {
    const word = (length: number) => fc.stringMatching(new RegExp(`^[!-~]{0,${length}}$`));
    const inquiries = fc.record({
      peripheralQualifier: fc.nat(7),
      peripheralDeviceType: fc.nat(31),
      removableMedium: fc.boolean(),
      version: fc.nat(255),
      hierarchicalSupport: fc.boolean(),
      responseDataFormat: fc.nat(15),
      targetPortGroupSupport: fc.nat(3),
      protect: fc.boolean(),
      multiPort: fc.boolean(),
      commandQueuing: fc.boolean(),
      vendor: word(8),
      product: word(16),
      revision: word(4),
      vendorSpecific: fc.uint8Array({ minLength: 20, maxLength: 20 }),
      versionDescriptors: fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(inquiries, (inquiry) => {
        expect(decodeInquiry(encodeInquiry(inquiry))).toEqual(inquiry);
      }),
      RUNS,
    );
  });
});

describe('block limits', () => {
  it('read as the emulated drive means them', () => {
    expect(decodeBlockLimits(fixtureBytes('sg_raw -r 6 /dev/sg1 05 00 00 00 00 00'))).toEqual({
      granularity: 0,
      maximumBlockLength: 2 * 1024 * 1024,
      minimumBlockLength: 1,
    });
  });

  it('decode what they encode', () => {
    const limits = fc.record({
      granularity: fc.nat(31),
      maximumBlockLength: fc.nat(0xffffff),
      minimumBlockLength: fc.nat(0xffff),
    });
    fc.assert(
      fc.property(limits, (each) => {
        expect(decodeBlockLimits(encodeBlockLimits(each))).toEqual(each);
      }),
      RUNS,
    );
    decodesOrRefuses(decodeBlockLimits, new Uint8Array(6));
  });
});
