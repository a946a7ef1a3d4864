import {
  decodeCdb,
  decodeLogPage,
  encodeLogPage,
  encodeSupportedLogPages,
  LOG_PAGE_CONTROL,
  LOG_SENSE,
} from '../../scsi/index.js';
import { invalidFieldInCdb } from './check-condition.js';
import type { Request } from './command.js';

const ALL_SUBPAGES = 0xff;

/** The log pages that a kind of unit has, by code; page 00h, which lists them, is added. */
export type LogPages<Unit> = ReadonlyMap<number, (unit: Unit) => Uint8Array>;

/** LOG SENSE: cumulative values only. */
export function logSenseOf<Unit>(pages: LogPages<Unit>) {
  return (unit: Unit, { cdb }: Request): Uint8Array => {
    const { page, subpage, pageControl, parameterPointer, allocationLength } = decodeCdb(LOG_SENSE, cdb);
    if (pageControl !== LOG_PAGE_CONTROL.cumulative) throw invalidFieldInCdb(2);
    const whole = logPage(pages, unit, page, subpage);
    return pageFrom(whole, page, parameterPointer).subarray(0, allocationLength);
  };
}

function logPage<Unit>(pages: LogPages<Unit>, unit: Unit, page: number, subpage: number): Uint8Array {
  if (page === 0 && (subpage === 0 || subpage === ALL_SUBPAGES)) {
    const codes = [0, ...pages.keys()].map((code) => ({ page: code, subpage: 0 }));
    return encodeSupportedLogPages(codes, subpage === ALL_SUBPAGES);
  }
  const encode = pages.get(page);
  if (encode === undefined) throw invalidFieldInCdb(2);
  if (subpage !== 0) throw invalidFieldInCdb(3);
  return encode(unit);
}

/** The page without the parameters before the pointer (SPC-5 6.8). */
function pageFrom(bytes: Uint8Array, page: number, pointer: number): Uint8Array {
  if (pointer === 0 || page === 0) return bytes;
  const whole = decodeLogPage(bytes);
  const parameters = whole.parameters.filter(({ code }) => code >= pointer);
  if (parameters.length === 0) throw invalidFieldInCdb(5);
  return encodeLogPage({ ...whole, parameters });
}
