import type { SenseFields } from '../../../scsi/index.js';
import { CLEANING_ALERT } from '../../drive/drive-cleaning.js';

/** The TapeAlert flag that an answer raises, by its sense key, additional sense code and qualifier. */
const ALERTS: ReadonlyMap<string, number> = new Map([
  [codes({ key: 0x3, asc: 0x11, ascq: 0x00 }), 5],
  [codes({ key: 0x3, asc: 0x0c, ascq: 0x00 }), 6],
  [codes({ key: 0x7, asc: 0x27, ascq: 0x00 }), 9],
  [codes({ key: 0x2, asc: 0x30, ascq: 0x03 }), 11],
  [codes({ key: 0x3, asc: 0x30, ascq: 0x00 }), 12],
  [codes({ key: 0x7, asc: 0x30, ascq: 0x0c }), 60],
]);

/** Numbers of the flags that the drive may raise. */
export const RAISED_ALERTS: readonly number[] = [...ALERTS.values(), ...Object.values(CLEANING_ALERT)].toSorted(
  (a, b) => a - b,
);

/** Number of the flag that an answer with this sense data raises. */
export function alertOf(sense: SenseFields): number | undefined {
  return ALERTS.get(codes(sense));
}

function codes({ key, asc = 0, ascq = 0 }: SenseFields): string {
  return [key, asc, ascq].join('/');
}
