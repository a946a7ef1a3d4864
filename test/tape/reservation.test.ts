// Reservations of a drive, with another host that holds it.
import { expect, it } from 'vitest';
import { DriveBusyError } from '../../src/errors/index.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { PERSISTENT_RESERVE_OUT_ACTION, persistentReserveOut } from '../../src/scsi/commands/reservation.js';
import { releaseReservation, takeReservation } from '../../src/tape/reservation.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newPort } from './drives.js';

const OURS = '00000000000000aa';
const THEIRS = '00000000000000bb';
const OTHER_HOST = 'iqn.2026-11.test:other,i,0x000000000001';
const EXCLUSIVE = 3;

async function newBench() {
  const { port, drive } = await newPort();
  return { tape: TapeDrive.onTransport(port.transport), virtual: drive };
}

async function reserveElsewhere(virtual: VirtualDrive): Promise<void> {
  const { registerAndIgnoreExistingKey, reserve } = PERSISTENT_RESERVE_OUT_ACTION;
  // The first command of a host is answered with the unit attention that waits for it.
  await virtual.execute(testUnitReady().cdb, { nexus: OTHER_HOST });
  for (const { cdb, dataOut } of [
    persistentReserveOut(registerAndIgnoreExistingKey, 0, { serviceActionKey: THEIRS }),
    persistentReserveOut(reserve, EXCLUSIVE, { reservationKey: THEIRS }),
  ]) {
    expect(await virtual.execute(cdb, { dataOut, nexus: OTHER_HOST })).toMatchObject({ status: 0 });
  }
}

it('is taken, told, and released', async () => {
  const { tape } = await newBench();
  await tape.rewind().catch(() => undefined);
  expect(await takeReservation(tape, OURS, 'write-exclusive')).toMatchObject({ holder: { key: OURS } });
  const left = await releaseReservation(tape, OURS);
  expect(left?.holder).toBeUndefined();
  expect(left?.keys).not.toContain(OURS);
});

it('of another host is named, and left alone, until it is taken away', async () => {
  const { tape, virtual } = await newBench();
  await tape.rewind().catch(() => undefined);
  await reserveElsewhere(virtual);
  const refused = takeReservation(tape, OURS, 'exclusive');
  await expect(refused).rejects.toBeInstanceOf(DriveBusyError);
  await expect(refused).rejects.toMatchObject({ next: expect.stringContaining(`--preempt ${THEIRS}`) });
  await releaseReservation(tape, OURS);
  expect((await tape.reservations())?.holder?.key).toBe(THEIRS);
  expect(await takeReservation(tape, OURS, 'exclusive', THEIRS)).toMatchObject({ holder: { key: OURS } });
});
