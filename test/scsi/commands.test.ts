import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import * as changer from '../../src/scsi/changer/commands.js';
import * as attribute from '../../src/scsi/commands/attribute.js';
import * as position from '../../src/scsi/commands/position.js';
import * as primary from '../../src/scsi/commands/primary.js';
import * as transfer from '../../src/scsi/commands/transfer.js';
import { driveGeneration } from '../../src/scsi/generations/index.js';
import { toHex } from '../../src/scsi/wire/bytes.js';
import { type CdbLayout, decodeCdb } from '../../src/scsi/wire/cdb.js';
import { encodeFields, type Field } from '../../src/scsi/wire/layout.js';
import {
  CHANGER_OPERATION_CODES,
  type CommandName,
  cdbLength,
  commandName,
  OPERATION_CODES,
  operationCode,
} from '../../src/scsi/wire/opcodes.js';
import { timeoutMs, timeoutSeconds } from '../../src/scsi/wire/timeouts.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const { readAttribute, writeAttribute } = attribute;
const { loadUnload, locate10, locate16, readPosition, rewind, space6, space16 } = position;
const { inquiry, modeSelect6, modeSelect10, modeSense6, modeSense10, preventAllow, reportLuns, requestSense } = primary;
const { erase6, formatMedium, read6, readBlockLimits, reportDensitySupport, setCapacity } = transfer;
const { write6, writeFilemarks6 } = transfer;

const FIVE = new Uint8Array(5);

describe('the CDB of', () => {
  it.each([
    ['TEST UNIT READY', primary.testUnitReady(), '000000000000'],
    ['REQUEST SENSE', requestSense(), '03000000fc00'],
    ['REQUEST SENSE, descriptor format', requestSense({ descriptorFormat: true }), '03010000fc00'],
    ['INQUIRY', inquiry(), '120000020000'],
    ['INQUIRY of a page', inquiry({ vpdPage: 0x83, allocationLength: 255 }), '12018300ff00'],
    ['MODE SENSE(6)', modeSense6({ pageCode: 0x3f, disableBlockDescriptors: true }), '1a083f00fc00'],
    [
      'MODE SENSE(10)',
      modeSense10({ pageCode: 0x0a, subpageCode: 0xf0, pageControl: 'changeable', allocationLength: 512 }),
      '5a004af0000000020000',
    ],
    ['MODE SELECT(6)', modeSelect6({ data: FIVE }), '151000000500'],
    ['MODE SELECT(10)', modeSelect10({ data: FIVE, savePages: true }), '55110000000000000500'],
    ['PREVENT ALLOW MEDIUM REMOVAL', preventAllow(true), '1e0000000100'],
    ['REPORT LUNS', reportLuns(), 'a00000000000000010000000'],
    ['READ BLOCK LIMITS', readBlockLimits(), '050000000000'],
    ['READ(6), variable', read6({ length: 0x40000, suppressIncorrectLength: true }), '080204000000'],
    ['READ(6), fixed', read6({ blocks: 2, blockLength: 512 }), '080100000200'],
    ['WRITE(6), variable', write6({ data: FIVE }), '0a0000000500'],
    ['WRITE(6), fixed', write6({ data: new Uint8Array(1024), blocks: 2 }), '0a0100000200'],
    ['WRITE FILEMARKS(6)', writeFilemarks6({ count: 1 }), '100000000100'],
    ['WRITE FILEMARKS(6), immediate', writeFilemarks6({ count: 2, immediate: true }), '100100000200'],
    ['VERIFY(6), to the next filemark', transfer.verifyFilemarks(1), '130800000100'],
    ['SPACE(6), backwards', space6({ code: 'filemarks', count: -1 }), '1101ffffff00'],
    ['SPACE(6), end of data', space6({ code: 'endOfData', count: 0 }), '110300000000'],
    ['SPACE(16), backwards', space16({ code: 'objects', count: -2 }), '91000000fffffffffffffffe00000000'],
    ['LOCATE(10)', locate10({ logicalObject: 0x01020304 }), '2b000001020304000000'],
    ['LOCATE(10), partition', locate10({ logicalObject: 1, partition: 1, immediate: true }), '2b030000000001000100'],
    ['LOCATE(16)', locate16({ destination: 'logicalObject', identifier: 9 }), '92000000000000000000000900000000'],
    [
      'LOCATE(16), filemark',
      locate16({ destination: 'filemark', identifier: 2 ** 32, partition: 1 }),
      '920a0001000000010000000000000000',
    ],
    ['LOCATE(16), end of data', locate16({ destination: 'endOfData' }), '92180000000000000000000000000000'],
    ['READ POSITION, short', readPosition('short'), '34000000000000000000'],
    ['READ POSITION, long', readPosition('long'), '34060000000000000000'],
    ['READ POSITION, extended', readPosition('extended'), '34080000000000002000'],
    ['REWIND', rewind(), '010000000000'],
    ['LOAD', loadUnload({ load: true, immediate: true }), '1b0100000100'],
    ['UNLOAD', loadUnload({ load: false }), '1b0000000000'],
    ['ERASE(6)', erase6({ long: true }), '190100000000'],
    ['READ ATTRIBUTE', readAttribute(), '8c000000000000000000000020000000'],
    [
      'READ ATTRIBUTE of a partition',
      readAttribute({ serviceAction: 'attributeList', partition: 1, firstAttribute: 0x0806, cache: true }),
      '8c010000000000010806000020000100',
    ],
    ['WRITE ATTRIBUTE', writeAttribute({ data: FIVE }), '8d010000000000000000000000050000'],
    ['REPORT DENSITY SUPPORT', reportDensitySupport({ media: true }), '44010000000000100000'],
    ['FORMAT MEDIUM', formatMedium({ format: 1 }), '040001000000'],
    ['SET CAPACITY', setCapacity(), '0b0000ffff00'],
  ])('%s', (_, command, hex) => {
    expect(toHex(command.cdb)).toBe(hex);
    expect(command.timeoutMs).toBe(timeoutMs(commandName(command.cdb) ?? 'INQUIRY'));
    expect(command.name).toBe(commandName(command.cdb));
  });
});

describe('the data phase', () => {
  it('is in, out or none, of the length that the CDB says', () => {
    expect(read6({ blocks: 3, blockLength: 512 })).toMatchObject({ direction: 'in', allocationLength: 1536 });
    expect(readPosition('long')).toMatchObject({ direction: 'in', allocationLength: 32 });
    expect(write6({ data: FIVE })).toMatchObject({ direction: 'out', dataOut: FIVE, allocationLength: 0 });
    expect(rewind()).toMatchObject({ direction: 'none', allocationLength: 0 });
  });

  it('that is too long for its field is refused', () => {
    expect(() => modeSelect6({ data: new Uint8Array(256) })).toThrow(InvalidArgumentError);
    expect(() => read6({ length: 1 << 24 })).toThrow(InvalidArgumentError);
    expect(() => space6({ code: 'objects', count: 1 << 23 })).toThrow(InvalidArgumentError);
  });
});

const LAYOUTS = [attribute, changer, position, primary, transfer]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter((value): value is CdbLayout => typeof value === 'object' && value !== null && 'fields' in value);

describe('every CDB table', () => {
  it('is found', () => {
    expect(LAYOUTS).toHaveLength(34);
  });

  it.each(LAYOUTS.map((layout) => [layout.name, layout] as const))('%s fits its operation code', (name, layout) => {
    expect(layout.length).toBe(cdbLength(operationCode(name).code));
    for (const field of Object.values(layout.fields)) expect(field.byte).toBeGreaterThan(0);
  });

  it.each(LAYOUTS.map((layout) => [layout.name, layout] as const))('%s decodes what it encodes', (_, layout) => {
    fc.assert(
      fc.property(valuesOf(layout), (values) => {
        const cdb = encodeFields(layout.fields, layout.length, values, layout.name);
        cdb[0] = operationCode(layout.name).code;
        expect(decodeCdb(layout, cdb)).toEqual(values);
      }),
      RUNS,
    );
  });
});

function valuesOf(layout: CdbLayout): fc.Arbitrary<Record<string, boolean | number>> {
  const arbitraries = Object.entries(layout.fields).map(([name, field]) => [name, fieldValue(field)]);
  return fc.record(Object.fromEntries(arbitraries));
}

function fieldValue(field: Field): fc.Arbitrary<boolean | number> {
  switch (field.type) {
    case 'flag':
      return fc.boolean();
    case 'bits':
      return fc.nat(2 ** (field.high - field.low + 1) - 1);
    case 'int':
      return fc.integer({ min: -(2 ** (8 * field.width - 1)), max: 2 ** (8 * field.width - 1) - 1 });
    case 'uint64':
      return fc.maxSafeNat();
    case 'int64':
      return fc.maxSafeInteger();
    case 'uint':
      return fc.maxSafeNat().map((value) => value % 2 ** (8 * field.width));
    default:
      throw new Error(`no command has a field of type ${field.type}`);
  }
}

describe('decodeCdb', () => {
  it('reads a negative count', () => {
    expect(decodeCdb(position.SPACE_6, space6({ code: 'objects', count: -3 }).cdb)).toEqual({ code: 0, count: -3 });
  });

  it('refuses a CDB of another command and one that is cut off', () => {
    expect(() => decodeCdb(transfer.READ_6, rewind().cdb)).toThrow(MalformedResponseError);
    expect(() => decodeCdb(transfer.READ_6, Uint8Array.of(8, 0, 0))).toThrow('not a CDB of READ(6)');
    decodesOrRefuses((cdb) => decodeCdb(attribute.READ_ATTRIBUTE, cdb), readAttribute().cdb);
  });
});

describe('operation codes', () => {
  it('name a command by its service action where several share a code', () => {
    expect(commandName(Uint8Array.of(0xa3, 0x0c))).toBe('REPORT SUPPORTED OPERATION CODES');
    expect(commandName(Uint8Array.of(0xa3, 0x0f))).toBe('REPORT TIMESTAMP');
    expect(commandName(Uint8Array.of(0xa3, 0x05))).toBeUndefined();
    expect(commandName(new Uint8Array(0))).toBeUndefined();
  });

  it('is another for a changer where the codes are the same', () => {
    expect(commandName(Uint8Array.of(0x1b))).toBe('LOAD UNLOAD');
    expect(commandName(Uint8Array.of(0x1b), 'changer')).toBe('OPEN/CLOSE IMPORT/EXPORT ELEMENT');
    expect(commandName(Uint8Array.of(0xa5))).toBeUndefined();
    expect(commandName(Uint8Array.of(0xa5), 'changer')).toBe('MOVE MEDIUM');
    expect(commandName(Uint8Array.of(0x12), 'changer')).toBe('INQUIRY');
  });

  it('tell the length of the CDB', () => {
    expect([0x00, 0x34, 0x5a, 0x8c, 0xa2, 0x7f, 0xff].map(cdbLength)).toEqual([
      6,
      10,
      10,
      16,
      12,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['READ ATTRIBUTE', 180],
    ['WRITE ATTRIBUTE', 180],
    ['READ(6)', 2340],
    ['WRITE(6)', 1920],
    ['WRITE FILEMARKS(6)', 1920],
    ['SPACE(6)', 3940],
    ['LOCATE(16)', 104_880],
    ['REWIND', 780],
    ['LOAD UNLOAD', 7200],
    ['FORMAT MEDIUM', 3840],
    ['ERASE(6)', 205_440],
  ] as const)('give %s at least the %i s that some drive may need', (name, seconds) => {
    expect(timeoutSeconds(name)).toBeGreaterThanOrEqual(seconds);
    expect(timeoutMs(name)).toBe(timeoutSeconds(name) * 1000);
  });

  // Of full-height and half-height drives of IBM, HPE and Quantum.
  it.each([
    [5, { 'ERASE(6)': 19_200, 'LOCATE(16)': 2700, 'FORMAT MEDIUM': 1980, 'LOAD UNLOAD': 1020, 'SPACE(6)': 2700 }],
    [6, { 'ERASE(6)': 29_400, 'LOCATE(16)': 2940, 'FORMAT MEDIUM': 3840, 'LOAD UNLOAD': 1020, 'SPACE(6)': 2700 }],
    [7, { 'ERASE(6)': 29_400, 'LOCATE(16)': 2940, 'FORMAT MEDIUM': 3240, 'LOAD UNLOAD': 1020, 'SPACE(6)': 2940 }],
    [8, { 'ERASE(6)': 121_448, 'LOCATE(16)': 2940, 'FORMAT MEDIUM': 3240, 'LOAD UNLOAD': 960, 'SPACE(6)': 2940 }],
    [9, { 'ERASE(6)': 166_370, 'LOCATE(16)': 2940, 'FORMAT MEDIUM': 3240, 'LOAD UNLOAD': 7200, 'SPACE(6)': 2940 }],
    [10, { 'ERASE(6)': 205_440, 'LOCATE(16)': 3940, 'FORMAT MEDIUM': 3240, 'LOAD UNLOAD': 960, 'SPACE(6)': 3940 }],
  ] as const)('give a drive of LTO-%i what its makers say that it may need', (generation, needed) => {
    for (const [name, seconds] of Object.entries(needed) as [CommandName, number][]) {
      expect([name, timeoutSeconds(name, generation) >= seconds]).toEqual([name, true]);
    }
  });

  it('are the longest for a drive of which nothing is known, and never longer for one of which something is', () => {
    for (const name of Object.keys({ ...OPERATION_CODES, ...CHANGER_OPERATION_CODES }) as CommandName[]) {
      const known = [5, 6, 7, 8, 9, 10].map((generation) => timeoutSeconds(name, generation));
      expect(timeoutSeconds(name)).toBe(Math.max(...known));
      for (const generation of [0, 4, 11, Number.NaN])
        expect(timeoutSeconds(name, generation)).toBe(timeoutSeconds(name));
    }
    expect(timeoutSeconds('ERASE(6)', 5)).toBeLessThan(timeoutSeconds('ERASE(6)'));
  });
});

describe('the generation of a drive', () => {
  it.each([
    ['ULT3580-TD5', 5],
    ['ULTRIUM-HH9     ', 9],
    ['ULT3580-TDA', 10],
    ['HH LTO Gen 7', 7],
    ['Ultrium 6-SCSI', 6],
    ['Ultrium 10-SCSI', 10],
    ['ULTRIUM 5', 5],
    ['VIRTUAL LTO-10', 10],
    ['HH8', 8],
    ['TD8', 8],
    ['tda', 10],
    ['LTO-6 HH', 6],
    ['LTO 5 FH', 5],
    ['Ultrium 2', 2],
    ['Ultrium 7-SCSI FC', 7],
    ['ULTRIUM06242-XXX', 1],
    ['ULTRIUM0624', undefined],
    ['Ultrium 11', undefined],
    ['LTO-60', undefined],
    ['03592E08', undefined],
    ['scsi_debug', undefined],
    ['ULT3580-TD81', undefined],
    ['', undefined],
  ] as const)('of %j is %s', (product, generation) => {
    expect(driveGeneration(product)).toBe(generation);
  });
});
