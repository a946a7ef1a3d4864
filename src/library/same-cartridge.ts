import { formatOfBarcodeSuffix } from '../scsi/generations/index.js';

/** Six characters of volume serial and two of medium type, which some libraries omit. */
const WITH_SUFFIX = /^([A-Z0-9]{6})([A-Z0-9]{2})$/;
const SERIAL = /^[A-Z0-9]{6}$/;

/** Whether two identifiers are of one cartridge: `ABC001` and `ABC001L8` are. */
export function isSameCartridge(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return SERIAL.test(short) && mediumOfBarcode(long) !== undefined && long.startsWith(short);
}

/** What the suffix of a barcode says of the medium; undefined without one. */
export function mediumOfBarcode(barcode: string) {
  const suffix = WITH_SUFFIX.exec(barcode)?.[2];
  return suffix === undefined ? undefined : formatOfBarcodeSuffix(suffix);
}
