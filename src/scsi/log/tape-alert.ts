import { MalformedResponseError } from '../../errors/index.js';
import { assertLogPage, encodeLogPage, type LogPage } from './page.js';

/** I: worth knowing. W: act soon, data may be at risk. C: act now. */
export type TapeAlertSeverity = 'I' | 'W' | 'C';

export interface TapeAlertFlag {
  /** 1 to 64. */
  readonly flag: number;
  readonly name: string;
  readonly severity: TapeAlertSeverity;
  readonly meaning: string;
  /** What to do. */
  readonly action: string;
}

const ACTIONS = {
  clean: 'Clean the drive; when the flag comes back with other cartridges, have the drive serviced.',
  replace: 'Copy what you need to another cartridge and retire this one.',
  retry: 'Try another cartridge, then another drive, to find which of the two is at fault.',
  unprotect: 'Move the write-protect switch of the cartridge, or use another cartridge.',
  wait: 'Wait until the operation has ended; nothing is wrong with drive or cartridge.',
  otherMedium: 'Use a cartridge that this drive supports.',
  service: 'Stop using the drive and have it serviced.',
  plan: 'Plan a service of the drive; watch the other flags until then.',
  eject: 'Eject the cartridge, load it again and repeat the operation.',
  mechanical: 'Do not force the cartridge out; have it removed and the drive checked by service.',
  cleaningCartridge: 'Use a new cleaning cartridge that this drive accepts.',
  reread: 'Find the end of data by reading the whole tape before anything is appended.',
  cabling: 'Check cables, adapters and power, then try again.',
  environment: 'Check the air flow, temperature and humidity around the drive.',
  reset: 'Power-cycle the drive; have it serviced when the flag comes back.',
  firmware: 'Load firmware that fits the drive, or update it.',
  library: 'Check the library or loader and its log.',
  keys: "Check the key manager, its network path and the drive's encryption settings.",
  worm: 'Treat the cartridge as evidence: stop writing to it and find out what tried to change it.',
  unknown: 'Look the flag up in the manual of the drive.',
} as const;

type Row = readonly [name: string, severity: TapeAlertSeverity, meaning: string, action: keyof typeof ACTIONS];

/** Row n is flag n + 1 (SSC-5, TapeAlert; severities as the drive makers publish them, 47 and 48 differ by vendor). */
const ROWS: readonly Row[] = [
  ['Read warning', 'W', 'Reading is slow: many errors have to be corrected', 'clean'],
  ['Write warning', 'W', 'Writing is slow or takes more tape: many errors have to be corrected', 'clean'],
  ['Hard error', 'W', 'Reading or writing stopped at an error that could not be corrected', 'retry'],
  ['Media', 'C', 'The tape cannot be written or read reliably any more', 'replace'],
  ['Read failure', 'C', 'Data could not be read; tape or drive is damaged', 'retry'],
  ['Write failure', 'C', 'Data could not be written; tape or drive is faulty', 'retry'],
  ['Media life', 'W', 'The cartridge is past its specified life', 'replace'],
  ['Not data grade', 'W', 'The cartridge is not of data grade; what is written to it is at risk', 'replace'],
  ['Write protect', 'C', 'A write was tried on a write-protected cartridge', 'unprotect'],
  ['No removal', 'I', 'An eject was tried while removal is prevented', 'wait'],
  ['Cleaning media', 'I', 'There is a cleaning cartridge in the drive', 'wait'],
  ['Unsupported format', 'I', 'The cartridge has a format that this drive does not support', 'otherMedium'],
  ['Recoverable mechanical cartridge failure', 'C', 'The tape broke; the cartridge can be ejected', 'replace'],
  ['Unrecoverable mechanical cartridge failure', 'C', 'The tape broke and cannot be ejected', 'mechanical'],
  ['Memory chip in cartridge failure', 'W', 'The cartridge memory cannot be read or written', 'replace'],
  ['Forced eject', 'C', 'The cartridge was ejected by hand while the drive used it', 'reread'],
  ['Read only format', 'W', 'The drive can read this format, but not write it', 'otherMedium'],
  ['Tape directory corrupted on load', 'W', 'The tape directory is damaged: searching is slow', 'reread'],
  ['Nearing media life', 'I', 'The cartridge comes near the end of its specified life', 'replace'],
  ['Cleaning required', 'C', 'The drive must be cleaned before it can go on', 'clean'],
  ['Cleaning requested', 'W', 'The drive is due for its periodic cleaning', 'clean'],
  ['Expired cleaning media', 'C', 'The cleaning cartridge is worn out', 'cleaningCartridge'],
  [
    'Invalid cleaning tape',
    'C',
    'The cleaning cartridge is of a kind that this drive does not accept',
    'cleaningCartridge',
  ],
  ['Retension requested', 'W', 'The tape is wound unevenly and wants retensioning', 'eject'],
  ['Dual port interface error', 'W', 'One port of the drive failed; the other goes on', 'cabling'],
  ['Cooling fan failing', 'W', 'A fan of the drive or its enclosure fails', 'plan'],
  ['Power supply failure', 'W', 'A redundant power supply failed', 'plan'],
  ['Power consumption', 'W', 'The drive takes more or less power than specified', 'plan'],
  ['Drive maintenance', 'W', 'Preventive maintenance, other than cleaning, is due', 'plan'],
  ['Hardware A', 'C', 'The drive has a fault that a reset may clear', 'reset'],
  ['Hardware B', 'C', 'The drive failed its self-test, or has a fault that a reset does not clear', 'service'],
  ['Interface', 'W', 'The drive has trouble with its connection to the host', 'cabling'],
  ['Eject media', 'C', 'The drive asks for the cartridge to be ejected and loaded again', 'eject'],
  ['Microcode update failure', 'W', 'A firmware download failed', 'firmware'],
  ['Drive humidity', 'W', 'The humidity in the drive is out of its limits', 'environment'],
  ['Drive temperature', 'W', 'The temperature in the drive is out of its limits', 'environment'],
  ['Drive voltage', 'W', 'A supply voltage of the drive is out of its limits', 'plan'],
  ['Predictive failure', 'C', 'The drive expects to fail', 'service'],
  ['Diagnostics required', 'W', 'The drive may have a fault that its diagnostics would find', 'plan'],
  ['Loader hardware A', 'C', 'The loader cannot move cartridges (obsolete flag)', 'library'],
  ['Loader stray tape', 'C', 'A cartridge was left in the loader after a fault (obsolete flag)', 'library'],
  ['Loader hardware B', 'W', 'The loader has a mechanical problem (obsolete flag)', 'library'],
  ['Loader door', 'C', 'The door of the loader is open (obsolete flag)', 'library'],
  ['Loader hardware C', 'C', 'The loader has a fault other than a mechanical one (obsolete flag)', 'library'],
  ['Loader magazine', 'C', 'The magazine of the loader is missing (obsolete flag)', 'library'],
  ['Loader predictive failure', 'W', 'The loader expects to fail (obsolete flag)', 'library'],
  ['External encryption control failure', 'W', 'The drive could not reach its external encryption control', 'keys'],
  ['Key manager error', 'W', 'The key manager answered with an error', 'keys'],
  ['Diminished native capacity', 'W', 'The cartridge holds less than its native capacity', 'replace'],
  ['Lost statistics', 'W', 'The usage counts of drive or cartridge were lost', 'plan'],
  [
    'Tape directory invalid at unload',
    'W',
    'The tape directory could not be written: searching will be slow',
    'reread',
  ],
  ['Tape system area write failure', 'C', 'The system area of the tape could not be written at unload', 'replace'],
  ['Tape system area read failure', 'C', 'The system area of the tape could not be read at load', 'replace'],
  ['No start of data', 'C', 'The beginning of the data was not found on the tape', 'retry'],
  ['Loading or threading failure', 'C', 'The cartridge could not be loaded and threaded', 'eject'],
  ['Unrecoverable unload failure', 'C', 'The cartridge cannot be unloaded', 'mechanical'],
  ['Automation interface failure', 'C', 'The drive lost the connection to the library', 'library'],
  ['Firmware failure', 'W', 'The firmware of the drive met an error of its own', 'reset'],
  ['WORM medium: integrity check failed', 'W', 'The marks that make a WORM cartridge trustworthy do not agree', 'worm'],
  ['WORM medium: overwrite attempted', 'W', 'Somebody tried to overwrite data on a WORM cartridge', 'worm'],
  ['Encryption policy violation', 'W', 'An encrypted or plain operation was refused by the encryption policy', 'keys'],
  ['Reserved flag 62', 'W', 'The standard gives this flag no meaning', 'unknown'],
  ['Reserved flag 63', 'W', 'The standard gives this flag no meaning', 'unknown'],
  ['Reserved flag 64', 'W', 'The standard gives this flag no meaning', 'unknown'],
];

/** All 64 flags; flag n is element n - 1. */
export const TAPE_ALERT_FLAGS: readonly TapeAlertFlag[] = ROWS.map(([name, severity, meaning, action], index) => ({
  flag: index + 1,
  name,
  severity,
  meaning,
  action: ACTIONS[action],
}));

/** Reading it clears nothing, so monitors use this page. LTO-5 and later. */
export const TAPE_ALERT_RESPONSE = { page: 0x12, subpage: 0, name: 'TapeAlert response' } as const;
/** Reading it clears the flags: the reader must keep them. */
export const TAPE_ALERT = { page: 0x2e, subpage: 0, name: 'TapeAlert' } as const;

const FLAG_COUNT = ROWS.length;
const RESPONSE_BYTES = FLAG_COUNT / 8;

/** The flags of page 12 that are set, in ascending order. Throws MalformedResponseError if the 64 bits are missing. */
export function decodeTapeAlertResponse(page: LogPage): TapeAlertFlag[] {
  assertLogPage(page, TAPE_ALERT_RESPONSE);
  const bitmap = page.parameters.find(({ code }) => code === 0)?.value;
  if (bitmap === undefined || bitmap.length < RESPONSE_BYTES) {
    throw new MalformedResponseError('log page 0x12 has no parameter 0 with 64 TapeAlert flags');
  }
  // Flag 1 is bit 7 of the first byte.
  return TAPE_ALERT_FLAGS.filter((_, index) => ((bitmap[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

/**
 * The flags of page 2E that are set, in ascending order; `flags` are those of the device's type, by default a drive's.
 * Throws MalformedResponseError for a page without any flag.
 */
export function decodeTapeAlert(page: LogPage, flags = TAPE_ALERT_FLAGS): TapeAlertFlag[] {
  assertLogPage(page, TAPE_ALERT);
  const known = page.parameters.filter(({ code, value }) => code >= 1 && code <= FLAG_COUNT && value.length > 0);
  if (known.length === 0) throw new MalformedResponseError('log page 0x2e has no TapeAlert flags');
  const set = known.filter(({ value: [byte = 0] }) => (byte & 1) === 1).map(({ code }) => code);
  return set.toSorted((a, b) => a - b).map((code) => flags.find(({ flag }) => flag === code) ?? unknownFlag(code));
}

/** A flag that no list names is reported by its number. */
function unknownFlag(flag: number): TapeAlertFlag {
  const meaning = 'The standard gives this flag no meaning for a device of this type';
  return {
    flag,
    name: `Flag ${flag}`,
    severity: 'W',
    meaning,
    action: 'Look the flag up in the manual of the device.',
  };
}

/** Page 12 with the given flags, by number, set. */
export function encodeTapeAlertResponse(flags: Iterable<number>): Uint8Array {
  const set = new Set(flags);
  const value = new Uint8Array(RESPONSE_BYTES);
  for (const { flag } of TAPE_ALERT_FLAGS) {
    const byte = (flag - 1) >> 3;
    if (set.has(flag)) value[byte] = (value[byte] ?? 0) | (0x80 >> ((flag - 1) & 7));
  }
  return encodeLogPage({ ...TAPE_ALERT_RESPONSE, disableSave: false, parameters: [{ code: 0, control: 0x03, value }] });
}

/** Page 2E with all 64 flags; the given ones, by number, are set. */
export function encodeTapeAlert(flags: Iterable<number>): Uint8Array {
  const set = new Set(flags);
  const parameters = TAPE_ALERT_FLAGS.map(({ flag }) => ({
    code: flag,
    control: 0xc0,
    value: Uint8Array.of(set.has(flag) ? 1 : 0),
  }));
  return encodeLogPage({ ...TAPE_ALERT, disableSave: false, parameters });
}
