import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  decodeRegisterAndMoveParameters,
  decodeReservation,
  decodeReservationCapabilities,
  decodeReservationKeys,
  decodeReservationStatus,
  decodeReserveOutParameters,
  encodeReservation,
  encodeReservationCapabilities,
  encodeReservationKeys,
  encodeReservationStatus,
  PERSISTENT_RESERVE_IN_ACTION,
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveIn,
  persistentReserveOut,
  RESERVATION_TYPE,
  registerAndMove,
} from '../../src/scsi/index.js';
import { toHex } from '../../src/scsi/wire/bytes.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const KEY = '123456789abcdef0';
const KEY_BYTES = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0];
const key = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toHex);
const generation = fc.nat(0xffffffff);

describe('PERSISTENT RESERVE IN', () => {
  it('builds the command', () => {
    const { cdb, direction } = persistentReserveIn(PERSISTENT_RESERVE_IN_ACTION.readFullStatus, 0x1234);
    expect([direction, cdb]).toEqual(['in', Uint8Array.of(0x5e, 3, 0, 0, 0, 0, 0, 0x12, 0x34, 0)]);
  });

  it('reads keys', () => {
    const list = Uint8Array.from([0, 0, 0, 7, 0, 0, 0, 8, ...KEY_BYTES]);
    expect(decodeReservationKeys(list)).toEqual({ generation: 7, keys: [KEY], truncated: false });
    const cut = Uint8Array.from([0, 0, 0, 7, 0, 0, 0, 16, ...KEY_BYTES, 1]);
    expect(decodeReservationKeys(cut)).toEqual({ generation: 7, keys: [KEY], truncated: true });
    expect(() => decodeReservationKeys(Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 2, 1, 2))).toThrow(MalformedResponseError);
    decodesOrRefuses(decodeReservationKeys, list);
  });

  it('reads a reservation, or none', () => {
    expect(decodeReservation(Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 0))).toEqual({ generation: 9 });
    const held = Uint8Array.from([0, 0, 0, 9, 0, 0, 0, 16, ...KEY_BYTES, 0, 0, 0, 0, 0, 3, 0, 0]);
    const holder = { key: KEY, scope: 0, type: RESERVATION_TYPE.exclusiveAccess };
    expect(decodeReservation(held)).toEqual({ generation: 9, holder });
    expect(encodeReservation({ generation: 9, holder })).toEqual(held);
    expect(() => decodeReservation(held.subarray(0, 12))).toThrow(MalformedResponseError);
    decodesOrRefuses(decodeReservation, held);
  });

  it('reads capabilities', () => {
    const bytes = Uint8Array.of(0, 8, 0x15, 0x81, 0xea, 0x01, 0, 0);
    expect(decodeReservationCapabilities(bytes)).toEqual({
      replaceLostReservation: false,
      compatibleReservationHandling: true,
      specifyInitiatorPorts: false,
      allTargetPorts: true,
      persistThroughPowerLossCapable: true,
      typeMaskValid: true,
      allowCommands: 0,
      persistThroughPowerLossActive: true,
      writeExclusiveAllRegistrants: true,
      exclusiveAccessRegistrantsOnly: true,
      writeExclusiveRegistrantsOnly: true,
      exclusiveAccess: true,
      writeExclusive: true,
      exclusiveAccessAllRegistrants: true,
    });
    expect(encodeReservationCapabilities(decodeReservationCapabilities(bytes))).toEqual(bytes);
    decodesOrRefuses(decodeReservationCapabilities, bytes);
  });

  it('reads the full status', () => {
    const list = Uint8Array.from([
      ...[0, 0, 0, 2, 0, 0, 0, 28],
      ...[...KEY_BYTES, 0, 0, 0, 0, 3, 0x05, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4],
      ...[6, 0, 0, 9],
    ]);
    const registration = {
      key: KEY,
      allTargetPorts: true,
      holder: true,
      scope: 0,
      type: RESERVATION_TYPE.writeExclusiveRegistrantsOnly,
      relativeTargetPort: 1,
      transportId: Uint8Array.of(6, 0, 0, 9),
    };
    expect(decodeReservationStatus(list)).toEqual({ generation: 2, registrations: [registration], truncated: false });
    expect(encodeReservationStatus({ generation: 2, registrations: [registration] })).toEqual(list);
    expect(decodeReservationStatus(list.subarray(0, 34))).toMatchObject({ registrations: [], truncated: true });
    decodesOrRefuses(decodeReservationStatus, list);
  });

  it('gives back keys and holders', () => {
    const holder = fc.record({ key, scope: fc.nat(15), type: fc.nat(15) });
    fc.assert(
      fc.property(generation, fc.array(key), holder, (number, keys, each) => {
        const list = { generation: number, keys };
        expect(decodeReservationKeys(encodeReservationKeys(list))).toEqual({ ...list, truncated: false });
        expect(decodeReservation(encodeReservation({ generation: number, holder: each })).holder).toEqual(each);
      }),
      RUNS,
    );
  });
});

describe('PERSISTENT RESERVE OUT', () => {
  const parameters = {
    reservationKey: KEY,
    serviceActionKey: '0000000000000001',
    specifyInitiatorPorts: false,
    allTargetPorts: true,
    activatePersistThroughPowerLoss: true,
  };

  it('builds command and parameter list', () => {
    const { reserve } = PERSISTENT_RESERVE_OUT_ACTION;
    const { cdb, dataOut } = persistentReserveOut(reserve, RESERVATION_TYPE.exclusiveAccess, parameters);
    expect(cdb).toEqual(Uint8Array.of(0x5f, 1, 3, 0, 0, 0, 0, 0, 24, 0));
    expect(dataOut).toEqual(Uint8Array.from([...KEY_BYTES, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0]));
    expect(decodeReserveOutParameters(dataOut)).toEqual(parameters);
    decodesOrRefuses(decodeReserveOutParameters, dataOut);
  });

  it('builds REGISTER AND MOVE with its TransportID', () => {
    const move = {
      reservationKey: KEY,
      serviceActionKey: '0000000000000002',
      unregister: true,
      activatePersistThroughPowerLoss: false,
      relativeTargetPort: 1,
      transportId: Uint8Array.of(6, 0, 0, 9),
    };
    const { cdb, dataOut } = registerAndMove(RESERVATION_TYPE.exclusiveAccess, move);
    expect(cdb).toEqual(Uint8Array.of(0x5f, 7, 3, 0, 0, 0, 0, 0, 28, 0));
    expect(decodeRegisterAndMoveParameters(dataOut)).toEqual(move);
    decodesOrRefuses(decodeRegisterAndMoveParameters, dataOut);
  });
});
