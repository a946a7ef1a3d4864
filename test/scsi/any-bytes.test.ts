import fc from 'fast-check';
import { describe, it } from 'vitest';
import * as scsi from '../../src/scsi/index.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

type Decoder = Extract<keyof typeof scsi, `decode${string}`>;

const onLogPage = (decode: (page: scsi.LogPage) => unknown) => (bytes: Uint8Array) => decode(scsi.decodeLogPage(bytes));

const LOG_TABLES = Array.from({ length: 0x40 }, (_, page) => scsi.logTable(page)).filter(
  (table) => table !== undefined,
);

/** Every decoder of the floor: one that is missing here does not compile. */
const DECODERS: Readonly<Record<Decoder, (bytes: Uint8Array) => unknown>> = {
  ...scsi,
  decodeCdb: (bytes) => scsi.decodeCdb(scsi.READ_ATTRIBUTE, Uint8Array.of(0x8c, ...bytes)),
  decodeDiagnosticData: onLogPage(scsi.decodeDiagnosticData),
  decodeFields: (bytes) => scsi.decodeFields(scsi.READ_ATTRIBUTE.fields, bytes, 'any bytes'),
  decodeKads: (bytes) => scsi.decodeKads(bytes, 'any bytes'),
  decodeLogValues: onLogPage((page) => LOG_TABLES.map((table) => scsi.decodeLogValues(table, page))),
  decodeModePage: (bytes) => scsi.decodeModePage(scsi.DEVICE_CONFIGURATION, bytes),
  decodeModeSense: (bytes) => [scsi.decodeModeSense(bytes, 6), scsi.decodeModeSense(bytes, 10)],
  decodeModeParameters: (bytes) => [scsi.decodeModeParameters(bytes, 6), scsi.decodeModeParameters(bytes, 10)],
  decodeParameterControl: ([control = 0]) => scsi.decodeParameterControl(control),
  decodeSecurityPageList: (bytes) => [scsi.decodeSecurityPageList(bytes, 0), scsi.decodeSecurityPageList(bytes, 1)],
  decodeSense: (bytes) => scsi.decodeSense(bytes, 'IBM'),
  decodeSerialNumber: (bytes) => scsi.decodeSerialNumber(bytes, 'automationSerialNumber'),
  decodeTapeAlert: onLogPage(scsi.decodeTapeAlert),
  decodeTapeAlertResponse: onLogPage(scsi.decodeTapeAlertResponse),
};

const NAMES = Object.keys(scsi).filter((name): name is Decoder => name.startsWith('decode'));

describe('any bytes', () => {
  it.each(NAMES)('are read or refused by %s', (name) => decodesOrRefuses(DECODERS[name]));

  it.each(LOG_TABLES.map((table) => [table.name, table] as const))('and any damage to log page %s', (_, table) => {
    const captured = (page: string) => fixtureBytes(`sg_logs -p 0x${page} -H /dev/sg1`);
    for (const bytes of ['0c', '17', '31'].map(captured)) {
      const own = Uint8Array.from(bytes);
      own[0] = ((own[0] ?? 0) & 0xc0) | table.page;
      decodesOrRefuses(
        onLogPage((page) => scsi.decodeLogValues(table, page)),
        own,
      );
    }
  });

  it('and any damage to a SET TIMESTAMP list', () => {
    decodesOrRefuses(scsi.decodeSetTimestamp, scsi.setTimestamp(1_795_387_296_000).dataOut);
  });

  it('and any damage to the serial numbers of the makers and of the library', () => {
    for (const page of ['manufacturerSerialNumber', 'automationSerialNumber'] as const) {
      decodesOrRefuses((bytes) => scsi.decodeSerialNumber(bytes, page), scsi.encodeSerialNumber('SERIAL01', page));
    }
  });

  it('make a value of every attribute, or none', () => {
    const ofItsLength = fc.constantFrom(...scsi.MAM_ATTRIBUTES).chain(({ id, length }) => {
      return rawAttribute(fc.constant(id), fc.uint8Array({ minLength: length, maxLength: length || 300 }));
    });
    const any = rawAttribute(fc.nat(0xffff), fc.uint8Array({ maxLength: 300 }));
    const property = fc.property(fc.array(fc.oneof(ofItsLength, any), { maxLength: 8 }), (attributes) => {
      scsi.mamValues(attributes);
    });
    fc.assert(property, RUNS);
  });
});

function rawAttribute(id: fc.Arbitrary<number>, bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<scsi.RawAttribute> {
  const format = fc.constantFrom('binary', 'ascii', 'text', 'reserved');
  return fc.record({ id, readOnly: fc.boolean(), format, bytes });
}
