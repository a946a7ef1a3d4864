import type { CatalogueChange, PartRecord } from '../../provider/record/changes.js';
import type { Catalogue, CataloguedArchive } from '../model/catalogue.js';

/** A whole file of a cartridge that was read to be compared. What is not known of it is undefined. */
export interface ReadFile {
  readonly fileNumber: number;
  readonly records?: number | undefined;
  readonly bytes?: number | undefined;
  readonly checksum?: string | undefined;
  /** Code of the error if it is bad. */
  readonly error?: string | undefined;
}

/** In what a cartridge differs from the catalogue. */
export interface Difference {
  /** Name of the archive in the catalogue. */
  readonly archive: string;
  readonly fileNumber: number;
  /** `missing`: there is no whole file in its place. */
  readonly what: 'checksum' | 'bytes' | 'records' | 'missing';
  readonly recorded: string | number | undefined;
  readonly found: string | number | undefined;
}

/** The files that were read. */
export interface Readings {
  readonly cartridge: string;
  readonly files: readonly ReadFile[];
  /** Whether the cartridge has no others, so that what is recorded and not among them is missing. */
  readonly areAll: boolean;
}

/** Compares what was read of a cartridge with what is recorded. Bad files are no differences. */
export async function compareReadings(catalogue: Catalogue, readings: Readings): Promise<readonly Difference[]> {
  const { cartridge, files } = readings;
  const states = ['buffered', 'durable', 'verified'] as const;
  const archives = await catalogue.archives({ cartridge, states, limit: Number.MAX_SAFE_INTEGER });
  return differencesOf(archives, readings, new Map(files.map((file) => [file.fileNumber, file])));
}

/** What the catalogue is told of readings. */
export function readingChanges(
  { cartridge, files }: Readings,
  differences: readonly Difference[],
): readonly CatalogueChange[] {
  const at = Date.now();
  return [
    ...files.map(({ fileNumber, checksum, error }) => {
      return { type: 'reading', cartridge, at, fileNumber, checksum, error } as const;
    }),
    // A catalogue finds other checksums itself.
    ...differences
      .filter(({ what }) => what !== 'checksum')
      .map(({ archive, what }) => {
        const error = what === 'missing' ? 'LTO_END_OF_DATA' : 'LTO_VERIFICATION_FAILED';
        return { type: 'verification', archive, at, ok: false, error } as const;
      }),
  ];
}

function differencesOf(
  archives: readonly CataloguedArchive[],
  { cartridge, areAll }: Readings,
  found: ReadonlyMap<number, ReadFile>,
): Difference[] {
  const differences: Difference[] = [];
  for (const { archive, parts } of archives) {
    for (const part of parts) {
      if (part.cartridge !== cartridge) continue;
      const file = found.get(part.fileNumber);
      const difference = file === undefined ? MISSING : differenceOf(part, file);
      if (difference === undefined || (file === undefined && !areAll)) continue;
      differences.push({ archive, fileNumber: part.fileNumber, ...difference });
    }
  }
  return differences;
}

type What = Pick<Difference, 'what' | 'recorded' | 'found'>;

const MISSING: What = { what: 'missing', recorded: undefined, found: undefined };

function differenceOf(part: PartRecord, { checksum, error, bytes, records }: ReadFile): What | undefined {
  if (error !== undefined) return undefined;
  if (checksum !== undefined && part.checksum !== undefined && kindOf(checksum) === kindOf(part.checksum)) {
    if (checksum === part.checksum) return undefined;
    return { what: 'checksum', recorded: part.checksum, found: checksum };
  }
  // Without a checksum to compare, at least the size is the same.
  if (bytes !== undefined && bytes !== part.bytes) return { what: 'bytes', recorded: part.bytes, found: bytes };
  // 0: it is not known.
  if (records === undefined || part.records === 0 || records === part.records) return undefined;
  return { what: 'records', recorded: part.records, found: records };
}

/** `crc32c:…` */
function kindOf(checksum: string): string {
  return checksum.slice(0, checksum.indexOf(':'));
}
