import type { StandardInquiry } from '../scsi/commands/inquiry.js';

// What libraries do differently, by INQUIRY. A library without a row is asked in the way that all of them understand. What a
// library sends without being asked needs no row: the decoder reads the layouts of all makers.

/** How a library is asked, and what its own codes mean. */
export interface LibraryQuirks {
  /** Values of CURDATA with which the identifiers of drives are asked for, one after the other until they are there. */
  readonly currentData: readonly boolean[];
  /** Exceptions of elements that the standard does not name, as `asc/ascq`. */
  readonly exceptions: Readonly<Record<string, string>>;
  /** It sets the Access bit of elements that the robot reaches. */
  readonly tellsAccess: boolean;
}

/** CURDATA set first: without it an HPE MSL3040 leaves the identifiers out. */
export const CONSERVATIVE: LibraryQuirks = { currentData: [true, false], exceptions: {}, tellsAccess: true };

interface QuirkRow extends Partial<LibraryQuirks> {
  readonly vendor: string;
  readonly product: RegExp;
}

/** The vendor's code of what is wrong with the label. */
const LABELS = { '83/00': 'not yet scanned', '83/01': 'no readable barcode label' };

const ROWS: readonly QuirkRow[] = [
  // Never refuses CURDATA (bytes of a library with firmware 3350).
  { vendor: 'HPE', product: /^MSL3040/, currentData: [true] },
  // Dell sells it as TL2000 and TL4000, whose SCSI reference has the codes.
  {
    vendor: 'IBM',
    product: /^3573-TL/,
    exceptions: { ...LABELS, '30/83': 'cleaning cartridge without a readable label' },
  },
  // Linux's tgt, in the lab: no element is ever said to be in reach, and all are.
  { vendor: 'IET', product: /^VIRTUAL-CHANGER/, tellsAccess: false },
];

/** How the library of that INQUIRY is asked. */
export function quirksOf({ vendor, product }: Pick<StandardInquiry, 'vendor' | 'product'>): LibraryQuirks {
  const row = ROWS.find((each) => each.vendor === vendor.trim() && each.product.test(product));
  return { ...CONSERVATIVE, ...row };
}
