import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import * as scsi from '../../src/scsi/index.js';
import { LENGTH_SLACK, splitStructures } from '../../src/scsi/wire/structures.js';
import { fixtureBytes } from '../support/fixtures.js';

// Real drives send length fields that are a few bytes off. What is well formed is not lost by it.

interface Answer {
  readonly bytes: Uint8Array;
  /** Where the length field is. */
  readonly at: number;
  readonly width: 1 | 2 | 4;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const ONES = new Uint8Array(12).fill(0x11);
const KAD = { type: 0, authenticated: 1, data: ONES };
const STATUS = {
  nexusScope: 1,
  encryptionScope: 2,
  encryptionMode: 2,
  decryptionMode: 2,
  algorithmIndex: 1,
  keyInstance: 3,
  parametersControl: 1,
  volumeContainsEncryptedBlocks: true,
  checkExternalEncryptionMode: 0,
  rawDecryptionDisabled: false,
  kadFormat: 0,
  availableSupplementalKeys: 0,
  kads: [KAD, { ...KAD, type: 1 }],
};
const METHOD = { method: 1, informationLength: 4, onWrite: true, onRead: true, recoverBufferedData: false };
const TIMEOUTS = { commandSpecific: 1, nominal: 2, recommended: 3 };
const REGISTRATION = {
  key: '0123456789abcdef',
  allTargetPorts: false,
  holder: true,
  scope: 0,
  type: 3,
  relativeTargetPort: 1,
  transportId: ONES,
};
const parameters = [1, 2].map((code) => ({ code, control: 3, value: ONES }));

const ANSWERS: Readonly<Record<string, Answer>> = {
  'VPD page 83': {
    bytes: fixtureBytes('sg_inq -p 0x83 -H /dev/sg1'),
    at: 2,
    width: 2,
    decode: scsi.decodeDeviceIdentification,
  },
  'VPD page B5': {
    bytes: scsi.encodeProtectionMethods([METHOD, { ...METHOD, method: 2 }]),
    at: 2,
    width: 2,
    decode: scsi.decodeProtectionMethods,
  },
  'REPORT DENSITY SUPPORT': {
    bytes: fixtureBytes('sg_raw -r 1024 /dev/sg1 44 00 00 00 00 00 00 04 00 00'),
    at: 0,
    width: 2,
    decode: scsi.decodeDensitySupport,
  },
  'a log page': {
    bytes: scsi.encodeLogPage({ page: 0x17, subpage: 0, disableSave: false, parameters }),
    at: 2,
    width: 2,
    decode: (bytes) => scsi.decodeLogPage(bytes).parameters,
  },
  'encryption capabilities': {
    bytes: fixtureBytes('sg_raw -r 1024 /dev/sg1 a2 20 00 10 00 00 00 00 04 00 00 00'),
    at: 2,
    width: 2,
    decode: scsi.decodeEncryptionCapabilities,
  },
  'data encryption status': {
    bytes: scsi.encodeDataEncryptionStatus(STATUS),
    at: 2,
    width: 2,
    decode: scsi.decodeDataEncryptionStatus,
  },
  'PERSISTENT RESERVE IN, keys': {
    bytes: scsi.encodeReservationKeys({ generation: 1, keys: ['0000000000000001', '0000000000000002'] }),
    at: 4,
    width: 4,
    decode: (bytes) => scsi.decodeReservationKeys(bytes).keys,
  },
  'PERSISTENT RESERVE IN, full status': {
    bytes: scsi.encodeReservationStatus({ generation: 1, registrations: [REGISTRATION, REGISTRATION] }),
    at: 4,
    width: 4,
    decode: (bytes) => scsi.decodeReservationStatus(bytes).registrations,
  },
  'REPORT SUPPORTED OPERATION CODES': {
    bytes: scsi.encodeSupportedCommands([
      { operationCode: 0, cdbLength: 6, timeouts: TIMEOUTS },
      { operationCode: 0x12, cdbLength: 6 },
    ]),
    at: 0,
    width: 4,
    decode: (bytes) => scsi.decodeSupportedCommands(bytes).commands,
  },
  'MODE SENSE': {
    bytes: scsi.encodeModeParameters(
      {
        mediumType: 0,
        writeProtected: false,
        bufferedMode: 1,
        speed: 0,
        pages: scsi.splitModePages(scsi.encodeModePage(scsi.MEDIUM_CONFIGURATION, { worm: true })),
      },
      10,
    ),
    at: 0,
    width: 2,
    decode: (bytes) => scsi.decodeModeSense(bytes, 10),
  },
};

describe.each(Object.entries(ANSWERS))('%s', (_, { bytes, at, width, decode }) => {
  const original = Buffer.from(bytes).readUIntBE(at, width);

  /** The answer with another length field, and what the buffer of the host held behind it. */
  function stating(length: number, tail = 0): Uint8Array {
    const changed = Buffer.concat([bytes, Buffer.alloc(tail)]);
    changed.writeUIntBE(length, at, width);
    return Uint8Array.from(changed);
  }

  it.each([-4, -3, -2, -1, 1, 2, 3, 4])('loses nothing when its length is %i off', (off) => {
    expect(decode(stating(original + off))).toEqual(decode(bytes));
  });

  it('makes nothing up of what lies behind it', () => {
    expect(decode(stating(original, 200))).toEqual(decode(bytes));
  });

  it('is read or refused, whatever its length field says', () => {
    for (let length = 0; length < original + 300; length += 1) {
      try {
        decode(stating(length, length % 7));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedResponseError);
      }
    }
  });
});

describe('structures', () => {
  const sizeOf = ([size]: Uint8Array) => size;

  it('are those that begin before the end, and reach a little beyond it at most', () => {
    const bytes = Uint8Array.of(9, 2, 0, 6, 0, 0, 0, 0, 0, 3, 0, 0);
    const sizes = (length: number) => splitStructures(bytes, 1, length, sizeOf).whole.map(({ length: size }) => size);
    expect(sizes(0)).toEqual([]);
    expect(sizes(2)).toEqual([2]);
    expect(sizes(8 - LENGTH_SLACK)).toEqual([2, 6]);
    expect(sizes(7 - LENGTH_SLACK)).toEqual([2]);
    expect(sizes(8)).toEqual([2, 6]);
    expect(sizes(9)).toEqual([2, 6, 3]);
    expect(sizes(100)).toEqual([2, 6, 3]);
  });

  it('are cut where one has no size', () => {
    expect(splitStructures(Uint8Array.of(1, 0, 1), 0, 3, sizeOf)).toMatchObject({ cut: true });
    expect(splitStructures(Uint8Array.of(1, 1, 1), 0, 3, sizeOf)).toMatchObject({ cut: false });
  });
});
