import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import { DATA_COMPRESSION } from '../../src/scsi/mode/data-compression.js';
import { decodeModePage, withChanges } from '../../src/scsi/mode/page.js';
import {
  decodeModeParameters,
  encodeModeParameters,
  findModePage,
  type ModePage,
  splitModePages,
} from '../../src/scsi/mode/parameter-list.js';
import { concatBytes } from '../../src/scsi/wire/bytes.js';
import { fixtureDumps } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const [DESCRIPTOR = new Uint8Array(0), ...PAGES] = fixtureDumps('sg_modes -a /dev/sg1');
const [HEADER = new Uint8Array(0)] = fixtureDumps('sg_modes -aHH /dev/sg1');
const EMULATED = concatBytes(HEADER, DESCRIPTOR, ...PAGES);

describe('mode parameters of the emulated drive', () => {
  const parameters = decodeModeParameters(EMULATED, 10);

  it('read as sg_modes prints them', () => {
    expect(parameters).toMatchObject({
      mediumType: 0x88,
      writeProtected: false,
      bufferedMode: 1,
      speed: 0,
      blockDescriptor: { densityCode: 0x5e, numberOfBlocks: 0, blockLength: 0 },
    });
    expect(parameters.pages.map(({ bytes }) => bytes)).toEqual(PAGES);
    expect(parameters.pages.map(({ pageCode }) => pageCode)).toEqual([
      0x01, 0x02, 0x0a, 0x0f, 0x10, 0x11, 0x1a, 0x1c, 0x1d, 0x24, 0x25, 0x2f,
    ]);
  });

  it('are encoded byte for byte as they came', () => {
    expect(encodeModeParameters(parameters, 10)).toEqual(EMULATED);
  });

  it('have page 0Fh with compression on', () => {
    const page = findModePage(parameters, DATA_COMPRESSION.page);
    expect(decodeModePage(DATA_COMPRESSION, page?.bytes ?? new Uint8Array(0))).toEqual({
      compressionEnabled: true,
      compressionCapable: true,
      decompressionEnabled: true,
      reportExceptionOnDecompression: 0,
      compressionAlgorithm: 0xffffffff,
      decompressionAlgorithm: 0xffffffff,
    });
    const off = withChanges(DATA_COMPRESSION, page?.bytes ?? new Uint8Array(0), { compressionEnabled: false });
    expect([...off].filter((byte, index) => byte !== page?.bytes[index])).toEqual([0x40]);
  });
});

describe('mode parameters', () => {
  const page: fc.Arbitrary<ModePage> = fc
    .record({
      savable: fc.boolean(),
      pageCode: fc.nat(0x3f),
      subpageCode: fc.nat(255),
      content: fc.uint8Array({ maxLength: 30 }),
    })
    .map(({ savable, pageCode, subpageCode, content }) => {
      const first = pageCode | (savable ? 0x80 : 0) | (subpageCode === 0 ? 0 : 0x40);
      const rest = subpageCode === 0 ? [content.length] : [subpageCode, 0, content.length];
      return { pageCode, subpageCode, bytes: Uint8Array.from([first, ...rest, ...content]) };
    });
  const header = {
    mediumType: fc.nat(255),
    writeProtected: fc.boolean(),
    bufferedMode: fc.nat(7),
    speed: fc.nat(15),
  };
  const blockDescriptor = fc.record({
    densityCode: fc.nat(255),
    numberOfBlocks: fc.nat(0xffffff),
    blockLength: fc.nat(0xffffff),
  });
  const pages = fc.array(page, { maxLength: 5 });
  const parameters = fc.oneof(fc.record({ ...header, pages }), fc.record({ ...header, blockDescriptor, pages }));

  it.each([6, 10] as const)('decode what they encode, with %i bytes of CDB', (form) => {
    fc.assert(
      fc.property(parameters, (given) => {
        expect(decodeModeParameters(encodeModeParameters(given, form), form)).toEqual(given);
      }),
      RUNS,
    );
  });

  it('for MODE SELECT have no length and no PS bits, and read the same otherwise', () => {
    fc.assert(
      fc.property(parameters, (given) => {
        const selected = decodeModeParameters(encodeModeParameters(given, 10, { select: true }), 10);
        const expected = given.pages.map(({ bytes }) => bytes.map((byte, index) => (index === 0 ? byte & 0x7f : byte)));
        expect(selected.pages.map(({ bytes }) => bytes)).toEqual(expected);
        expect({ ...selected, pages: given.pages }).toEqual(given);
        expect(encodeModeParameters(given, 6, { select: true })[0]).toBe(0);
      }),
      RUNS,
    );
  });

  it('are refused when they are cut off, wherever that is', () => {
    for (let length = 0; length < EMULATED.length; length++) {
      expect(() => decodeModeParameters(EMULATED.subarray(0, length), 10)).toThrow(MalformedResponseError);
    }
  });

  it('end where the header says', () => {
    const padded = concatBytes(EMULATED, new Uint8Array(100).fill(0xee));
    expect(decodeModeParameters(padded, 10).pages).toHaveLength(PAGES.length);
  });

  it('never do worse than be refused', () => {
    decodesOrRefuses((bytes) => decodeModeParameters(bytes, 10), EMULATED);
    decodesOrRefuses((bytes) => decodeModeParameters(bytes, 6), EMULATED.subarray(0, 60));
    decodesOrRefuses(splitModePages, concatBytes(...PAGES));
  });
});

it('a page is found by page and subpage code', () => {
  const plain = { pageCode: 0x0a, subpageCode: 0, bytes: Uint8Array.of(0x0a, 0) };
  const protection = { pageCode: 0x0a, subpageCode: 0xf0, bytes: Uint8Array.of(0x4a, 0xf0, 0, 0) };
  const parameters = { mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0, pages: [plain, protection] };
  expect(findModePage(parameters, 0x0a)).toBe(plain);
  expect(findModePage(parameters, 0x0a, 0xf0)).toBe(protection);
  expect(findModePage(parameters, 0x0f)).toBeUndefined();
});
