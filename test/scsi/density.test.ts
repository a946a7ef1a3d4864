import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import {
  decodeDensitySupport,
  decodeMediumTypeSupport,
  encodeDensitySupport,
  encodeMediumTypeSupport,
} from '../../src/scsi/commands/density-support.js';
import {
  canRead,
  canWrite,
  formatFacts,
  formatOf,
  formatOfDensity,
  formatOfMediumType,
  LTO_FORMATS,
} from '../../src/scsi/generations/index.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const ALL = fixtureBytes('sg_raw -r 1024 /dev/sg1 44 00 00 00 00 00 00 04 00 00');
const MEDIA = fixtureBytes('sg_raw -r 1024 /dev/sg1 44 01 00 00 00 00 00 04 00 00');

describe('the table of formats', () => {
  it('has each density code and barcode suffix once', () => {
    expect(new Set(LTO_FORMATS.map(({ densityCode }) => densityCode)).size).toBe(LTO_FORMATS.length);
    const suffixes = LTO_FORMATS.flatMap(({ barcodeSuffix: { data, worm } }) => [data, ...(worm ? [worm] : [])]);
    expect(new Set(suffixes).size).toBe(suffixes.length);
  });

  it('is found by density and by medium type', () => {
    expect(formatOfDensity(0x5e)).toBe('LTO-8');
    expect(formatOfDensity(0x00)).toBeUndefined();
    expect(formatOfMediumType(0x8c)).toEqual({ format: 'LTO-8', worm: true });
    expect(formatOfMediumType(0x78)).toEqual({ format: 'LTO-7', worm: false });
    expect([0x00, 0x01, 0x80].map(formatOfMediumType)).toEqual([undefined, undefined, undefined]);
    expect(formatFacts('LTO-9')).toMatchObject({ densityCode: 0x60, nativeGigabytes: 18_000 });
  });
});

describe('the format of a cartridge', () => {
  it('is what it is formatted in, whatever its capacity looks like', () => {
    const evidence = { formattedDensity: 0x5e, mediumDensity: 0x5e, currentDensity: 0x5e, mediumType: 0x88 };
    expect(formatOf({ ...evidence, capacityMiB: 1_430_511 })).toEqual({
      format: 'LTO-8',
      source: 'formattedDensity',
      guess: false,
      contradictedBy: [],
    });
  });

  it('is Type M when an LTO-7 cartridge is formatted so', () => {
    expect(formatOf({ formattedDensity: 0x5d, mediumDensity: 0x5c, mediumType: 0x78 })).toMatchObject({
      format: 'LTO-7 Type M',
      contradictedBy: [],
    });
  });

  it('falls back in the order of trust, past codes that it does not know', () => {
    expect(formatOf({ formattedDensity: 0, mediumDensity: 0x60 })).toMatchObject({ source: 'mediumDensity' });
    expect(formatOf({ currentDensity: 0x5a })).toMatchObject({ format: 'LTO-6', source: 'currentDensity' });
    expect(formatOf({ mediumType: 0x9c })).toMatchObject({ format: 'LTO-9', source: 'mediumType', guess: false });
  });

  it('is a guess from the capacity alone', () => {
    expect(formatOf({ capacityMiB: 11_444_091 })).toMatchObject({ format: 'LTO-8', guess: true });
    expect(formatOf({ mediumType: 0x00, capacityMiB: 2_384_185 })).toMatchObject({ format: 'LTO-6', guess: true });
  });

  it('is guessed within a tenth of the native capacity, and no further', () => {
    const byGigabytes = (gigabytes: number) => formatOf({ capacityMiB: (gigabytes * 1e9) / 2 ** 20 })?.format;
    expect([10_801, 12_000, 13_199].map(byGigabytes)).toEqual(['LTO-8', 'LTO-8', 'LTO-8']);
    expect([10_799, 13_201].map(byGigabytes)).toEqual([undefined, undefined]);
  });

  it('is not told when nothing names one', () => {
    expect(formatOf({})).toBeUndefined();
    expect(formatOf({ formattedDensity: 0xff, mediumType: 0x01, capacityMiB: 4000 })).toBeUndefined();
  });

  it('comes with the evidence against it', () => {
    expect(formatOf({ formattedDensity: 0x5e, mediumDensity: 0x5c, currentDensity: 0x5e })).toMatchObject({
      format: 'LTO-8',
      contradictedBy: ['mediumDensity'],
    });
  });
});

describe('compatibility', () => {
  it.each([
    [4, ['LTO-2', 'LTO-3', 'LTO-4'], ['LTO-3', 'LTO-4']],
    [5, ['LTO-3', 'LTO-4', 'LTO-5'], ['LTO-4', 'LTO-5']],
    [6, ['LTO-4', 'LTO-5', 'LTO-6'], ['LTO-5', 'LTO-6']],
    [7, ['LTO-5', 'LTO-6', 'LTO-7'], ['LTO-6', 'LTO-7']],
    [8, ['LTO-7', 'LTO-7 Type M', 'LTO-8'], ['LTO-7', 'LTO-7 Type M', 'LTO-8']],
    [9, ['LTO-8', 'LTO-9'], ['LTO-8', 'LTO-9']],
    [10, ['LTO-10', 'LTO-10P'], ['LTO-10', 'LTO-10P']],
    [11, [], []],
  ])('of an LTO-%i drive', (generation, reads, writes) => {
    const formats = LTO_FORMATS.map(({ format }) => format);
    expect(formats.filter((format) => canRead(generation, format))).toEqual(reads);
    expect(formats.filter((format) => canWrite(generation, format))).toEqual(writes);
  });
});

describe('REPORT DENSITY SUPPORT', () => {
  it('reads as the emulated drive means it', () => {
    expect(decodeDensitySupport(ALL)).toMatchObject([
      { primaryDensityCode: 0x5c, writable: true, densityName: 'U-732', description: 'Ultrium 7/32T' },
      {
        primaryDensityCode: 0x5e,
        secondaryDensityCode: 0x5e,
        writable: true,
        duplicate: false,
        default: true,
        bitsPerMillimetre: 0x50bd,
        mediaWidth: 127,
        tracks: 6656,
        capacity: 12_000_000,
        assigningOrganization: 'LTO-CVE',
        densityName: 'U-832',
        description: 'Ultrium 8/32T',
      },
    ]);
    expect(decodeDensitySupport(MEDIA)).toHaveLength(1);
  });

  it('tells only descriptors that came whole', () => {
    expect(decodeDensitySupport(ALL.subarray(0, 107))).toHaveLength(1);
    expect(decodeDensitySupport(Uint8Array.of(0, 0, 0, 0))).toEqual([]);
    decodesOrRefuses(decodeDensitySupport, ALL);
    decodesOrRefuses(decodeMediumTypeSupport, ALL);
  });

  const word = (length: number) => fc.stringMatching(new RegExp(`^[!-~]{0,${length}}$`));

  it('decodes what it encodes', () => {
    const density = fc.record({
      primaryDensityCode: fc.nat(255),
      secondaryDensityCode: fc.nat(255),
      writable: fc.boolean(),
      duplicate: fc.boolean(),
      default: fc.boolean(),
      bitsPerMillimetre: fc.nat(0xffffff),
      mediaWidth: fc.nat(0xffff),
      tracks: fc.nat(0xffff),
      capacity: fc.option(fc.nat(0xfffffffd), { nil: undefined }),
      assigningOrganization: word(8),
      densityName: word(8),
      description: word(20),
    });
    fc.assert(
      fc.property(fc.array(density, { maxLength: 5 }), (densities) => {
        expect(decodeDensitySupport(encodeDensitySupport(densities))).toEqual(densities);
      }),
      RUNS,
    );
  });

  it('decodes what it encodes of medium types', () => {
    const mediumType = fc.record({
      mediumType: fc.nat(255),
      mediumWidth: fc.nat(0xffff),
      mediumLength: fc.nat(0xffff),
      assigningOrganization: word(8),
      mediumTypeName: word(8),
      description: word(20),
      densityCodes: fc.array(fc.nat(255), { maxLength: 9 }),
    });
    fc.assert(
      fc.property(fc.array(mediumType, { maxLength: 5 }), (mediumTypes) => {
        expect(decodeMediumTypeSupport(encodeMediumTypeSupport(mediumTypes))).toEqual(mediumTypes);
        for (const each of mediumTypes) {
          const tooMany = { ...each, densityCodes: new Array(10).fill(1) };
          expect(() => encodeMediumTypeSupport([tooMany])).toThrow(InvalidArgumentError);
        }
      }),
      RUNS,
    );
  });
});
