/** What a cartridge is, and how it is recorded. Type M is an LTO-7 cartridge that an LTO-8 drive formatted for 9 TB. */
export type LtoFormat =
  | 'LTO-1'
  | 'LTO-2'
  | 'LTO-3'
  | 'LTO-4'
  | 'LTO-5'
  | 'LTO-6'
  | 'LTO-7'
  | 'LTO-7 Type M'
  | 'LTO-8'
  | 'LTO-9'
  | 'LTO-10'
  | 'LTO-10P';

export interface FormatFacts {
  readonly format: LtoFormat;
  readonly densityCode: number;
  /** Native capacity in units of 10^9 bytes. */
  readonly nativeGigabytes: number;
  /** The medium type byte of the mode parameter header, as IBM's drives and others set it. */
  readonly mediumType: { readonly data: number; readonly worm?: number };
  /** Last two characters of a barcode. */
  readonly barcodeSuffix: { readonly data: string; readonly worm?: string };
}

export const LTO_FORMATS: readonly FormatFacts[] = [
  row('LTO-1', 0x40, 100, { data: 0x18 }, { data: 'L1' }),
  row('LTO-2', 0x42, 200, { data: 0x28 }, { data: 'L2' }),
  row('LTO-3', 0x44, 400, { data: 0x38, worm: 0x3c }, { data: 'L3', worm: 'LT' }),
  row('LTO-4', 0x46, 800, { data: 0x48, worm: 0x4c }, { data: 'L4', worm: 'LU' }),
  row('LTO-5', 0x58, 1500, { data: 0x58, worm: 0x5c }, { data: 'L5', worm: 'LV' }),
  row('LTO-6', 0x5a, 2500, { data: 0x68, worm: 0x6c }, { data: 'L6', worm: 'LW' }),
  row('LTO-7', 0x5c, 6000, { data: 0x78, worm: 0x7c }, { data: 'L7', worm: 'LX' }),
  row('LTO-7 Type M', 0x5d, 9000, { data: 0x78 }, { data: 'M8' }),
  row('LTO-8', 0x5e, 12_000, { data: 0x88, worm: 0x8c }, { data: 'L8', worm: 'LY' }),
  row('LTO-9', 0x60, 18_000, { data: 0x98, worm: 0x9c }, { data: 'L9', worm: 'LZ' }),
  row('LTO-10', 0x62, 30_000, { data: 0xa8, worm: 0xac }, { data: 'LA' }),
  row('LTO-10P', 0x63, 40_000, { data: 0xa9 }, { data: 'PA' }),
];

function row(
  format: LtoFormat,
  densityCode: number,
  nativeGigabytes: number,
  mediumType: FormatFacts['mediumType'],
  barcodeSuffix: FormatFacts['barcodeSuffix'],
): FormatFacts {
  return { format, densityCode, nativeGigabytes, mediumType, barcodeSuffix };
}

export function formatFacts(format: LtoFormat): FormatFacts | undefined {
  return LTO_FORMATS.find((facts) => facts.format === format);
}

export function formatOfDensity(densityCode: number): LtoFormat | undefined {
  return LTO_FORMATS.find((facts) => facts.densityCode === densityCode)?.format;
}

/**
 * What the medium type byte of the mode parameter header says. HP's drives use 00h, 01h and 80h for data, WORM and
 * cleaning in any generation: those name no format. 78h is told as LTO-7, but may be Type M.
 */
export function formatOfMediumType(mediumType: number): { format: LtoFormat; worm: boolean } | undefined {
  for (const { format, mediumType: codes } of LTO_FORMATS) {
    if (codes.data === mediumType) return { format, worm: false };
    if (codes.worm === mediumType) return { format, worm: true };
  }
  return undefined;
}

/** Where the format of a cartridge can be read from, the surest first. */
export interface FormatEvidence {
  /** MAM attribute 0006h: the density that it is formatted in. */
  readonly formattedDensity?: number | undefined;
  /** MAM attribute 0405h: the density that it was made for. */
  readonly mediumDensity?: number | undefined;
  /** Density code of the block descriptor, or of the driver's status. */
  readonly currentDensity?: number | undefined;
  /** Medium type byte of the mode parameter header. */
  readonly mediumType?: number | undefined;
  /** MAM attribute 0001h. Partitions and SET CAPACITY make it smaller. */
  readonly capacityMiB?: number | undefined;
}

export interface FormatVerdict {
  readonly format: LtoFormat;
  readonly source: keyof FormatEvidence;
  /** Only the capacity spoke: never write on the strength of it. */
  readonly guess: boolean;
  /** Evidence that names another format. */
  readonly contradictedBy: readonly (keyof FormatEvidence)[];
}

/** The format of a cartridge, with the evidence that told it; undefined when nothing names a known one. */
export function formatOf(evidence: FormatEvidence): FormatVerdict | undefined {
  const { formattedDensity, mediumDensity, currentDensity, mediumType, capacityMiB } = evidence;
  const named = (
    [
      ['formattedDensity', densityFormat(formattedDensity)],
      ['mediumDensity', densityFormat(mediumDensity)],
      ['currentDensity', densityFormat(currentDensity)],
      ['mediumType', mediumType === undefined ? undefined : formatOfMediumType(mediumType)?.format],
      ['capacityMiB', capacityMiB === undefined ? undefined : formatOfCapacity(capacityMiB)],
    ] as const
  ).flatMap(([source, format]) => (format === undefined ? [] : [{ source, format }]));
  const [first, ...others] = named;
  if (first === undefined) return undefined;
  const contradictions = others.filter(
    ({ source, format }) => source !== 'capacityMiB' && !agree(first.format, format),
  );
  return {
    ...first,
    guess: first.source === 'capacityMiB',
    contradictedBy: contradictions.map(({ source }) => source),
  };
}

function densityFormat(densityCode: number | undefined): LtoFormat | undefined {
  return densityCode === undefined ? undefined : formatOfDensity(densityCode);
}

/** Type M cartridges were made as LTO-7, and say so in 0405h and in the medium type. */
function agree(format: LtoFormat, other: LtoFormat): boolean {
  return format === other || (format === 'LTO-7 Type M' && other === 'LTO-7');
}

/** The format whose native capacity is within a tenth of what is told. */
function formatOfCapacity(capacityMiB: number): LtoFormat | undefined {
  const gigabytes = (capacityMiB * 2 ** 20) / 1e9;
  return LTO_FORMATS.find((facts) => Math.abs(gigabytes - facts.nativeGigabytes) <= facts.nativeGigabytes / 10)?.format;
}

/**
 * What drives of each generation write, and what they only read. Up to LTO-7: write one generation back, read two;
 * from LTO-8 on as the LTO Program published for each.
 */
const COMPATIBILITY: Readonly<Record<number, { readonly writes: LtoFormat[]; readonly onlyReads: LtoFormat[] }>> = {
  1: { writes: ['LTO-1'], onlyReads: [] },
  2: { writes: ['LTO-1', 'LTO-2'], onlyReads: [] },
  3: { writes: ['LTO-2', 'LTO-3'], onlyReads: ['LTO-1'] },
  4: { writes: ['LTO-3', 'LTO-4'], onlyReads: ['LTO-2'] },
  5: { writes: ['LTO-4', 'LTO-5'], onlyReads: ['LTO-3'] },
  6: { writes: ['LTO-5', 'LTO-6'], onlyReads: ['LTO-4'] },
  7: { writes: ['LTO-6', 'LTO-7'], onlyReads: ['LTO-5'] },
  8: { writes: ['LTO-7', 'LTO-7 Type M', 'LTO-8'], onlyReads: [] },
  9: { writes: ['LTO-8', 'LTO-9'], onlyReads: [] },
  10: { writes: ['LTO-10', 'LTO-10P'], onlyReads: [] },
};

/** Whether a drive of that generation writes that format; false for a generation that is not known. */
export function canWrite(driveGeneration: number, format: LtoFormat): boolean {
  return COMPATIBILITY[driveGeneration]?.writes.includes(format) ?? false;
}

/** Whether a drive of that generation reads that format; false for a generation that is not known. */
export function canRead(driveGeneration: number, format: LtoFormat): boolean {
  return canWrite(driveGeneration, format) || (COMPATIBILITY[driveGeneration]?.onlyReads.includes(format) ?? false);
}
