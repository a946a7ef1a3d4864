import { mediumOfBarcode } from '../../library/same-cartridge.js';
import type { LtoFormat } from '../../scsi/generations/index.js';
import type { MediumFormat } from '../../tape/reports/medium-format.js';

/** Text for a barcode suffix that contradicts the medium; undefined if they agree or either is unknown. */
export function suffixContradiction(identifier: string, medium: MediumFormat): string | undefined {
  const told = mediumOfBarcode(identifier);
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
