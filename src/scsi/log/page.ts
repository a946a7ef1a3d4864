import { InvalidArgumentError, MalformedResponseError } from '../../errors/index.js';
import { ByteReader, concatBytes, hexCode } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn, commandWithDataOut, commandWithoutData } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, decodeFields, encodeFields, flag, uint } from '../wire/layout.js';
import { sizeByHeader, splitStructures } from '../wire/structures.js';

/** One log parameter, raw. */
export interface LogParameter {
  readonly code: number;
  /** Parameter control byte; see `decodeParameterControl`. */
  readonly control: number;
  readonly value: Uint8Array;
}

/** A log page that consists of log parameters. */
export interface LogPage {
  readonly page: number;
  readonly subpage: number;
  /** DS: the drive does not save this page. */
  readonly disableSave: boolean;
  readonly parameters: readonly LogParameter[];
  /** The allocation length truncated the page: parameters at the end are missing. */
  readonly truncated: boolean;
}

/** FORMAT AND LINKING field: format of a parameter's value. */
export const FORMAT_AND_LINKING = [
  'bounded data counter',
  'ASCII list',
  'unbounded data counter',
  'binary list',
] as const;

export interface ParameterControl {
  /** DU: the drive does not update the parameter. */
  readonly disableUpdate: boolean;
  /** TSD: the drive saves the parameter as it sees fit. */
  readonly targetSaveDisable: boolean;
  /** ETC: the value is compared to a threshold. */
  readonly enableThresholdComparison: boolean;
  /** TMC, 0 to 3: every update, equal, not equal, greater than. */
  readonly thresholdMetCriteria: number;
  readonly format: (typeof FORMAT_AND_LINKING)[number];
}

/** A page or subpage that LOG SENSE offers. */
export interface LogPageCode {
  readonly page: number;
  readonly subpage: number;
}

const HEADER = {
  disableSave: flag(0, 7),
  subpageFormat: flag(0, 6),
  page: bits(0, 5, 0),
  subpage: uint(1, 1),
  length: uint(2, 2),
};
const HEADER_LENGTH = 4;
const PARAMETER_HEADER_LENGTH = 4;

const CONTROL = {
  disableUpdate: flag(0, 7),
  targetSaveDisable: flag(0, 5),
  enableThresholdComparison: flag(0, 4),
  thresholdMetCriteria: bits(0, 3, 2),
  format: bits(0, 1, 0),
};

export function decodeParameterControl(control: number): ParameterControl {
  const { format, ...rest } = decodeFields(CONTROL, Uint8Array.of(control), 'log parameter control byte');
  return { ...rest, format: FORMAT_AND_LINKING[format as 0 | 1 | 2 | 3] };
}

/**
 * Splits a page into its parameters. A page that is truncated, or whose length field is wrong, keeps its complete
 * parameters and is marked `truncated`. Throws MalformedResponseError for a page that is complete by its length field
 * and has no complete parameter.
 */
export function decodeLogPage(bytes: Uint8Array): LogPage {
  const { body, length, ...header } = splitLogPage(bytes);
  const { whole, cut } = splitStructures(bytes, HEADER_LENGTH, length, sizeOfParameter);
  if (cut && !header.truncated && whole.length === 0 && body.some((byte) => byte !== 0)) {
    throw new MalformedResponseError(`log page ${hexCode(header.page)}: nothing in it is a parameter`);
  }
  return { ...header, parameters: whole.map(decodeParameter) };
}

const sizeOfParameter = sizeByHeader(PARAMETER_HEADER_LENGTH, (header) => header.readUInt8(3));

function decodeParameter(parameter: Uint8Array): LogParameter {
  const reader = new ByteReader(parameter, 'log parameter');
  const value = reader.bytes(PARAMETER_HEADER_LENGTH, parameter.length - PARAMETER_HEADER_LENGTH);
  return { code: reader.u16(0), control: reader.u8(2), value };
}

/** Throws InvalidArgumentError for a value longer than 255 bytes, or a page longer than 65535. */
export function encodeLogPage({ page, subpage, disableSave, parameters }: Omit<LogPage, 'truncated'>): Uint8Array {
  return joinLogPage({ page, subpage, disableSave }, concatBytes(...parameters.map(encodeParameter)));
}

/** Throws MalformedResponseError if the drive sent another page than requested. */
export function assertLogPage({ page, subpage }: LogPageCode, wanted: LogPageCode): void {
  if (page === wanted.page && subpage === wanted.subpage) return;
  throw new MalformedResponseError(
    `log page ${pageName(wanted)} was asked for, but the drive sent page ${pageName({ page, subpage })}`,
  );
}

/** Decodes the supported pages (page 00), or pages and subpages (00/FF). */
export function decodeSupportedLogPages(bytes: Uint8Array): LogPageCode[] {
  const { page, subpage, body } = splitLogPage(bytes);
  assertLogPage({ page, subpage }, { page: 0, subpage });
  if (subpage === 0) return [...body].map((code) => ({ page: code & 0x3f, subpage: 0 }));
  const pairs = Array.from({ length: Math.floor(body.length / 2) }, (_, index) =>
    body.subarray(index * 2, index * 2 + 2),
  );
  return pairs.map(([code = 0, subpageCode = 0]) => ({ page: code & 0x3f, subpage: subpageCode }));
}

/** Page 00, or page 00/FF if `withSubpages`; page 00 omits pages with a subpage code. */
export function encodeSupportedLogPages(codes: readonly LogPageCode[], withSubpages = false): Uint8Array {
  const listed = withSubpages ? codes : codes.filter(({ subpage }) => subpage === 0);
  const body = listed.flatMap(({ page, subpage }) => (withSubpages ? [page, subpage] : [page]));
  return joinLogPage({ page: 0, subpage: withSubpages ? 0xff : 0, disableSave: false }, Uint8Array.from(body));
}

export const LOG_SENSE = {
  name: 'LOG SENSE',
  length: 10,
  fields: {
    saveParameters: flag(1, 0),
    pageControl: bits(2, 7, 6),
    page: bits(2, 5, 0),
    subpage: uint(3, 1),
    parameterPointer: uint(5, 2),
    allocationLength: uint(7, 2),
  },
} as const satisfies CdbLayout;

/** PAGE CONTROL of LOG SENSE and LOG SELECT. */
export const LOG_PAGE_CONTROL = { threshold: 0, cumulative: 1, defaultThreshold: 2, defaultCumulative: 3 } as const;

/** Cumulative values, starting with parameter `parameterPointer`. */
export function logSense(page: number, subpage = 0, allocationLength = 0xffff, parameterPointer = 0): ScsiCommand {
  const values = { pageControl: LOG_PAGE_CONTROL.cumulative, page, subpage, parameterPointer, allocationLength };
  return commandWithDataIn(LOG_SENSE, values, allocationLength);
}

export const LOG_SELECT = {
  name: 'LOG SELECT',
  length: 10,
  fields: {
    parameterCodeReset: flag(1, 1),
    saveParameters: flag(1, 0),
    pageControl: bits(2, 7, 6),
    page: bits(2, 5, 0),
    subpage: uint(3, 1),
    parameterListLength: uint(7, 2),
  },
} as const satisfies CdbLayout;

/** Sends a page made by `encodeLogPage`. */
export function logSelect(page: Uint8Array): ScsiCommand {
  const values = { pageControl: LOG_PAGE_CONTROL.cumulative, parameterListLength: page.length };
  return commandWithDataOut(LOG_SELECT, values, page);
}

/** Sets the cumulative values of one page to their defaults, without a parameter list (PCR bit). */
export function logReset(page: number, subpage = 0): ScsiCommand {
  const values = { parameterCodeReset: true, pageControl: LOG_PAGE_CONTROL.cumulative, page, subpage };
  return commandWithoutData(LOG_SELECT, values);
}

function pageName({ page, subpage }: LogPageCode): string {
  return `${hexCode(page)}/${hexCode(subpage)}`;
}

type PageHeader = Omit<LogPage, 'parameters'>;

function splitLogPage(bytes: Uint8Array): PageHeader & { readonly body: Uint8Array; readonly length: number } {
  const { page, disableSave, subpageFormat, subpage, length } = decodeFields(HEADER, bytes, 'log page');
  return {
    page,
    subpage: subpageFormat ? subpage : 0,
    disableSave,
    truncated: HEADER_LENGTH + length > bytes.length,
    body: bytes.subarray(HEADER_LENGTH, HEADER_LENGTH + length),
    length,
  };
}

function joinLogPage({ page, subpage, disableSave }: Omit<PageHeader, 'truncated'>, body: Uint8Array): Uint8Array {
  const header = { page, subpage, disableSave, subpageFormat: subpage !== 0, length: body.length };
  return concatBytes(encodeFields(HEADER, HEADER_LENGTH, header, `log page ${hexCode(page)}`), body);
}

function encodeParameter({ code, control, value }: LogParameter): Uint8Array {
  if (value.length > 0xff) {
    throw new InvalidArgumentError(`log parameter ${hexCode(code, 4)}: ${value.length} bytes are more than 255`);
  }
  const fields = { code: uint(0, 2), control: uint(2, 1), length: uint(3, 1) };
  const header = encodeFields(fields, 4, { code, control, length: value.length }, 'log parameter');
  return concatBytes(header, value);
}
