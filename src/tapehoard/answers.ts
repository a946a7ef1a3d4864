import type { DriveInfo, LiveInfo } from '../provider/monitor/live-info.js';
import type { MamInfo } from '../provider/monitor/mam-info.js';
import type { CachedLiveInfo } from '../provider/monitor/seen-drives.js';
import type { TapeAlertFlag } from '../scsi/log/tape-alert.js';
import type { Health } from '../tape/reports/health/health.js';

/** Result of `get_drive_info`; empty while the drive cannot be reached. */
export interface TapeHoardDrive {
  readonly vendor?: string;
  readonly model?: string;
  readonly firmware?: string;
}

/** Result of `get_mam_info`; unknown values are left out. */
export interface TapeHoardMam {
  readonly remaining_capacity_mib?: number;
  readonly max_capacity_mib?: number;
  /** 16 hexadecimal digits: 64 bits do not fit into a number. */
  readonly tape_alert_flags?: string;
  readonly load_count?: number;
  readonly lifetime_mib_written?: number;
  readonly lifetime_mib_read?: number;
  readonly session_mib_written?: number;
  readonly session_mib_read?: number;
  readonly manufacturer?: string;
  readonly serial?: string;
  /** Such as `0x5e`. */
  readonly density?: string;
  /** `YYYYMMDD`. */
  readonly manufacture_date?: string;
  /** Attribute 0806h; the serial number if there is none. */
  readonly barcode?: string;
  readonly alerts?: readonly string[];
  /** Such as `LTO-8`. */
  readonly generation_label?: string;
}

/** Result of `get_live_info`. */
export interface TapeHoardState {
  readonly online: boolean;
  readonly drive: TapeHoardDrive;
  readonly tape: TapeHoardMam;
  readonly identity: string | null;
  readonly needs_registration: boolean;
}

/** Result of `get_health_status`. */
export interface TapeHoardHealth {
  readonly status: 'HEALTHY' | 'WARNING' | 'CRITICAL';
  readonly alerts: readonly string[];
}

export function flatDrive({ vendor, model, firmware }: DriveInfo): TapeHoardDrive {
  return { vendor, model, firmware };
}

const MEBIBYTE = 2 ** 20;

export function flatMam({ values, alerts, generation, barcode, mediumSerial }: MamInfo): TapeHoardMam {
  const mebibytes = (bytes: number | undefined) => bytes && Math.floor(bytes / MEBIBYTE);
  return known({
    remaining_capacity_mib: mebibytes(values.remainingCapacity),
    max_capacity_mib: mebibytes(values.maximumCapacity),
    tape_alert_flags: values.tapeAlertFlags && Buffer.from(values.tapeAlertFlags).toString('hex'),
    load_count: values.loadCount,
    lifetime_mib_written: mebibytes(values.lifetimeWritten),
    lifetime_mib_read: mebibytes(values.lifetimeRead),
    session_mib_written: mebibytes(values.loadWritten),
    session_mib_read: mebibytes(values.loadRead),
    manufacturer: values.manufacturer,
    serial: mediumSerial,
    density: values.mediumDensityCode === undefined ? undefined : `0x${values.mediumDensityCode.toString(16)}`,
    manufacture_date: values.manufactureDate?.replaceAll('-', ''),
    barcode: barcode ?? mediumSerial,
    alerts: alerts?.map(alertName),
    generation_label: generation,
  });
}

/** The older provider knew six flags, by these names. */
const OLDER_ALERTS: Readonly<Record<number, string>> = {
  3: 'Hard Error',
  4: 'Media Error',
  5: 'Read Failure',
  6: 'Write Failure',
  20: 'Clean Now',
  30: 'Hardware Failure',
};

function alertName({ flag, name }: TapeAlertFlag): string {
  return OLDER_ALERTS[flag] ?? name;
}

/** `wasOnline`: whether the last result was online. */
export function flatState({ online, drive, tape, identity }: LiveInfo, wasOnline: boolean): TapeHoardState {
  const name = identity?.value ?? null;
  return {
    online,
    drive: drive === undefined ? {} : flatDrive(drive),
    tape: tape === undefined ? {} : flatMam(tape),
    identity: name,
    needs_registration: online && !wasOnline && name !== null,
  };
}

export function flatCached(info: CachedLiveInfo | undefined): TapeHoardState {
  if (info === undefined) return { online: false, drive: {}, tape: {}, identity: null, needs_registration: false };
  return { ...flatState(info, true), needs_registration: false };
}

const STATUS = { good: 'HEALTHY', attention: 'WARNING', bad: 'CRITICAL' } as const;

export function flatHealth({ verdict, reasons }: Health): TapeHoardHealth {
  return { status: STATUS[verdict], alerts: reasons.map(({ what }) => what) };
}

function known<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
