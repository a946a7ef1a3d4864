import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  BEHAVIOR_CONFIGURATION,
  CONTROL_DATA_PROTECTION,
  CONTROL_MODE_PAGE,
  DEVICE_ATTRIBUTE_SETTINGS,
  DEVICE_CONFIGURATION,
  DEVICE_CONFIGURATION_EXTENSION,
  DISCONNECT_RECONNECT,
  decodeModePage,
  decodePartitionSizes,
  encodeModePage,
  FIBRE_CHANNEL_PORT,
  INFORMATIONAL_EXCEPTIONS,
  LOGICAL_BLOCK_PROTECTION,
  MEDIUM_CONFIGURATION,
  MEDIUM_PARTITION,
  type ModePageLayout,
  POWER_CONDITION,
  PROTOCOL_SPECIFIC_LOGICAL_UNIT,
  READ_WRITE_ERROR_RECOVERY,
  SAS_PORT,
  WRITE_MODE,
  withChanges,
  withPartitionSizes,
} from '../../src/scsi/index.js';
import type { Fields } from '../../src/scsi/wire/layout.js';
import { fixtureDumps } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const PAGES = fixtureDumps('sg_modes -a /dev/sg1');

/** The page as the emulated drive sent it. */
function captured(code: number): Uint8Array {
  const page = PAGES.find(([first = 0, length]) => first === code && length !== 0);
  if (page === undefined) throw new Error(`there is no mode page ${code} in the fixture`);
  return page;
}

const LAYOUTS: readonly ModePageLayout[] = [
  READ_WRITE_ERROR_RECOVERY,
  DISCONNECT_RECONNECT,
  CONTROL_MODE_PAGE,
  CONTROL_DATA_PROTECTION,
  DEVICE_ATTRIBUTE_SETTINGS,
  DEVICE_CONFIGURATION,
  DEVICE_CONFIGURATION_EXTENSION,
  MEDIUM_PARTITION,
  INFORMATIONAL_EXCEPTIONS,
  MEDIUM_CONFIGURATION,
  PROTOCOL_SPECIFIC_LOGICAL_UNIT,
  FIBRE_CHANNEL_PORT,
  SAS_PORT,
  POWER_CONDITION,
  BEHAVIOR_CONFIGURATION,
  DEVICE_ATTRIBUTE_SETTINGS,
];

describe('captured mode pages', () => {
  it('01: no retries are set', () => {
    const page = decodeModePage(READ_WRITE_ERROR_RECOVERY, captured(0x01));
    expect(page).toMatchObject({ readRetryCount: 0, writeRetryCount: 0, disableCorrection: false });
  });

  it('02: ratios and burst size', () => {
    const page = decodeModePage(DISCONNECT_RECONNECT, captured(0x02));
    expect(page).toMatchObject({ bufferFullRatio: 0x32, bufferEmptyRatio: 0x32, maximumBurstSize: 0x400 });
  });

  it('0A: fixed format sense data', () => {
    expect(decodeModePage(CONTROL_MODE_PAGE, captured(0x0a))).toMatchObject({
      descriptorSense: false,
      queueErrorManagement: 0,
    });
  });

  it('10: write delay of ten seconds, early warning synchronises, compression on', () => {
    expect(decodeModePage(DEVICE_CONFIGURATION, captured(0x10))).toMatchObject({
      activePartition: 0,
      writeDelayTime: 100,
      objectBufferRecovery: false,
      logicalObjectIdentifiers: true,
      enableEndOfDataGeneration: true,
      synchroniseAtEarlyWarning: true,
      softwareWriteProtect: false,
      dataCompressionAlgorithm: 1,
      wormTamperReadEnable: 2,
      rewindOnReset: 0,
      persistentWriteProtect: false,
    });
  });

  it('11: one partition of 12000 GB, up to three more', () => {
    const bytes = captured(0x11);
    expect(decodeModePage(MEDIUM_PARTITION, bytes)).toEqual({
      maximumAdditionalPartitions: 3,
      additionalPartitionsDefined: 0,
      fixedDataPartitions: true,
      selectDataPartitions: false,
      initiatorDefinedPartitions: false,
      partitionSizeUnit: 3,
      partitionOnFormat: true,
      clear: false,
      additionalPartitions: false,
      mediumFormatRecognition: 3,
      partitioningType: 0,
      partitionUnits: 9,
    });
    expect(decodePartitionSizes(bytes)).toEqual([12_000, 0, 0, 0]);
  });

  it('1C: exceptions are not reported as sense data', () => {
    const page = decodeModePage(INFORMATIONAL_EXCEPTIONS, captured(0x1c));
    expect(page).toMatchObject({ disableExceptionControl: true, methodOfReporting: 3, intervalTimer: 0 });
  });

  it('1D: no WORM medium', () => {
    const page = decodeModePage(MEDIUM_CONFIGURATION, captured(0x1d));
    expect(page).toEqual({ worm: false, wormLabelRestrictions: 1, wormFilemarkRestrictions: 1 });
  });
});

describe('pages that the emulated drive does not have', () => {
  it('0A/F0: logical block protection', () => {
    const page = encodeModePage(CONTROL_DATA_PROTECTION, {
      method: LOGICAL_BLOCK_PROTECTION.crc32c,
      informationLength: 4,
      onWrite: true,
      onRead: true,
    });
    expect(page).toHaveLength(32);
    expect(page.subarray(0, 8)).toEqual(Uint8Array.of(0x4a, 0xf0, 0, 0x1c, 2, 4, 0xc0, 0));
  });

  it('10/01: append-only mode and programmable early warning', () => {
    const page = encodeModePage(DEVICE_CONFIGURATION_EXTENSION, {
      writeMode: WRITE_MODE.appendOnly,
      shortEraseMode: 2,
      programmableEarlyWarningSize: 0x1234,
      tapeAlertPreventLogSenseDeactivation: true,
    });
    expect(page).toHaveLength(32);
    expect(page.subarray(0, 9)).toEqual(Uint8Array.of(0x50, 1, 0, 0x1c, 1, 0x12, 0x12, 0x34, 0));
    expect(decodeModePage(DEVICE_CONFIGURATION_EXTENSION, page)).toMatchObject({ writeMode: 1, shortEraseMode: 2 });
  });
});

describe('mode pages of an LTO-10', () => {
  const read = <T extends Fields>(layout: ModePageLayout<T>, hex: string) => {
    return decodeModePage(layout, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  };

  it('18 and 19: the protocol of the port', () => {
    expect(read(PROTOCOL_SPECIFIC_LOGICAL_UNIT, '9806 1600 0000 0000')).toEqual({
      transportLayerRetries: true,
      protocolIdentifier: 6,
      enablePreciseDeliveryChecking: false,
    });
    const sas = {
      protocolIdentifier: 6,
      readyLedMeaning: true,
      nexusLossTime: 0x7d0,
      initiatorResponseTimeout: 0x1388,
    };
    expect(read(SAS_PORT, '990e 1600 07d0 1388 000a 0000 0000 0000')).toMatchObject(sas);
    const fibre = { protocolIdentifier: 0, preventLoopPortBypass: true, resourceRecoveryTimeoutUnits: 3 };
    expect(read(FIBRE_CHANNEL_PORT, '9906 0040 0000 0314')).toMatchObject({ ...fibre, resourceRecoveryTimeout: 20 });
  });

  it('1A: the page of 40 bytes, and the older one of 12', () => {
    const power = { standbyZ: true, idleA: false, standbyZTimer: 0x2328 };
    expect(read(POWER_CONDITION, `9a26 0001 00000000 00002328 ${'00'.repeat(28)}`)).toMatchObject(power);
    expect(read(POWER_CONDITION, '9a0a 0001 00000000 00002328')).toMatchObject(power);
  });

  it('2F and 30: those of IBM', () => {
    const behavior = { cleanBehavior: 2, cleanCheck: true, unloadDataOnError: 1, tapeAlert10h: true };
    expect(read(BEHAVIOR_CONFIGURATION, 'af08 00 02 00 01 01 00 01 01')).toMatchObject(behavior);
    expect(read(DEVICE_ATTRIBUTE_SETTINGS, 'b006 01 02 20 40 42 43')).toEqual({});
  });
});

describe('every mode page', () => {
  it.each(LAYOUTS)('$name keeps every bit that a change does not name', (layout) => {
    const header = encodeModePage(layout, {}).subarray(0, layout.subpage === 0 ? 2 : 4);
    const body = fc.uint8Array({ minLength: layout.length - header.length, maxLength: layout.length - header.length });
    fc.assert(
      fc.property(body, fc.boolean(), (bytes, saveable) => {
        const page = Uint8Array.from([...header, ...bytes]);
        if (saveable) page[0] = (page[0] ?? 0) | 0x80;
        const values = decodeModePage(layout, page);
        expect(withChanges(layout, page, values)).toEqual(page);
        expect(decodeModePage(layout, encodeModePage(layout, values))).toEqual(values);
      }),
      RUNS,
    );
  });

  it.each(LAYOUTS)('$name survives whatever is made of it', (layout) => {
    decodesOrRefuses((bytes) => decodeModePage(layout, bytes), encodeModePage(layout, {}));
  });

  it('changes the named field only', () => {
    const before = captured(0x10);
    const after = withChanges(DEVICE_CONFIGURATION, before, { writeDelayTime: 0x0102, rewindOnReset: 1 });
    const expected = Uint8Array.from(before);
    expected.set([1, 2], 6);
    expected[15] = 0x88;
    expect(after).toEqual(expected);
    expect(before).toEqual(captured(0x10));
  });

  it('refuses another page, a page that is cut, and a value that does not fit', () => {
    expect(() => decodeModePage(DEVICE_CONFIGURATION, captured(0x11))).toThrow(MalformedResponseError);
    expect(() => decodeModePage(DEVICE_CONFIGURATION_EXTENSION, captured(0x10))).toThrow(MalformedResponseError);
    expect(() => decodeModePage(DEVICE_CONFIGURATION, captured(0x10).subarray(0, 10))).toThrow(MalformedResponseError);
    expect(() => withChanges(DEVICE_CONFIGURATION, captured(0x10), { rewindOnReset: 4 })).toThrow(InvalidArgumentError);
  });
});

describe('partition sizes', () => {
  it('replaces them and sets the page length', () => {
    const page = withPartitionSizes(captured(0x11), [38, 0xffff]);
    expect(page).toEqual(Uint8Array.of(0x11, 0x0a, 3, 0, 0x9c, 3, 9, 0, 0, 38, 0xff, 0xff));
    expect(decodePartitionSizes(page)).toEqual([38, 0xffff]);
    decodesOrRefuses(decodePartitionSizes, page);
  });

  it('refuses more than the page can hold', () => {
    const sizes = Array.from({ length: 125 }, () => 1);
    expect(() => withPartitionSizes(captured(0x11), sizes)).toThrow(InvalidArgumentError);
    expect(() => withPartitionSizes(captured(0x11), [0x10000])).toThrow(InvalidArgumentError);
  });
});
