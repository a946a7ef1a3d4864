import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rewind } from '../../src/scsi/commands/position.js';
import { inquiry, modeSense6, testUnitReady } from '../../src/scsi/commands/primary.js';
import {
  decodeReservation,
  decodeReservationKeys,
  decodeReservationStatus,
  NO_RESERVATION_KEY,
  PERSISTENT_RESERVE_IN_ACTION,
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveIn,
  persistentReserveOut,
  RESERVATION_TYPE,
} from '../../src/scsi/commands/reservation.js';
import { write6 } from '../../src/scsi/commands/transfer.js';
import type { ScsiCommand } from '../../src/scsi/wire/command.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { LOCAL_NEXUS } from '../../src/virtual/unit/nexus.js';
import { newDrive, newDriveFolder, openDrive, outcome } from './support.js';

const A = 'iqn.2026-11.test:a,i,0x000000000001';
const B = 'iqn.2026-11.test:b,i,0x000000000001';
const C = 'iqn.2026-11.test:c,i,0x000000000001';
const key16 = (digits: string) => digits.padStart(16, '0');
const KEYS: Readonly<Record<string, string>> = { [A]: key16('a'), [B]: key16('b'), [C]: key16('c') };
const CONFLICT = 'status 24';
const ACTION = PERSISTENT_RESERVE_OUT_ACTION;
const WRITE = write6({ data: new Uint8Array(10) });

function from(drive: VirtualDrive, nexus: string, { cdb, dataOut, allocationLength }: ScsiCommand): Promise<string> {
  return outcome(drive.execute(cdb, { dataOut, allocationLength, nexus }));
}

function out(drive: VirtualDrive, nexus: string, action: number, type = 0, key = NO_RESERVATION_KEY): Promise<string> {
  return from(
    drive,
    nexus,
    persistentReserveOut(action, type, { reservationKey: KEYS[nexus] ?? NO_RESERVATION_KEY, serviceActionKey: key }),
  );
}

/** A drive that all three have met, and that A and B are registered with. */
async function withRegistrants(): Promise<VirtualDrive> {
  const drive = await newDrive();
  for (const nexus of [A, B, C]) await from(drive, nexus, testUnitReady());
  for (const nexus of [A, B]) {
    const parameters = { serviceActionKey: KEYS[nexus] ?? NO_RESERVATION_KEY };
    expect(await from(drive, nexus, persistentReserveOut(ACTION.register, 0, parameters))).toBe('good');
  }
  return drive;
}

async function ask(drive: VirtualDrive, action: number): Promise<Uint8Array> {
  return (await drive.execute(persistentReserveIn(action).cdb, { nexus: C })).dataIn;
}

describe('persistent reservations of several initiators', () => {
  // Who may write, and who may read, when A has the reservation: A, the registrant B, and C.
  const rules: [keyof typeof RESERVATION_TYPE, write: string, read: string][] = [
    ['writeExclusive', 'A', 'ABC'],
    ['exclusiveAccess', 'A', 'A'],
    ['writeExclusiveRegistrantsOnly', 'AB', 'ABC'],
    ['exclusiveAccessRegistrantsOnly', 'AB', 'AB'],
    ['writeExclusiveAllRegistrants', 'AB', 'ABC'],
    ['exclusiveAccessAllRegistrants', 'AB', 'AB'],
  ];

  it.each(rules)('%s: %s write, %s read', async (type, writers, readers) => {
    const drive = await withRegistrants();
    expect(await out(drive, A, ACTION.reserve, RESERVATION_TYPE[type])).toBe('good');
    for (const [name, nexus] of Object.entries({ A, B, C })) {
      expect(await from(drive, nexus, WRITE)).toBe(writers.includes(name) ? 'good' : CONFLICT);
      expect(await from(drive, nexus, rewind())).toBe(readers.includes(name) ? 'good' : CONFLICT);
      expect(await from(drive, nexus, modeSense6({ pageCode: 0x3f }))).toBe(writers.includes(name) ? 'good' : CONFLICT);
      expect(await from(drive, nexus, inquiry())).toBe('good');
      expect(await from(drive, nexus, testUnitReady())).toBe('good');
    }
  });

  it('tells who is registered, and who holds what', async () => {
    const drive = await withRegistrants();
    await out(drive, A, ACTION.reserve, RESERVATION_TYPE.exclusiveAccess);
    const { readKeys, readReservation, readFullStatus } = PERSISTENT_RESERVE_IN_ACTION;
    expect(decodeReservationKeys(await ask(drive, readKeys))).toMatchObject({
      generation: 2,
      keys: [key16('a'), key16('b')],
    });
    expect(decodeReservation(await ask(drive, readReservation)).holder).toEqual({ key: key16('a'), scope: 0, type: 3 });
    const { registrations } = decodeReservationStatus(await ask(drive, readFullStatus));
    expect(registrations.map(({ holder }) => holder)).toEqual([true, false]);
    const [transportId = new Uint8Array(0)] = registrations.map((registration) => registration.transportId);
    expect(transportId[0]).toBe(0x45);
    expect(Buffer.from(transportId.subarray(4)).toString().replace(/\0+$/, '')).toBe(A);
  });

  it('is nobody else’s to reserve or to release', async () => {
    const drive = await withRegistrants();
    const { reserve, release } = ACTION;
    const type = RESERVATION_TYPE.exclusiveAccess;
    expect(await out(drive, C, reserve, type)).toBe(CONFLICT);
    expect(await out(drive, A, reserve, type)).toBe('good');
    expect(await out(drive, B, reserve, type)).toBe(CONFLICT);
    expect(await out(drive, B, release, type)).toBe('good');
    expect(await from(drive, B, WRITE)).toBe(CONFLICT);
    expect(await out(drive, A, release, RESERVATION_TYPE.writeExclusive)).toBe('5/26/04');
    expect(await out(drive, A, release, type)).toBe('good');
    expect(await from(drive, B, WRITE)).toBe('good');
  });

  it('is taken over by preempting, which the loser is told', async () => {
    const drive = await withRegistrants();
    const type = RESERVATION_TYPE.exclusiveAccess;
    await out(drive, A, ACTION.reserve, type);
    expect(await out(drive, B, ACTION.preempt, type, key16('77'))).toBe(CONFLICT);
    expect(await out(drive, B, ACTION.preempt, type, KEYS[A])).toBe('good');
    expect(await from(drive, A, testUnitReady())).toBe('6/2a/05');
    expect(await from(drive, A, WRITE)).toBe(CONFLICT);
    expect(await from(drive, B, WRITE)).toBe('good');
  });

  it('ends with the registration of its holder, or goes to the next of all registrants', async () => {
    const drive = await withRegistrants();
    await out(drive, A, ACTION.reserve, RESERVATION_TYPE.exclusiveAccessAllRegistrants);
    expect(await out(drive, A, ACTION.register)).toBe('good');
    expect(await from(drive, A, WRITE)).toBe(CONFLICT);
    expect(await from(drive, B, WRITE)).toBe('good');
    expect(await out(drive, B, ACTION.register)).toBe('good');
    expect(await from(drive, A, WRITE)).toBe('good');
  });

  it('clearing tells the registrants', async () => {
    const drive = await withRegistrants();
    await out(drive, A, ACTION.reserve, RESERVATION_TYPE.writeExclusiveRegistrantsOnly);
    expect(await out(drive, B, ACTION.clear)).toBe('good');
    expect(await from(drive, A, testUnitReady())).toBe('6/2a/03');
    expect(await from(drive, C, WRITE)).toBe('good');
  });

  it('outlives a reset, the loss of the nexus and closing in order', async () => {
    const drive = await withRegistrants();
    await out(drive, A, ACTION.reserve, RESERVATION_TYPE.exclusiveAccess);
    await drive.reset();
    await drive.nexusLost(A);
    await drive.close();
    const again = await openDrive(drive.folder);
    await from(again, C, testUnitReady());
    expect(await from(again, C, WRITE)).toBe(CONFLICT);
    await from(again, A, testUnitReady());
    expect(await from(again, A, WRITE)).toBe('good');
  });

  it('of an earlier version is kept, as that of whoever opens the drive', async () => {
    const folder = await newDriveFolder();
    const type = RESERVATION_TYPE.exclusiveAccess;
    await keepReservation(folder, { generation: 5, key: '0x77', type });
    const drive = await openDrive(folder);
    for (const nexus of [LOCAL_NEXUS, A, C]) await from(drive, nexus, testUnitReady());
    const { readKeys, readReservation } = PERSISTENT_RESERVE_IN_ACTION;
    expect(decodeReservationKeys(await ask(drive, readKeys))).toMatchObject({ generation: 5, keys: [key16('77')] });
    expect(decodeReservation(await ask(drive, readReservation)).holder).toEqual({ key: key16('77'), scope: 0, type });
    expect(await from(drive, A, WRITE)).toBe(CONFLICT);
    expect(await from(drive, LOCAL_NEXUS, WRITE)).toBe('good');
    const register = persistentReserveOut(ACTION.register, 0, { serviceActionKey: KEYS[A] ?? NO_RESERVATION_KEY });
    expect(await from(drive, A, register)).toBe('good');
    expect(await out(drive, A, ACTION.preempt, type, key16('77'))).toBe('good');
    expect(await from(drive, A, WRITE)).toBe('good');
    expect(await from(drive, LOCAL_NEXUS, WRITE)).toBe('6/2a/05');
  });

  it.each([
    ['a registration', { generation: 2, key: '0x77' }, [key16('77')]],
    ['nothing', { generation: 2 }, []],
  ])('an earlier version that had %s is opened with that', async (_what, reservation, keys) => {
    const folder = await newDriveFolder();
    await keepReservation(folder, reservation);
    const drive = await openDrive(folder);
    await from(drive, C, testUnitReady());
    const { readKeys, readReservation } = PERSISTENT_RESERVE_IN_ACTION;
    expect(decodeReservationKeys(await ask(drive, readKeys))).toMatchObject({ generation: 2, keys });
    expect(decodeReservation(await ask(drive, readReservation)).holder).toBeUndefined();
    expect(await from(drive, C, WRITE)).toBe('good');
  });
});

/** Puts a reservation into the record of a drive that was closed in order. */
async function keepReservation(folder: string, reservation: object): Promise<void> {
  await (await openDrive(folder)).close();
  const path = join(folder, 'drive.json');
  const record = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, memory: { ...record.memory, reservation } }));
}
