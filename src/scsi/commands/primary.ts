import { type CdbLayout, commandWithDataIn, commandWithDataOut, commandWithoutData } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, flag, uint } from '../wire/layout.js';

// The commands of SPC-5 that every device has, with their CDBs as tables.

export const TEST_UNIT_READY = { name: 'TEST UNIT READY', length: 6, fields: {} } as const satisfies CdbLayout;

export function testUnitReady(): ScsiCommand {
  return commandWithoutData(TEST_UNIT_READY, {});
}

export const REQUEST_SENSE = {
  name: 'REQUEST SENSE',
  length: 6,
  fields: { descriptorFormat: flag(1, 0), allocationLength: uint(4, 1) },
} as const satisfies CdbLayout;

export function requestSense(options: { descriptorFormat?: boolean; allocationLength?: number } = {}): ScsiCommand {
  const { descriptorFormat = false, allocationLength = 252 } = options;
  return commandWithDataIn(REQUEST_SENSE, { descriptorFormat, allocationLength }, allocationLength);
}

export const INQUIRY = {
  name: 'INQUIRY',
  length: 6,
  fields: { enableVpd: flag(1, 0), pageCode: uint(2, 1), allocationLength: uint(3, 2) },
} as const satisfies CdbLayout;

/** Standard INQUIRY data, or the vital product data page `vpdPage`. */
export function inquiry(options: { vpdPage?: number; allocationLength?: number } = {}): ScsiCommand {
  const { vpdPage, allocationLength = 512 } = options;
  const values = { enableVpd: vpdPage !== undefined, pageCode: vpdPage ?? 0, allocationLength };
  return commandWithDataIn(INQUIRY, values, allocationLength);
}

/** Values of the PAGE CONTROL field of MODE SENSE. */
export const PAGE_CONTROL = { current: 0, changeable: 1, default: 2, saved: 3 } as const;

export interface ModeSenseOptions {
  /** 3Fh: all pages. */
  readonly pageCode: number;
  readonly subpageCode?: number;
  readonly pageControl?: keyof typeof PAGE_CONTROL;
  readonly disableBlockDescriptors?: boolean;
  readonly allocationLength?: number;
}

const MODE_SENSE_FIELDS = {
  disableBlockDescriptors: flag(1, 3),
  pageControl: bits(2, 7, 6),
  pageCode: bits(2, 5, 0),
  subpageCode: uint(3, 1),
};

export const MODE_SENSE_6 = {
  name: 'MODE SENSE(6)',
  length: 6,
  fields: { ...MODE_SENSE_FIELDS, allocationLength: uint(4, 1) },
} as const satisfies CdbLayout;

export function modeSense6(options: ModeSenseOptions): ScsiCommand {
  return modeSense(MODE_SENSE_6, options, 252);
}

export const MODE_SENSE_10 = {
  name: 'MODE SENSE(10)',
  length: 10,
  fields: { ...MODE_SENSE_FIELDS, allocationLength: uint(7, 2) },
} as const satisfies CdbLayout;

export function modeSense10(options: ModeSenseOptions): ScsiCommand {
  return modeSense(MODE_SENSE_10, options, 4096);
}

function modeSense(layout: typeof MODE_SENSE_6 | typeof MODE_SENSE_10, options: ModeSenseOptions, room: number) {
  const { pageControl = 'current', allocationLength = room, ...rest } = options;
  const values = { ...rest, pageControl: PAGE_CONTROL[pageControl], allocationLength };
  return commandWithDataIn(layout, values, allocationLength);
}

export interface ModeSelectOptions {
  /** Header, block descriptors and pages. */
  readonly data: Uint8Array;
  readonly savePages?: boolean;
}

export const MODE_SELECT_6 = {
  name: 'MODE SELECT(6)',
  length: 6,
  fields: { pageFormat: flag(1, 4), savePages: flag(1, 0), parameterListLength: uint(4, 1) },
} as const satisfies CdbLayout;

export function modeSelect6(options: ModeSelectOptions): ScsiCommand {
  return modeSelect(MODE_SELECT_6, options);
}

export const MODE_SELECT_10 = {
  name: 'MODE SELECT(10)',
  length: 10,
  fields: { pageFormat: flag(1, 4), savePages: flag(1, 0), parameterListLength: uint(7, 2) },
} as const satisfies CdbLayout;

export function modeSelect10(options: ModeSelectOptions): ScsiCommand {
  return modeSelect(MODE_SELECT_10, options);
}

function modeSelect(
  layout: typeof MODE_SELECT_6 | typeof MODE_SELECT_10,
  { data, savePages = false }: ModeSelectOptions,
): ScsiCommand {
  return commandWithDataOut(layout, { pageFormat: true, savePages, parameterListLength: data.length }, data);
}

export const PREVENT_ALLOW = {
  name: 'PREVENT ALLOW MEDIUM REMOVAL',
  length: 6,
  fields: { prevent: bits(4, 1, 0) },
} as const satisfies CdbLayout;

export function preventAllow(prevent: boolean): ScsiCommand {
  return commandWithoutData(PREVENT_ALLOW, { prevent: prevent ? 1 : 0 });
}

export const REPORT_LUNS = {
  name: 'REPORT LUNS',
  length: 12,
  fields: { selectReport: uint(2, 1), allocationLength: uint(6, 4) },
} as const satisfies CdbLayout;

export function reportLuns(options: { selectReport?: number; allocationLength?: number } = {}): ScsiCommand {
  const { selectReport = 0, allocationLength = 4096 } = options;
  return commandWithDataIn(REPORT_LUNS, { selectReport, allocationLength }, allocationLength);
}
