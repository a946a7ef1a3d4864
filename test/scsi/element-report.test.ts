import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  CHANGER_TAPE_ALERT_FLAGS,
  DEVICE_CAPABILITIES,
  decodeElementStatus,
  ELEMENT_BIT,
  type ElementDescriptor,
  type ElementPage,
  type ElementType,
  encodeElementStatus,
  MEDIUM_TYPE,
  serialOfIdentifier,
} from '../../src/scsi/changer/index.js';
import { decodeLogPage } from '../../src/scsi/log/page.js';
import { decodeTapeAlert, encodeTapeAlert } from '../../src/scsi/log/tape-alert.js';
import { decodeModePage } from '../../src/scsi/mode/page.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';
import { HAS_REAL_DRIVES, REAL_ANSWERS } from '../support/real-drives.js';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const text = (value: string, length: number) => Buffer.from(value.padEnd(length)).toString('hex');
const real = (name: string) => REAL_ANSWERS.get(name) ?? new Uint8Array(0);

/** Without volume tags, a drive of a 6 byte descriptor tail (TL2000/TL4000: 4 reserved bytes). */
const TL4000 = hex(`1000 0002 00 000048  02 80 0034 00 000068
  1000 09 00 0000 0000 00 81 1000 ${text('IBM001L4', 32)} 0000 0000 00000000
  1001 0c 00 8300 0000 00 00 0000 ${'00'.repeat(36)} 00000000`);
/** The serial number alone, in 32 bytes of which it fills some; then media domain and type, and transport's. */
const SL150 = hex(`01f4 0001 00 000062  04 80 0078 00 000078
  01f4 09 00 0000 0000 00 81 03e8 ${text('STK042L6', 32)} 0000 0000
  02 00 00 20 ${text('HU1234ABCD', 32)} 4c 06 4c 16 ${text('HU1234ABCD', 32)}`);
/** T10 vendor, product and serial number. */
const SUPERLOADER = hex(`0001 0001 00 00005e  04 80 0056 00 000056
  0001 08 00 0000 0000 00 00 0000 ${'20'.repeat(32)} 0000 0000
  02 01 00 22 ${text('QUANTUM', 8)} ${text('ULTRIUM-HH5', 16)} ${text('HU19477T7X', 10)}`);
/** A parallel bus, and an alternate volume tag. */
const MAGNUM = hex(`0010 0001 00 000060  04 c0 0058 00 000058
  0010 09 00 0000 b6 03 00 01 0000 ${text('EXB101L2', 32)} 0000 0001 ${text('BACK', 32)} 0000 0002 00000000`);

function only(bytes: Uint8Array, deviceIdentifiers = true) {
  const report = decodeElementStatus(bytes, { deviceIdentifiers });
  expect([report.pages.length, report.cut]).toEqual([1, false]);
  return report.pages[0]?.elements ?? [];
}

describe('the layouts of makers', () => {
  it('Dell and IBM TL: slots with and without a cartridge, and an exception of the vendor', () => {
    const report = decodeElementStatus(TL4000);
    expect(report).toMatchObject({ firstElement: 0x1000, count: 2, byteCount: 0x48 });
    const [full, empty] = report.pages[0]?.elements ?? [];
    expect(full).toMatchObject({
      element: 0x1000,
      full: true,
      access: true,
      except: false,
      sourceValid: true,
      source: 0x1000,
      mediumType: MEDIUM_TYPE.data,
      primaryVolumeTag: { identifier: 'IBM001L4', sequence: 0 },
    });
    expect(empty).toMatchObject({ full: false, except: true, asc: 0x83, ascq: 0, primaryVolumeTag: undefined });
  });

  it('Oracle SL150: a padded serial number and a tail of media domains', () => {
    const [drive] = only(SL150);
    expect(drive?.identifier && serialOfIdentifier(drive.identifier)).toBe('HU1234ABCD');
    expect(Buffer.from(drive?.vendorSpecific ?? []).toString('latin1')).toBe(`L\x06L\x16${'HU1234ABCD'.padEnd(32)}`);
  });

  it('Quantum SuperLoader: a serial number behind vendor and product, and a blank tag of an empty drive', () => {
    const [drive] = only(SUPERLOADER);
    expect(drive).toMatchObject({ full: false, primaryVolumeTag: undefined });
    expect(drive?.identifier && serialOfIdentifier(drive.identifier)).toBe('HU19477T7X');
    // Without DVCID the bytes are reserved, and what is in them anyway is the vendor's.
    const [unasked] = only(SUPERLOADER, false);
    expect(unasked?.identifier).toBeUndefined();
    expect(unasked?.vendorSpecific).toHaveLength(34);
  });

  it('mhvtl: an alternate volume tag that is claimed and not sent', () => {
    const claimed = hex(`0001 0001 00 00003e  04 c0 003e 00 00003e
      0001 09 00 0000 0000 00 81 03e8 ${text('A00001L8', 32)} 0000 0000  02 00 00 0a ${text('XYZZY_A1', 10)}`);
    const [drive] = only(claimed);
    expect(drive).toMatchObject({ primaryVolumeTag: { identifier: 'A00001L8' }, alternateVolumeTag: undefined });
    expect(drive?.identifier && serialOfIdentifier(drive.identifier)).toBe('XYZZY_A1');
  });

  it('Exabyte Magnum: bus address and both volume tags', () => {
    const [drive] = only(MAGNUM);
    expect(drive).toMatchObject({ notThisBus: true, idValid: true, lunValid: true, lun: 6, busAddress: 3 });
    expect(drive?.primaryVolumeTag).toEqual({ identifier: 'EXB101L2', sequence: 1 });
    expect(drive?.alternateVolumeTag).toEqual({ identifier: 'BACK', sequence: 2 });
  });

  it('a binary name is no serial number', () => {
    expect(serialOfIdentifier({ codeSet: 1, identifierType: 3, bytes: hex('500143800000d4') })).toBeUndefined();
    expect(serialOfIdentifier({ codeSet: 2, identifierType: 1, bytes: hex('4142') })).toBeUndefined();
  });
});

describe.skipIf(!HAS_REAL_DRIVES)('an HPE MSL3040', () => {
  it('tells drives with CURDATA, and leaves identifiers out without', () => {
    const drives = (name: string) =>
      only(real(name)).map(({ element, source, primaryVolumeTag, identifier }) => {
        return [element, source, primaryVolumeTag?.identifier, identifier && serialOfIdentifier(identifier)];
      });
    expect(drives('res-drives-msl3040')).toEqual([
      [1, 0x40a, 'A00007L9', '80000000D1'],
      [2, 0x3ee, 'A00001L9', '80000000DB'],
    ]);
    expect(drives('res-drives-nocurdata-msl3040')).toEqual([
      [1, 0x40a, 'A00007L9', undefined],
      [2, 0x3ee, 'A00001L9', undefined],
    ]);
  });

  it('tells all its elements in one report', () => {
    const report = decodeElementStatus(real('res-all-msl3040'), { deviceIdentifiers: true });
    expect(report.cut).toBe(false);
    const counts = report.pages.map(({ elementType, elements }) => [elementType, elements.length]);
    expect(counts).toEqual([
      ['transport', 1],
      ['dataTransfer', 2],
      ['storage', 40],
    ]);
    expect(report.count).toBe(43);
    const [hand, first] = [report.pages[0]?.elements[0], report.pages[2]?.elements[0]];
    expect(hand).toMatchObject({ element: 0, full: false, primaryVolumeTag: undefined });
    // The slot of a cartridge that has not been in a drive yet: a data medium type, and no source.
    expect(first).toMatchObject({ element: 0x3e9, full: true, sourceValid: false, mediumType: 2 });
    const tags = report.pages[2]?.elements.filter(({ full }) => full).map((each) => each.primaryVolumeTag?.identifier);
    expect(tags?.every((tag) => /^[A-Z0-9]{6}L\d$/.test(tag ?? ''))).toBe(true);
  });

  it('moves between slots and drives both ways', () => {
    const both = ELEMENT_BIT.dataTransfer | ELEMENT_BIT.storage;
    expect(decodeModePage(DEVICE_CAPABILITIES, real('mode1f-msl3040'))).toMatchObject({
      moveFromStorage: both,
      moveFromDataTransfer: both,
      exchangeFromStorage: both,
    });
  });
});

describe('a report that ends early', () => {
  const elements = [1, 2, 3].map((element) => ({
    element,
    full: true,
    primaryVolumeTag: { identifier: `A0000${element}L8` },
  }));
  const whole = encodeElementStatus([{ elementType: 'storage', elements }], { volumeTags: true });
  const addresses = (bytes: Uint8Array) => {
    const { pages, cut } = decodeElementStatus(bytes);
    return [pages.flatMap((page) => page.elements.map(({ element }) => element)), cut];
  };

  it('keeps the last element when its barcode is whole, as tgt cuts it', () => {
    expect(addresses(whole.subarray(0, -8))).toEqual([[1, 2, 3], true]);
  });

  it('leaves an element out whose barcode is not', () => {
    expect(addresses(whole.subarray(0, -9))).toEqual([[1, 2], true]);
    expect(addresses(whole.subarray(0, 16 + 52))).toEqual([[1], true]);
  });

  it('tells the size of the whole by its header alone', () => {
    expect(decodeElementStatus(whole.subarray(0, 8))).toEqual({
      firstElement: 1,
      count: 3,
      byteCount: whole.length - 8,
      pages: [],
      cut: true,
    });
  });

  it('is refused when it says what can not be', () => {
    const wrong = (offset: number, value: number) => {
      const bytes = Uint8Array.from(whole);
      bytes[offset] = value;
      return bytes;
    };
    expect(() => decodeElementStatus(wrong(8, 7))).toThrow('elements of type 7');
    expect(() => decodeElementStatus(wrong(11, 40))).toThrow('descriptors of 40 bytes, where 48 are needed');
    expect(() => decodeElementStatus(whole.subarray(0, 7))).toThrow(MalformedResponseError);
  });
});

const name = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
const tag = fc.option(fc.record({ identifier: name, sequence: fc.nat(0xffff) }), { nil: undefined });
const fields = fc.record({
  element: fc.nat(0xffff),
  importEnabled: fc.boolean(),
  exportEnabled: fc.boolean(),
  access: fc.boolean(),
  except: fc.boolean(),
  byOperator: fc.boolean(),
  full: fc.boolean(),
  asc: fc.nat(255),
  ascq: fc.nat(255),
  notThisBus: fc.boolean(),
  idValid: fc.boolean(),
  lunValid: fc.boolean(),
  lun: fc.nat(7),
  busAddress: fc.nat(255),
  sourceValid: fc.boolean(),
  invert: fc.boolean(),
  disabled: fc.boolean(),
  mediumType: fc.nat(7),
  source: fc.nat(0xffff),
});

/** A page whose descriptors are all of one length, so that none is padded. */
function page(elementType: ElementType, options: { tags: boolean; alternate: boolean; identifiers: boolean }) {
  const { tags, alternate, identifiers } = options;
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const identifies = identifiers && elementType === 'dataTransfer';
  return fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 })).chain(([long, tail]) => {
    const element = fc.tuple(fields, tag, tag, bytes(long), bytes(tail)).map(([own, primary, second, id, rest]) => {
      const vendorSpecific = rest.some((byte) => byte !== 0) ? { vendorSpecific: rest } : {};
      return {
        ...own,
        primaryVolumeTag: tags ? primary : undefined,
        alternateVolumeTag: alternate ? second : undefined,
        ...(identifies && { identifier: { codeSet: 2, identifierType: long % 2, bytes: id } }),
        ...vendorSpecific,
      } satisfies ElementDescriptor;
    });
    const elements = fc.array(element, { minLength: 1, maxLength: 5 });
    return elements.map((list): ElementPage => ({ elementType, elements: list }));
  });
}

const reports = fc
  .record({ tags: fc.boolean(), alternate: fc.boolean(), identifiers: fc.boolean() })
  .chain((options) => fc.tuple(fc.constant(options), page('dataTransfer', options), page('storage', options)));

describe('READ ELEMENT STATUS data', () => {
  it('come back as they were written', () => {
    const check = fc.property(reports, ([{ tags, alternate, identifiers }, ...pages]) => {
      const encoded = encodeElementStatus(pages, {
        volumeTags: tags,
        alternateVolumeTags: alternate,
        deviceIdentifiers: identifiers,
      });
      const report = decodeElementStatus(encoded, { deviceIdentifiers: identifiers });
      expect(report.cut).toBe(false);
      expect(report.pages).toEqual(pages);
    });
    fc.assert(check, RUNS);
  });

  it('are read or refused, whatever the bytes', () => {
    for (const deviceIdentifiers of [false, true]) {
      decodesOrRefuses((bytes) => decodeElementStatus(bytes, { deviceIdentifiers }), TL4000, SL150, MAGNUM);
    }
  });
});

it('TapeAlert flags of changers are read by their own names', () => {
  const flags = decodeTapeAlert(decodeLogPage(encodeTapeAlert([13, 17, 21, 32, 40])), CHANGER_TAPE_ALERT_FLAGS);
  expect(flags.map(({ flag, severity }) => `${flag}${severity}`)).toEqual(['13W', '17C', '21I', '32I', '40W']);
  // What no list names is not hidden.
  expect(flags.at(-1)).toMatchObject({ flag: 40, name: 'Flag 40' });
  expect(CHANGER_TAPE_ALERT_FLAGS).toHaveLength(32);
  expect(CHANGER_TAPE_ALERT_FLAGS.every(({ meaning, action }) => meaning !== '' && action !== '')).toBe(true);
});
