import type { ModePageLayout } from '../mode/page.js';
import { bits, flag, uint } from '../wire/layout.js';

// Mode pages of a medium changer (SMC-3 7.3). Byte 0 is the page code.

export const ELEMENT_ADDRESS_ASSIGNMENT = {
  page: 0x1d,
  subpage: 0,
  name: 'Element address assignment',
  length: 20,
  fields: {
    firstTransport: uint(2, 2),
    transports: uint(4, 2),
    firstStorage: uint(6, 2),
    storages: uint(8, 2),
    firstImportExport: uint(10, 2),
    importExports: uint(12, 2),
    firstDataTransfer: uint(14, 2),
    dataTransfers: uint(16, 2),
  },
} as const satisfies ModePageLayout;

/** Geometry of the first transport element; two bytes for each further one follow. */
export const TRANSPORT_GEOMETRY = {
  page: 0x1e,
  subpage: 0,
  name: 'Transport geometry parameters',
  length: 4,
  fields: { rotates: flag(2, 0), memberNumber: uint(3, 1) },
} as const satisfies ModePageLayout;

/** Element types that a medium can be moved to, one bit each: drives, import/export elements, slots, transports. */
const to = (byte: number) => bits(byte, 3, 0);
/** The bits of such a field. */
export const ELEMENT_BIT = { dataTransfer: 8, importExport: 4, storage: 2, transport: 1 } as const;

export const DEVICE_CAPABILITIES = {
  page: 0x1f,
  subpage: 0,
  name: 'Device capabilities',
  /** Older libraries send only this much; SMC-3 has 20. */
  length: 16,
  fields: {
    /** Element types that can store a medium. */
    stores: to(2),
    moveFromTransport: to(4),
    moveFromStorage: to(5),
    moveFromImportExport: to(6),
    moveFromDataTransfer: to(7),
    exchangeFromTransport: to(12),
    exchangeFromStorage: to(13),
    exchangeFromImportExport: to(14),
    exchangeFromDataTransfer: to(15),
  },
} as const satisfies ModePageLayout;
