import { formatOfBarcodeSuffix, type LtoFormat } from '../../scsi/generations/index.js';
import type { MediumFormat } from '../../tape/reports/medium-format.js';

/** Six characters of volume serial and two of medium type, which some libraries omit. */
const WITH_SUFFIX = /^([A-Z0-9]{6})([A-Z0-9]{2})$/;
const SERIAL = /^[A-Z0-9]{6}$/;

/** Whether two identifiers are of one cartridge: `ABC001` and `ABC001L8` are. */
export function isSameCartridge(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return SERIAL.test(short) && mediumOf(long) !== undefined && long.startsWith(short);
}

/** Text for a barcode suffix that contradicts the medium; undefined if they agree or either is unknown. */
export function suffixContradiction(identifier: string, medium: MediumFormat): string | undefined {
  const told = mediumOf(identifier);
  if (told === undefined) return undefined;
  const { format, kind, guess } = medium;
  const isOther = format !== undefined && !guess && format !== told.format;
  const isOtherKind = (kind === 'worm' || kind === 'data') && (kind === 'worm') !== told.worm;
  if (!isOther && !isOtherKind) return undefined;
  const suffix = identifier.slice(-2);
  return `the suffix ${suffix} is that of ${inWords(told.format, told.worm)}, but the cartridge is ${inWords(format, kind === 'worm')}`;
}

function inWords(format: LtoFormat | undefined, worm: boolean): string {
  return `${format ?? 'of an unknown format'}${worm ? ' WORM' : ''}`;
}

function mediumOf(barcode: string) {
  const suffix = WITH_SUFFIX.exec(barcode)?.[2];
  return suffix === undefined ? undefined : formatOfBarcodeSuffix(suffix);
}
