import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { decodeAttributeValues, type RawAttribute } from '../../src/scsi/mam/attribute-list.js';
import { MAM_ATTRIBUTES, mamOwner } from '../../src/scsi/mam/attributes.js';
import { decodeVolumeCoherency, encodeVolumeCoherency } from '../../src/scsi/mam/coherency.js';
import { encodeHostAttribute, encodeHostAttributes, type HostAttributes } from '../../src/scsi/mam/host.js';
import { decodeUsage } from '../../src/scsi/mam/usage.js';
import { attributeValue, mamValues, TEXT_LATIN1, TEXT_UTF8 } from '../../src/scsi/mam/values.js';
import { concatBytes } from '../../src/scsi/wire/bytes.js';
import { fixtureBytes, fixtureLines } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const attribute = (id: number, bytes: Uint8Array): RawAttribute => ({ id, readOnly: false, format: 'binary', bytes });
const valueOfBytes = (id: number, bytes: readonly number[], localization = 0) => {
  return attributeValue(attribute(id, Uint8Array.from(bytes)), localization);
};
const valueOfText = (id: number, text: string, localization = 0) => {
  return attributeValue(attribute(id, Buffer.from(text, 'latin1')), localization);
};

const { attributes } = decodeAttributeValues(fixtureBytes('sg_read_attr --raw | xxd'));
const printed = new Map(
  fixtureLines('sg_read_attr /dev/sg1')
    .map((line) => /^ {2}(.+): +(.+?) *$/.exec(line))
    .map((match) => [match?.[1] ?? '', match?.[2] ?? ''] as const),
);

describe('the attributes of the emulated drive', () => {
  const values = mamValues(attributes);
  const mebibytes = (name: string) => Number(printed.get(name)) * 1048576;

  it('say what sg_read_attr prints', () => {
    expect(values).toMatchObject({
      remainingCapacity: mebibytes('Remaining capacity in partition [MiB]'),
      maximumCapacity: mebibytes('Maximum capacity in partition [MiB]'),
      loadCount: Number(printed.get('Load count')),
      memorySpaceRemaining: Number(printed.get('MAM space remaining [B]')),
      formattedDensityCode: Number(printed.get('Format density code')),
      initializationCount: Number(printed.get('Initialization count')),
      lifetimeWritten: mebibytes('Total MiB written in medium life'),
      manufacturer: printed.get('Medium manufacturer'),
      serialNumber: printed.get('Medium serial number'),
      tapeLength: Number(printed.get('Medium length [m]')),
      tapeWidth: Number(printed.get('Medium width [0.1 mm]')),
      mediumDensityCode: Number(printed.get('Medium density code')),
      memoryCapacity: Number(printed.get('MAM capacity [B]')),
      applicationVendor: printed.get('Application vendor'),
      applicationVersion: printed.get('Application version'),
      barcode: printed.get('Barcode'),
      textLocalization: 0,
      mediumType: 'data',
      assigningOrganization: 'LTO-CVE',
      lastLoadDrive: { vendor: 'IBM', serial: 'XYZZY_A802' },
    });
  });

  it('leave out what is blank, and a date that is none', () => {
    const blank = ['applicationName', 'userMediumLabel', 'lastWritten', 'owningHost', 'mediaPool', 'lastLoadDrive1'];
    for (const key of [...blank, 'manufactureDate', 'applicationFormatVersion']) expect(values).not.toHaveProperty(key);
  });
});

describe('one attribute', () => {
  it('has no value when it is deleted, unknown, or of another length than the standard’s', () => {
    expect(valueOfBytes(0x0003, [])).toBeUndefined();
    expect(valueOfBytes(0x0bff, [1])).toBeUndefined();
    expect(valueOfBytes(0x0003, [0, 0, 0, 1])).toBeUndefined();
  });

  it('has no value when the number is beyond what can be exact', () => {
    expect(valueOfBytes(0x0003, [255, 255, 255, 255, 255, 255, 255, 255])).toBeUndefined();
    expect(valueOfBytes(0x0003, [0, 0x1f, 255, 255, 255, 255, 255, 255])).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('tells no encrypted block from one that is not known', () => {
    const ones = [255, 255, 255, 255, 255, 255, 255];
    expect(valueOfBytes(0x0224, [...ones, 255])).toBe('none');
    expect(valueOfBytes(0x0224, [...ones, 254])).toBeUndefined();
    expect(valueOfBytes(0x0225, [0, 0, 0, 0, 0, 0, 1, 0])).toBe(256);
  });

  it.each([
    ['20230131', '2023-01-31'],
    ['20240229', '2024-02-29'],
    ['20230229', undefined],
    ['20231301', undefined],
    ['00000000', undefined],
    ['        ', undefined],
    ['2023 131', undefined],
  ])('of a date %j says %s', (digits, date) => {
    expect(valueOfText(0x0406, digits)).toBe(date);
  });

  it.each([
    ['202301312359', '2023-01-31T23:59'],
    ['202301312400', undefined],
    ['202301310060', undefined],
    ['202302300000', undefined],
    ['20230131    ', undefined],
  ])('of a time %j says %s', (digits, time) => {
    expect(valueOfText(0x0804, digits)).toBe(time);
  });

  it('of text is read as its localization says, up to the first NUL, or not at all', () => {
    const padded = (text: string, encoding: BufferEncoding) => [
      ...concatBytes(Buffer.from(text, encoding), new Uint8Array(160)).subarray(0, 160),
    ];
    expect(valueOfBytes(0x0803, padded('Büro\0old', 'utf8'), TEXT_UTF8)).toBe('Büro');
    expect(valueOfBytes(0x0803, padded('Büro', 'latin1'), TEXT_LATIN1)).toBe('Büro');
    expect(valueOfBytes(0x0803, padded('Büro', 'latin1'), TEXT_UTF8)).toBeUndefined();
    expect(valueOfBytes(0x0803, padded('Büro', 'utf8'))).toBeUndefined();
    expect(valueOfBytes(0x0803, padded('office', 'ascii'), 0x05)).toBe('office');
  });

  it('of the medium type is known or not', () => {
    expect([0x00, 0x01, 0x80, 0x06, 0x07].map((code) => valueOfBytes(0x0408, [code]))).toEqual([
      'data',
      'cleaning',
      'worm',
      'cleaning',
      undefined,
    ]);
  });

  it('of densities are those that are set', () => {
    expect(valueOfBytes(0x040b, [0x5c, 0x5e, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([0x5c, 0x5e]);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(0x0340, 0x0341, 0x080c, 0x0803, 0x0406), fc.uint8Array(), (id, bytes) => {
        attributeValue(attribute(id, bytes), TEXT_UTF8);
      }),
      RUNS,
    );
  });
});

describe('usage history', () => {
  const counted = (width: number) => {
    const bytes = new Uint8Array(15 * width);
    for (let index = 0; index < 15; index++) bytes[(index + 1) * width - 1] = index + 1;
    return bytes;
  };
  const mebibyte = 1048576;
  const expected = {
    currentLoad: { written: mebibyte, writeRetries: 2, read: 3 * mebibyte, readRetries: 4 },
    previousLoad: { written: 5 * mebibyte, writeRetries: 6, read: 7 * mebibyte, readRetries: 8 },
    total: { written: 9 * mebibyte, writeRetries: 10, read: 11 * mebibyte, readRetries: 12 },
    loadCount: 13,
    changePartitionCount: 14,
    partitionInitializeCount: 15,
  };

  it('has six bytes a counter for the medium, four for a partition', () => {
    expect(decodeUsage(counted(6))).toEqual(expected);
    expect(decodeUsage(counted(4))).toEqual(expected);
    expect(attributeValue(attribute(0x0341, counted(4)))).toEqual(expected);
  });

  it('is refused at any other length', () => {
    decodesOrRefuses(decodeUsage, counted(6));
    expect(() => decodeUsage(new Uint8Array(45))).toThrow('neither 90 nor 60');
  });
});

describe('volume coherency information', () => {
  it('of LTFS has 70 bytes', () => {
    const coherency = {
      volumeChangeReference: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9),
      count: 4,
      setIdentifier: 5,
      applicationInformation: Buffer.from(`LTFS\0${'0'.repeat(36)}\0\x01`, 'latin1'),
    };
    const bytes = encodeVolumeCoherency(coherency);
    expect(bytes).toHaveLength(70);
    expect(bytes.subarray(0, 27)).toEqual(
      Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 43),
    );
    expect(encodeHostAttribute(0x080c, coherency).bytes).toEqual(bytes);
    expect(Buffer.from(decodeVolumeCoherency(bytes).applicationInformation).toString('latin1')).toContain('LTFS\0');
  });

  it('decodes as it was encoded', () => {
    const u64 = fc.maxSafeNat();
    const coherencies = fc.record({
      volumeChangeReference: fc.uint8Array({ maxLength: 255 }),
      count: u64,
      setIdentifier: u64,
      applicationInformation: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(coherencies, (coherency) => {
        expect(decodeVolumeCoherency(encodeVolumeCoherency(coherency))).toEqual(coherency);
      }),
      RUNS,
    );
    decodesOrRefuses(decodeVolumeCoherency, new Uint8Array(70));
  });
});

describe('host attributes', () => {
  it('of ASCII have their exact length, padded with blanks', () => {
    const { bytes, format } = encodeHostAttribute(0x0806, 'E01002L8');
    expect(format).toBe('ascii');
    expect(Buffer.from(bytes).toString()).toBe(`E01002L8${' '.repeat(24)}`);
  });

  it('of text have their exact length, padded with NULs, in UTF-8', () => {
    const { bytes, format } = encodeHostAttribute(0x0803, 'Büro');
    expect(format).toBe('text');
    expect(bytes).toHaveLength(160);
    expect(Buffer.from(bytes).toString('utf8')).toBe(`Büro${'\0'.repeat(155)}`);
  });

  it('are read back as they were given', () => {
    const given = [
      [0x0800, 'node-lto'],
      [0x0803, 'Archiv für 2026, Kiste №7'],
      [0x0804, '2026-11-23T10:31'],
      [0x0805, 0x81],
      [0x0806, 'E01002L8'],
      [0x080a, 1],
      [0x0820, Uint8Array.from({ length: 36 }, (_, index) => index)],
    ] as const;
    for (const [id, value] of given) expect(attributeValue(encodeHostAttribute(id, value), TEXT_UTF8)).toEqual(value);
  });

  it('are deleted by null', () => {
    expect(encodeHostAttribute(0x0806, null).bytes).toHaveLength(0);
  });

  it.each([
    ['an attribute of the drive', 0x0003, 1],
    ['an attribute of the medium', 0x0401, 'serial'],
    ['ASCII that is too long', 0x0806, 'x'.repeat(33)],
    ['text that is too long in UTF-8', 0x0803, 'é'.repeat(81)],
    ['ASCII with an umlaut', 0x0806, 'Büro'],
    ['ASCII with a control character', 0x0806, 'a\nb'],
    ['text with a NUL', 0x0803, 'a\0b'],
    ['text with half a character', 0x0803, '\ud800'],
    ['a day that does not exist', 0x0804, '2026-02-30T00:00'],
    ['a time in another form', 0x0804, '2026-02-03'],
    ['a number above a byte', 0x0805, 256],
    ['a string for a number', 0x0805, '1'],
    ['a number for a string', 0x0806, 7],
    ['a GUID of another length', 0x0820, new Uint8Array(16)],
    ['bytes for coherency information', 0x080c, new Uint8Array(70)],
    ['a string for an attribute that no standard names', 0x1400, 'text'],
  ])('refuse %s', (_, id, value) => {
    expect(() => encodeHostAttribute(id, value)).toThrow(InvalidArgumentError);
  });

  it('of a vendor take bytes of any length', () => {
    expect(encodeHostAttribute(0x1400, Uint8Array.of(1, 2))).toEqual(attribute(0x1400, Uint8Array.of(1, 2)));
  });
});

describe('host attributes by name', () => {
  it('are written by the name that they are read by, and left alone where they are undefined', () => {
    const encoded = encodeHostAttributes({ userMediumLabel: 'offsite', barcode: undefined, mediaPool: null });
    expect(encoded.map(({ id, bytes }) => [id, bytes.length])).toEqual([
      [0x0803, 160],
      [0x0808, 0],
    ]);
    expect(mamValues(encoded)).toEqual({ userMediumLabel: 'offsite' });
  });

  it.each([
    ['userMediumLable', 'userMediumLabel'],
    ['BARCODE', 'barcode'],
    ['mediapool', 'mediaPool'],
    ['ownerHost', 'owningHost'],
  ])('%s is unknown, and the error names %s', (key, nearest) => {
    const next = expect.stringContaining(`Did you mean ${nearest}?`);
    const refused = expect.objectContaining({ code: 'LTO_INVALID_ARGUMENT', next });
    expect(() => encodeHostAttributes({ [key]: 'x' })).toThrow(refused);
  });

  it.each(MAM_ATTRIBUTES.filter(({ id }) => !/[hH]ost$/.test(mamOwner(id))).map(({ key }) => key))(
    '%s is not for a host to write',
    (key) => {
      expect(() => encodeHostAttributes({ [key]: null })).toThrow(/is not one that a host writes/);
    },
  );

  it('of the table are all among the names that the type has', () => {
    const written = MAM_ATTRIBUTES.filter(({ id }) => /[hH]ost$/.test(mamOwner(id))).map(({ key }) => key);
    expect(encodeHostAttributes(Object.fromEntries(written.map((key) => [key, null])))).toHaveLength(written.length);
    // @ts-expect-error The serial number is the drive's.
    const wrong: HostAttributes = { serialNumber: 'x' };
    expect(() => encodeHostAttributes(wrong)).toThrow(InvalidArgumentError);
  });

  it.each([[null], [undefined], ['text'], [7], [[]], [new Map([[0x0803, 'x']])], [new Uint8Array(2)], [true]])(
    'cannot be %s',
    (values) => {
      expect(() => encodeHostAttributes(values as HostAttributes)).toThrow(InvalidArgumentError);
    },
  );

  it.each([[null], [{}], ['a'], [7], [[1]]])('take no %s for coherency information', (value) => {
    const values = { volumeCoherency: { applicationInformation: value } } as unknown as HostAttributes;
    expect(() => encodeHostAttributes(values)).toThrow(InvalidArgumentError);
  });
});
