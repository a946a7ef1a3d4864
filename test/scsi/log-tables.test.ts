import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  DATA_COMPRESSION_LOG,
  DEVICE_STATISTICS,
  DEVICE_STATUS,
  decodeDiagnosticData,
  decodeLogPage,
  decodeLogValues,
  describeLogPage,
  deviceActivity,
  encodeDiagnosticData,
  encodeLogValues,
  encodeTapeAlert,
  type LogTable,
  SEQUENTIAL_ACCESS_LOG,
  TAPE_CAPACITY,
  TAPE_COMPRESSION,
  TAPE_USAGE,
  TEMPERATURES,
  VOLUME_STATISTICS,
} from '../../src/scsi/index.js';
import { logTable } from '../../src/scsi/log/registry.js';
import { fixtureBytes, fixtureLines } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const ALL_PAGES = fixtureLines('sg_logs -a /dev/sg1').join('\n');

const captured = (page: string) => fixtureBytes(`sg_logs -p 0x${page} -H /dev/sg1`);

/** What sg_logs printed for a page: name without unit, to its number. */
function printed(title: string): Map<string, string> {
  const section = ALL_PAGES.split(/\n\n(?=\S)/).find((each) => each.startsWith(title)) ?? '';
  const numbers = new Map<string, string>();
  for (const line of section.split('\n')) {
    const [, name, number] = /^ {2}(\S.*?)(?: \[MB\]| \(in MiB\))?(?::| =) (\d+)/.exec(line) ?? [];
    if (name !== undefined && number !== undefined && !numbers.has(name)) numbers.set(name, number);
  }
  return numbers;
}

/** A page of 8-byte parameters, made without the encoder. */
function rawPage(page: number, parameters: readonly (readonly [code: number, value: readonly number[]])[]): Uint8Array {
  const body = parameters.flatMap(([code, value]) => [code >> 8, code & 0xff, 0x03, value.length, ...value]);
  return Uint8Array.from([page, 0, body.length >> 8, body.length & 0xff, ...body]);
}

describe('log tables', () => {
  const cases: readonly (readonly [string, LogTable, string, number])[] = [
    ['0c', SEQUENTIAL_ACCESS_LOG, 'Sequential access device page', 9],
    ['17', VOLUME_STATISTICS, 'Volume statistics page', 27],
    ['30', TAPE_USAGE, 'Tape usage page', 11],
    ['31', TAPE_CAPACITY, 'Tape capacity page', 4],
    ['32', TAPE_COMPRESSION, 'Data compression page', 10],
    ['0d', TEMPERATURES, 'Temperature page', 1],
  ];

  it.each(cases)('page %s says what sg_logs says', (code, table, title, count) => {
    const values: Readonly<Record<string, unknown>> = decodeLogValues(table, decodeLogPage(captured(code))).values;
    const numbers = printed(title);
    const compared = table.entries.filter(({ key, name }) => {
      const value = values[key];
      if (typeof value !== 'number' && typeof value !== 'boolean') return false;
      if (!numbers.has(name)) return false;
      expect([name, String(Number(value))]).toEqual([name, numbers.get(name)]);
      return true;
    });
    expect(compared).toHaveLength(count);
  });

  it('reads the partition records of page 17', () => {
    const { values, raw } = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(captured('17')));
    expect(values).toMatchObject({
      pageValid: true,
      nativeCapacity: 11444091,
      nativeCapacityOfPartitions: [{ partition: 0, count: 11444091 }],
      usedNativeCapacityOfPartitions: [{ partition: 0, count: 0 }],
      remainingNativeCapacityOfPartitions: [{ partition: 0, count: 11444089 }],
      firstEncrypted: [{ partition: 0, count: 0 }],
    });
    expect(values).toMatchObject({ applicationDesignCapacity: 0, lifetimeRemaining: 0 });
    expect(raw).toEqual([]);
  });

  it('keeps marks apart from counts, and several partitions in order', () => {
    const records = [7, 0, 0, 0, 255, 255, 255, 255, 7, 0, 0, 1, 255, 255, 255, 254, 7, 0, 0, 2, 0, 0, 1, 0];
    const { values } = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(rawPage(0x17, [[0x203, records]])));
    expect(values.usedNativeCapacityOfPartitions).toEqual([
      { partition: 0, mark: 'all ones' },
      { partition: 1, mark: 'all ones but the last' },
      { partition: 2, count: 256 },
    ]);
  });

  it.each([[[0]], [[7, 0, 0]], [[3, 0, 0, 0]], [[12, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]])(
    'keeps partition records %j raw',
    (records) => {
      const { values, raw } = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(rawPage(0x17, [[0x202, records]])));
      expect(values).toEqual({});
      expect(raw).toHaveLength(1);
    },
  );

  it('does not take a value that no drive can have counted for a number', () => {
    const page = decodeLogPage(
      rawPage(0x17, [
        [2, Array.from({ length: 8 }, () => 0xff)],
        [7, [0, 0x1f, 255, 255, 255, 255, 255, 255]],
      ]),
    );
    const { values, raw } = decodeLogValues(VOLUME_STATISTICS, page);
    expect(values).toEqual({ dataSetsRead: Number.MAX_SAFE_INTEGER });
    expect(raw).toMatchObject([{ code: 2 }]);
  });

  it('reads a negative rest of page 32', () => {
    const { values } = decodeLogValues(TAPE_COMPRESSION, decodeLogPage(rawPage(0x32, [[9, [255, 255, 255, 246]]])));
    expect(values).toEqual({ bytesToMedium: -10 });
  });

  it('has no temperature when the drive has none to tell', () => {
    const { values } = decodeLogValues(
      TEMPERATURES,
      decodeLogPage(
        rawPage(0x0d, [
          [0, [0, 0xff]],
          [1, [0, 55]],
        ]),
      ),
    );
    expect(values).toEqual({ reference: 55 });
  });

  it('reads the lists and texts of page 14', () => {
    const page = rawPage(0x14, [
      [0x41, [...Buffer.from('10WT012345  ')]],
      [0x1000, [0, 0, 0x5e, 0x88, 0, 0, 1, 0, 0, 0, 0x5c, 0x78, 0, 0, 0, 9]],
    ]);
    expect(decodeLogValues(DEVICE_STATISTICS, decodeLogPage(page)).values).toEqual({
      serialNumber: '10WT012345',
      motionHoursByMedium: [
        { densityCode: 0x5e, mediumType: 0x88, hours: 256 },
        { densityCode: 0x5c, mediumType: 0x78, hours: 9 },
      ],
    });
  });

  it('refuses another page than the one that was asked for', () => {
    expect(() => decodeLogValues(TAPE_USAGE, decodeLogPage(captured('31')))).toThrow(MalformedResponseError);
  });

  it('gives back the counters it has written', () => {
    const number = fc.nat(0xffff);
    const values = fc.record(
      {
        pageValid: fc.boolean(),
        mounts: number,
        lifetimeMegabytesWritten: fc.maxSafeNat(),
        serialNumber: fc.stringMatching(/^[A-Z0-9]{1,32}$/),
        remainingNativeCapacityOfPartitions: fc.array(fc.record({ partition: number, count: fc.nat(0xfffffff0) }), {
          minLength: 1,
          maxLength: 4,
        }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, (each) => {
        const { values: read, raw } = decodeLogValues(
          VOLUME_STATISTICS,
          decodeLogPage(encodeLogValues(VOLUME_STATISTICS, each)),
        );
        expect(read).toEqual(each);
        expect(raw).toEqual([]);
      }),
      RUNS,
    );
  });

  it('refuses to write a counter that does not fit', () => {
    expect(() => encodeLogValues(DATA_COMPRESSION_LOG, { readRatio: 0x10000 })).toThrow(InvalidArgumentError);
    expect(() => encodeLogValues(DATA_COMPRESSION_LOG, { readRatio: -1 })).toThrow(InvalidArgumentError);
  });
});

describe('DT device status', () => {
  it('says what sg_logs says', () => {
    const { status } = decodeLogValues(DEVICE_STATUS, decodeLogPage(captured('11'))).values;
    const names: Readonly<Record<string, boolean | undefined>> = {
      PAMR: status?.preventMediumRemoval,
      HUI: status?.hostInitiatedUnload,
      MACC: status?.memoryAccessible,
      CMPR: status?.compressionEnabled,
      WRTP: status?.writeProtected,
      CRQST: status?.cleaningRequested,
      CRQRD: status?.cleaningRequired,
      DINIT: status?.initialised,
      INXTN: status?.inTransition,
      RAA: status?.roboticAccessAllowed,
      MPRSNT: status?.mediumPresent,
      MSTD: status?.mediumSeated,
      MTHRD: status?.mediumThreaded,
      MOUNTED: status?.mounted,
      VS: status?.vendorSpecific,
      TDDEC: status?.diagnosticDataCreated,
      EPP: status?.encryptionParametersPresent,
      ESR: status?.encryptionServiceRequested,
      RRQST: status?.recoveryRequested,
      INTFC: status?.interfaceChanged,
      TAFC: status?.tapeAlertChanged,
    };
    const shown = [...ALL_PAGES.matchAll(/\b([A-Z]{2,7})=([01])\b/g)];
    expect(shown).toHaveLength(21);
    for (const [, name = '', bit] of shown) expect([name, names[name]]).toEqual([name, bit === '1']);
    expect(deviceActivity(status?.activity ?? -1)).toBe('no activity');
  });

  it('tells each activity, and none for codes without meaning', () => {
    expect([5, 6, 8, 16].map(deviceActivity)).toEqual(['reading', 'writing', 'rewinding', 'diagnostic operation']);
    expect(deviceActivity(17)).toBeUndefined();
    expect(deviceActivity(0x80)).toBeUndefined();
  });

  it('gives back every status', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), ([a = 0, b = 0, c = 0, d = 0]) => {
        // Bits that have no name: byte 1 bits 6 and 3, byte 3 bit 6.
        const page = rawPage(0x11, [[0, [a, b & 0xb7, c, d & 0xbf]]]);
        const { values } = decodeLogValues(DEVICE_STATUS, decodeLogPage(page));
        expect(encodeLogValues(DEVICE_STATUS, values)).toEqual(page);
      }),
      RUNS,
    );
  });
});

describe('tape diagnostic data', () => {
  const entry = {
    densityCode: 0x5e,
    mediumType: 0x88,
    motionHours: 1200,
    repeated: true,
    senseKey: 3,
    asc: 0x0c,
    ascq: 0,
    vendorCodeQualifier: 0x12345678,
    productRevision: 0x4e394d31,
    hoursSinceCleaning: 40,
    operationCode: 0x0a,
    serviceAction: 0x1f,
    mediumId: 'E01002L8',
    timestampOrigin: 2,
    timestamp: 1_795_387_296_000,
  };

  it('lies where sg_logs reads it', () => {
    const value = decodeLogPage(encodeDiagnosticData([entry])).parameters[0]?.value ?? new Uint8Array(0);
    expect(value).toHaveLength(68);
    expect([...value.subarray(2, 12)]).toEqual([0x5e, 0x88, 0, 0, 4, 0xb0, 0, 0x83, 0x0c, 0]);
    expect([...value.subarray(24, 32)]).toEqual([0x0a, 0x1f, 0, 0, 0x45, 0x30, 0x31, 0x30]);
    expect(value[60]).toBe(2);
  });

  it('gives back its entries and refuses short ones', () => {
    const bytes = encodeDiagnosticData([entry, { ...entry, repeated: false }]);
    expect(decodeDiagnosticData(decodeLogPage(bytes))).toEqual([entry, { ...entry, repeated: false }]);
    expect(() => decodeDiagnosticData(decodeLogPage(rawPage(0x16, [[0, [1, 2, 3]]])))).toThrow(MalformedResponseError);
    decodesOrRefuses((each) => decodeDiagnosticData(decodeLogPage(each)), bytes);
  });
});

describe('the description of a page', () => {
  it('names what its table has, with unit, and keeps the bytes of everything', () => {
    const page = decodeLogPage(encodeLogValues(VOLUME_STATISTICS, { mounts: 3, lifetimeMegabytesWritten: 5 }));
    const stray = { code: 0xf000, control: 0, value: Uint8Array.of(1, 2) };
    const rows = describeLogPage({ ...page, parameters: [...page.parameters, stray] });
    expect(rows.map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['Thread count', 3, undefined],
      ['Lifetime megabytes written', 5, 'MB'],
      [undefined, undefined, undefined],
    ]);
    expect(rows.at(-1)?.bytes).toEqual(stray.value);
  });

  it('names TapeAlert flags', () => {
    const rows = describeLogPage(decodeLogPage(encodeTapeAlert([20])));
    expect(rows.filter(({ value }) => value === true)).toMatchObject([{ code: 20, name: 'Cleaning required' }]);
  });

  it('is made of any page that decodes', () => {
    const parameter = fc.record({
      code: fc.nat(0xffff),
      control: fc.nat(255),
      value: fc.uint8Array({ maxLength: 100 }),
    });
    fc.assert(
      fc.property(fc.nat(0x3f), fc.array(parameter, { maxLength: 5 }), (page, parameters) => {
        const whole = { page, subpage: 0, disableSave: false, truncated: false, parameters };
        expect(describeLogPage(whole).map(({ bytes }) => bytes)).toEqual(parameters.map(({ value }) => value));
      }),
      RUNS,
    );
  });
});

it('belong to a page and a subpage', () => {
  expect(logTable(0x0c)).toMatchObject({ page: 0x0c, subpage: 0 });
  expect(logTable(0x0c, 1)).toBeUndefined();
  expect(logTable(0x3f)).toBeUndefined();
});
