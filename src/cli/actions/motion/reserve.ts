import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { Reservations } from '../../../tape/reports/drive-reports.js';
import {
  RESERVATION_KINDS,
  type ReservationKind,
  releaseReservation,
  takeReservation,
} from '../../../tape/reservation.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { facts } from '../../output/table.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface ReserveOptions extends DeviceOptions {
  readonly key?: string;
  readonly kind?: string;
  readonly preempt?: string;
}

export function status(options: DeviceOptions) {
  return withDrive(options, async (drive) => told(drive, await drive.reservations(), await hostKey()), READ_ONLY);
}

export async function take({ kind = 'exclusive', preempt, ...options }: ReserveOptions) {
  const key = await keyOf(options);
  const other = preempt === undefined ? undefined : requireKeyDigits(preempt);
  const kinds = Object.keys(RESERVATION_KINDS) as ReservationKind[];
  const wanted = kinds.find((each) => each === kind);
  if (wanted === undefined)
    throw new InvalidArgumentError(`--kind is one of ${kinds.join(', ')}, not ${JSON.stringify(kind)}`);
  return withDrive(
    options,
    async (drive) => told(drive, await takeReservation(drive, key, wanted, other), key),
    READ_ONLY,
  );
}

export async function release(options: ReserveOptions) {
  const key = await keyOf(options);
  return withDrive(options, async (drive) => told(drive, await releaseReservation(drive, key), key), READ_ONLY);
}

function told({ device }: TapeDrive, found: Reservations | undefined, key: string) {
  if (found === undefined) {
    return { document: { device, supported: false, key }, text: 'the drive has no persistent reservations' };
  }
  const { holder, keys } = found;
  const kind = Object.entries(RESERVATION_KINDS).find(([, type]) => type === holder?.type)?.[0];
  const who = holder?.key === key ? 'this host' : 'another host';
  return {
    document: { device, supported: true, key, keys, holder: holder && { key: holder.key, kind, type: holder.type } },
    text: facts([
      ['reserved', holder === undefined ? 'no' : `by ${who}, key ${holder.key}, ${kind ?? `type ${holder.type}`}`],
      ['registered', keys.length === 0 ? 'no path' : keys.join(', ')],
      ["this host's key", key],
    ]),
  };
}

async function keyOf({ key }: ReserveOptions): Promise<string> {
  return key === undefined ? hostKey() : requireKeyDigits(key);
}

function requireKeyDigits(text: string): string {
  const digits = text.replace(/^0x/i, '').toLowerCase();
  if (/^[\da-f]{1,16}$/.test(digits) && !/^0+$/.test(digits)) return digits.padStart(16, '0');
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no reservation key`, {
    next: 'Give 1 to 16 hexadecimal digits, not all of them 0',
  });
}

const KEY_DIGITS = 16;

/** The same at every call on this machine, and not the same on another one. */
async function hostKey(): Promise<string> {
  const machine = await readFile('/etc/machine-id', 'utf8').catch(() => hostname());
  return createHash('sha256').update(`node-lto reservation ${machine.trim()}`).digest('hex').slice(0, KEY_DIGITS);
}
