import { describe, expect, it } from 'vitest';
import * as scsi from '../../src/scsi/index.js';
import { HAS_REAL_DRIVES, REAL_ANSWERS, REAL_DRIVES } from '../support/real-drives.js';

// What drives of IBM and HP, LTO-1 to LTO-9, and what an LTO-9 behind a library sent.

type Decode = (bytes: Uint8Array) => unknown;

function answer(name: string): Uint8Array {
  const bytes = REAL_ANSWERS.get(name);
  if (bytes === undefined) throw new Error(`${REAL_DRIVES} has no ${name}`);
  return bytes;
}

function logValues(bytes: Uint8Array): scsi.DecodedLogPage<scsi.LogTable> | scsi.LogPage {
  const page = scsi.decodeLogPage(bytes);
  const table = scsi.logTable(page.page);
  return table === undefined ? page : scsi.decodeLogValues(table, page);
}

const logPage = (name: string) => scsi.decodeLogPage(answer(name));

/** One page out of parameters that are told without their page. */
function pageOf(page: number, ...names: readonly string[]): Uint8Array {
  const parameters = names.map(answer);
  const length = parameters.reduce((sum, { length }) => sum + length, 0);
  return Uint8Array.from([page, 0, length >> 8, length & 0xff, ...parameters.flatMap((bytes) => [...bytes])]);
}

/** By the beginning of a name: how such an answer is read. Undefined: pages of a vendor's, or of a library. */
const READ: readonly (readonly [RegExp, Decode | undefined])[] = [
  [/^inq-/, scsi.decodeInquiry],
  [/^vpd00-/, scsi.decodeSupportedPages],
  [/^vpd80-/, scsi.decodeSerialNumber],
  [/^vpd83-/, scsi.decodeDeviceIdentification],
  [/^vpd(c0|cc|d0)-/, undefined],
  [/^density-/, scsi.decodeDensitySupport],
  [/^mediumtype-/, scsi.decodeMediumTypeSupport],
  [/^sense-tail-/, undefined],
  [/^sense-/, scsi.decodeSense],
  [/^mam-/, scsi.decodeAttributeValues],
  [/^des-/, scsi.decodeDataEncryptionStatus],
  [/^nbes-/, scsi.decodeNextBlockStatus],
  [/^dec-/, scsi.decodeEncryptionCapabilities],
  [/^log\w\w-param/, undefined],
  [/^log/, logValues],
  // A whole parameter list of one, and a page of the other that lacks its last three bytes.
  [/^mode1d-(stk|msl)/, undefined],
  [/^mode1e-/, (bytes) => scsi.decodeModePage(scsi.TRANSPORT_GEOMETRY, bytes)],
  [/^mode1f-/, (bytes) => scsi.decodeModePage(scsi.DEVICE_CAPABILITIES, bytes)],
  [/^mode/, scsi.splitModePages],
  [/^blockdesc-/, undefined],
  [/^res-/, (bytes) => scsi.decodeElementStatus(bytes, { deviceIdentifiers: true })],
];

const MISSING = `: ${REAL_DRIVES} is not there, LTO_REAL_DRIVES names another place`;

describe.skipIf(!HAS_REAL_DRIVES)(`what real drives sent${HAS_REAL_DRIVES ? '' : MISSING}`, () => {
  it.each([...REAL_ANSWERS])('%s is read', (name, bytes) => {
    const row = READ.find(([names]) => names.test(name));
    expect(row, `nothing here knows ${name}`).toBeDefined();
    if (row?.[1] !== undefined) expect(row[1](bytes)).toBeDefined();
  });

  it.each([
    ['inq-ibm-lto1', 1],
    ['inq-hp-lto1', 1],
    ['inq-ibm-lto2', 2],
    ['inq-ibm-lto3', 3],
    ['inq-hpe-lto7', 7],
    ['inq-ibm-lto8hh', 8],
    ['inq-hpe-lto9', 9],
  ])('%s has its generation in its name', (name, generation) => {
    expect(scsi.driveGeneration(scsi.decodeInquiry(answer(name)).product)).toBe(generation);
  });

  it('the densities name the generation too', () => {
    expect(scsi.generationByDensities(scsi.decodeDensitySupport(answer('density-hp-lto5')))).toBe(5);
  });

  it('medium types are written as a drive sends them, descriptor length and all', () => {
    const bytes = answer('mediumtype-hp-lto5');
    const types = scsi.decodeMediumTypeSupport(bytes);
    expect(types.map(({ mediumTypeName }) => mediumTypeName)).toEqual([
      'LTO3Data',
      'LTO4Data',
      'LTO5Data',
      'LTO3WORM',
      'LTO4WORM',
      'LTO5WORM',
    ]);
    expect(scsi.encodeMediumTypeSupport(types)).toEqual(bytes);
  });

  it('page 0C: what is all ones is unknown, mounted or not', () => {
    const mounted = scsi.decodeLogValues(scsi.SEQUENTIAL_ACCESS_LOG, logPage('log0c-hpe-lto9'));
    expect(mounted.values).toMatchObject({ nativeToEndOfData: 0x6cf716, nativeToEarlyWarning: 18_000_000 });
    expect(mounted.values).not.toHaveProperty('nativeToPosition');
    const { values } = scsi.decodeLogValues(scsi.SEQUENTIAL_ACCESS_LOG, logPage('log0c-hpe-lto7'));
    for (const key of ['nativeToEndOfData', 'nativeToEarlyWarning', 'nativeEarlyWarningToEnd', 'nativeToPosition']) {
      expect(values).not.toHaveProperty(key);
    }
  });

  it('page 17: design capacity and what is left of the life of the volume', () => {
    const { values, raw } = scsi.decodeLogValues(scsi.VOLUME_STATISTICS, logPage('log17-hpe-lto9'));
    expect(values).toMatchObject({
      pageValid: true,
      mounts: 0x4f,
      nativeCapacity: 18_000_000,
      applicationDesignCapacity: 17_400_000,
      lifetimeRemaining: 98,
      firstEncrypted: [{ partition: 0, mark: 'all ones' }],
      remainingNativeCapacityOfPartitions: [{ partition: 0, count: 0xa5ff93 }],
    });
    expect(raw).toEqual([]);
    const marked = scsi.decodeLogPage(pageOf(0x17, 'log17-param0203-ibm-lto6'));
    expect(scsi.decodeLogValues(scsi.VOLUME_STATISTICS, marked).values.usedNativeCapacityOfPartitions).toEqual(
      [0, 1, 2, 3].map((partition) => ({ partition, mark: 'all ones' })),
    );
  });

  it('page 14: hours of motion by medium, behind a length that is right', () => {
    const page = scsi.decodeLogPage(pageOf(0x14, 'log14-param1000-ibm-lto6'));
    const { values } = scsi.decodeLogValues(scsi.DEVICE_STATISTICS, page);
    expect(values.motionHoursByMedium?.map(({ densityCode, hours }) => [densityCode, hours])).toEqual([
      [0x46, 0],
      [0x46, 0],
      [0x58, 28],
      [0x58, 0],
      [0x5a, 94],
      [0x5a, 0],
    ]);
  });

  it('a page 83 of 46h bytes that says 42h loses nothing', () => {
    const designators = scsi.decodeDeviceIdentification(answer('vpd83-hpe-lto9-vtl'));
    expect(designators.map(({ type, bytes }) => [type, bytes.length])).toEqual([
      ['t10Vendor', 34],
      ['naa', 8],
      ['relativeTargetPort', 4],
      ['naa', 8],
    ]);
  });

  it('a capabilities page of 40h bytes that says 3Ch loses no algorithm', () => {
    const { algorithms } = scsi.decodeEncryptionCapabilities(answer('dec-two-algorithms'));
    expect(algorithms.map(({ index, algorithm }) => [index, algorithm])).toEqual([
      [1, 0x10014],
      [2, 0x10010],
    ]);
  });

  it('the status of encryption, and of the next block', () => {
    const hello = [{ type: 0, data: Uint8Array.from(Buffer.from('Hello world!')) }];
    expect(scsi.decodeDataEncryptionStatus(answer('des-encrypting'))).toMatchObject({ encryptionMode: 2, kads: hello });
    expect(scsi.decodeNextBlockStatus(answer('nbes-encrypted'))).toMatchObject({
      logicalObject: 1,
      encryptionStatus: 5,
      kads: hello,
    });
  });

  it('an attribute that is not set, and a list that is cut', () => {
    expect(scsi.decodeSense(answer('sense-ibm-readattr-0806'), 'IBM')).toMatchObject({
      key: 5,
      asc: 0x24,
      field: { inCdb: true, byte: 8 },
    });
    const { attributes, truncated } = scsi.decodeAttributeValues(answer('mam-ibm-0406-cut'));
    expect(scsi.mamValues(attributes)).toMatchObject({ manufactureDate: '2014-01-01', mediumType: 'data' });
    expect(truncated).toBe(true);
  });
});
