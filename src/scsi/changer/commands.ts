import { type CdbLayout, commandWithDataIn, commandWithoutData } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, flag, uint } from '../wire/layout.js';

// The commands of SMC-3, with their CDBs as tables. Elements are named by their addresses.

/** ELEMENT TYPE CODE. */
export const ELEMENT_TYPE = { all: 0, transport: 1, storage: 2, importExport: 3, dataTransfer: 4 } as const;
/** An element type: medium transport (robot), storage (slot), import/export (mail slot), data transfer (drive). */
export type ElementType = Exclude<keyof typeof ELEMENT_TYPE, 'all'>;

export const INITIALIZE_ELEMENT_STATUS = {
  name: 'INITIALIZE ELEMENT STATUS',
  length: 6,
  fields: {},
} as const satisfies CdbLayout;

/** INITIALIZE ELEMENT STATUS: the library scans all its elements again. */
export function initializeElementStatus(): ScsiCommand {
  return commandWithoutData(INITIALIZE_ELEMENT_STATUS, {});
}

export const INITIALIZE_ELEMENT_STATUS_WITH_RANGE = {
  name: 'INITIALIZE ELEMENT STATUS WITH RANGE',
  length: 10,
  fields: {
    /** FAST: no barcodes are read. */
    fast: flag(1, 1),
    /** RANGE: only the elements from the given address on; otherwise all. */
    range: flag(1, 0),
    firstElement: uint(2, 2),
    count: uint(6, 2),
  },
} as const satisfies CdbLayout;

/** INITIALIZE ELEMENT STATUS WITH RANGE: the library scans `count` elements from an address on again. */
export function initializeElementStatusWithRange(firstElement: number, count: number): ScsiCommand {
  return commandWithoutData(INITIALIZE_ELEMENT_STATUS_WITH_RANGE, { range: true, firstElement, count });
}

export const READ_ELEMENT_STATUS = {
  name: 'READ ELEMENT STATUS',
  length: 12,
  fields: {
    /** VOLTAG: include volume tags, the barcodes. */
    volumeTags: flag(1, 4),
    /** One of `ELEMENT_TYPE`. */
    elementType: bits(1, 3, 0),
    firstElement: uint(2, 2),
    count: uint(4, 2),
    /** MIXED (SMC-3): media of several domains. */
    mixed: flag(6, 2),
    /** CURDATA: report the known state, without motion. */
    currentData: flag(6, 1),
    /** DVCID: include the identifiers of the drives. */
    deviceIdentifiers: flag(6, 0),
    allocationLength: uint(7, 3),
  },
} as const satisfies CdbLayout;

export interface ReadElementStatusOptions {
  readonly elementType: keyof typeof ELEMENT_TYPE;
  readonly firstElement?: number;
  readonly count?: number;
  readonly volumeTags?: boolean;
  readonly currentData?: boolean;
  readonly deviceIdentifiers?: boolean;
  readonly allocationLength?: number;
}

/** READ ELEMENT STATUS: the elements of a type, by default of all types, as far as 64 KiB hold them. */
export function readElementStatus({ elementType, ...options }: ReadElementStatusOptions): ScsiCommand {
  const { firstElement = 0, count = 0xffff, allocationLength = 0xffff, ...flags } = options;
  const values = { ...flags, elementType: ELEMENT_TYPE[elementType], firstElement, count, allocationLength };
  return commandWithDataIn(READ_ELEMENT_STATUS, values, allocationLength);
}

export const MOVE_MEDIUM = {
  name: 'MOVE MEDIUM',
  length: 12,
  fields: {
    /** Address of the medium transport element; 0: the library chooses. */
    transport: uint(2, 2),
    source: uint(4, 2),
    destination: uint(6, 2),
    invert: flag(10, 0),
  },
} as const satisfies CdbLayout;

export function moveMedium(move: { transport?: number; source: number; destination: number }): ScsiCommand {
  return commandWithoutData(MOVE_MEDIUM, move);
}

export const EXCHANGE_MEDIUM = {
  name: 'EXCHANGE MEDIUM',
  length: 12,
  fields: {
    transport: uint(2, 2),
    source: uint(4, 2),
    /** Receives the medium of the source; its own medium goes to the second destination. */
    firstDestination: uint(6, 2),
    secondDestination: uint(8, 2),
    invertFirst: flag(10, 1),
    invertSecond: flag(10, 0),
  },
} as const satisfies CdbLayout;

export function exchangeMedium(exchange: {
  transport?: number;
  source: number;
  firstDestination: number;
  secondDestination: number;
}): ScsiCommand {
  return commandWithoutData(EXCHANGE_MEDIUM, exchange);
}

export const POSITION_TO_ELEMENT = {
  name: 'POSITION TO ELEMENT',
  length: 10,
  fields: { transport: uint(2, 2), destination: uint(4, 2), invert: flag(8, 0) },
} as const satisfies CdbLayout;

export function positionToElement(position: { transport?: number; destination: number }): ScsiCommand {
  return commandWithoutData(POSITION_TO_ELEMENT, position);
}

/** ACTION CODE of OPEN/CLOSE IMPORT/EXPORT ELEMENT. */
export const IMPORT_EXPORT_ACTION = { open: 0, close: 1 } as const;

export const OPEN_CLOSE_IMPORT_EXPORT = {
  name: 'OPEN/CLOSE IMPORT/EXPORT ELEMENT',
  length: 6,
  fields: { element: uint(2, 2), action: bits(4, 4, 0) },
} as const satisfies CdbLayout;

export function openCloseImportExport(element: number, action: keyof typeof IMPORT_EXPORT_ACTION): ScsiCommand {
  return commandWithoutData(OPEN_CLOSE_IMPORT_EXPORT, { element, action: IMPORT_EXPORT_ACTION[action] });
}
