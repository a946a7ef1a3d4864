import { DriveBusyError, IllegalRequestError, LtoError, VerificationError } from '../errors/index.js';
import {
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveOut,
  RESERVATION_TYPE,
  type ReserveOutParameters,
} from '../scsi/commands/reservation.js';
import type { Reservations } from './reports/drive-reports.js';
import type { TapeDrive } from './tape-drive.js';

/** What others may still do with a reserved drive: `write-exclusive` lets them read. */
export const RESERVATION_KINDS = {
  exclusive: RESERVATION_TYPE.exclusiveAccess,
  'write-exclusive': RESERVATION_TYPE.writeExclusive,
} as const;

export type ReservationKind = keyof typeof RESERVATION_KINDS;

const { registerAndIgnoreExistingKey, reserve, release, preempt } = PERSISTENT_RESERVE_OUT_ACTION;
const RESERVATION_CONFLICT = 0x18;
const GOOD = 0;
const NO_KEY = '0'.repeat(16);
const OPERATION = 'PERSISTENT RESERVE OUT';

/**
 * Registers this host's path with `key` (16 hex digits) and reserves the drive, which keeps it for this host after the
 * program has ended. `preempted`: the key of another holder, whose reservation is taken. Reads back what the drive then
 * says. Rejects with DriveBusyError while another host holds it.
 */
export async function takeReservation(
  drive: TapeDrive,
  key: string,
  kind: ReservationKind,
  preempted?: string,
): Promise<Reservations> {
  const type = RESERVATION_KINDS[kind];
  await send(drive, registerAndIgnoreExistingKey, 0, { serviceActionKey: key });
  if (preempted === undefined) await send(drive, reserve, type, { reservationKey: key });
  else await send(drive, preempt, type, { reservationKey: key, serviceActionKey: preempted });
  const found = await drive.reservations();
  if (found?.holder?.key === key) return found;
  throw new VerificationError(`the drive says that ${holderText(found)} holds it`, {
    device: drive.device,
    operation: OPERATION,
    next: 'See `lto reserve status`',
  });
}

/** Releases the reservation and removes the registration of this host's path. */
export async function releaseReservation(drive: TapeDrive, key: string): Promise<Reservations | undefined> {
  const holder = (await drive.reservations())?.holder;
  if (holder?.key === key) await send(drive, release, holder.type, { reservationKey: key });
  await send(drive, registerAndIgnoreExistingKey, 0, { serviceActionKey: NO_KEY });
  const found = await drive.reservations();
  if (found?.holder?.key !== key) return found;
  throw new VerificationError('the drive still holds the reservation', { device: drive.device, operation: OPERATION });
}

function holderText(found: Reservations | undefined): string {
  return found?.holder === undefined ? 'nobody' : `the key ${found.holder.key}`;
}

async function send(
  drive: TapeDrive,
  action: number,
  type: number,
  parameters: Partial<ReserveOutParameters>,
): Promise<void> {
  const { cdb, dataOut } = persistentReserveOut(action, type, parameters);
  if (dataOut === undefined) throw new LtoError('LTO_INTERNAL', 'the command has no parameter list', {});
  const { status, sense } = await drive.scsi({ cdb, direction: 'out', dataOut });
  if (status === GOOD) return;
  const details = { device: drive.device, operation: OPERATION, sense };
  if (status === RESERVATION_CONFLICT) {
    const found = await drive.reservations();
    throw new DriveBusyError(`another host has reserved the drive: ${holderText(found)} holds it`, {
      ...details,
      next: found?.holder && `Have it release the drive, or take it away with --preempt ${found.holder.key}`,
    });
  }
  throw new IllegalRequestError(`the drive refuses the reservation: ${sense?.text ?? `status ${status}`}`, details);
}
