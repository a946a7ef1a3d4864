import { type ModeHeader, readModeFields, readModeHeader } from '../../device/mode-pages.js';
import type { DensitySupport } from '../../scsi/commands/density-support.js';
import {
  type FormatVerdict,
  formatFacts,
  formatOf,
  formatOfMediumType,
  type LtoFormat,
} from '../../scsi/generations/index.js';
import type { MamValues, MediumType } from '../../scsi/mam/values.js';
import { MEDIUM_CONFIGURATION } from '../../scsi/mode/pages.js';
import type { DrivePort } from '../port/drive-port.js';
import { type CartridgeMemory, readCartridgeMemory } from './cartridge-memory.js';
import { readDensities } from './drive-reports.js';
import { readWormCapability } from './identity.js';
import { requireMedium } from './medium-presence.js';

/** Format and kind of the cartridge. */
export interface MediumFormat {
  /** Undefined if unknown. */
  readonly format: LtoFormat | undefined;
  /** Source of the format; see `FormatEvidence`. */
  readonly source: FormatVerdict['source'] | undefined;
  /** The format was derived from the capacity alone: never write because of it. */
  readonly guess: boolean;
  /** Evidence that names another format. */
  readonly contradictedBy: FormatVerdict['contradictedBy'];
  /** Undefined if unknown. */
  readonly kind: MediumType | undefined;
  /** The drive reads this format, according to REPORT DENSITY SUPPORT; undefined if it does not report it. */
  readonly canRead: boolean | undefined;
  /** The drive writes this format; write protection and WORM are reported separately. */
  readonly canWrite: boolean | undefined;
  /** Protected by the switch or by the format; undefined while the cartridge is not loaded. */
  readonly writeProtected: boolean | undefined;
}

const BYTES_IN_MIB = 2 ** 20;

/**
 * Format and kind of the cartridge, from its memory, the current density and the medium type, the most reliable first.
 * Rejects with NoMediumError if the drive is empty.
 */
export async function readMediumFormat(port: DrivePort): Promise<MediumFormat> {
  const presence = await requireMedium(port);
  const loaded = presence === 'loaded';
  const values = (await readCartridgeMemory(port))?.values ?? {};
  const header = loaded ? await readModeHeader(port) : undefined;
  const configuration = loaded ? await readModeFields(port, MEDIUM_CONFIGURATION) : undefined;
  // tgt reports WORM for every medium, and that it does not support WORM cartridges.
  const worm = configuration?.worm && (await readWormCapability(port)) !== false;
  const verdict = verdictOn(values, header);
  const density = densityFor(verdict?.format, (await readDensities(port))?.drive);
  return {
    format: verdict?.format,
    source: verdict?.source,
    guess: verdict?.guess ?? false,
    contradictedBy: verdict?.contradictedBy ?? [],
    kind: presence === 'cleaning' ? 'cleaning' : kindOf(values, header?.mediumType, worm),
    canRead: density && density !== 'none',
    canWrite: density && density !== 'none' && density.writable,
    writeProtected: header?.writeProtected,
  };
}

/** The cartridge memory, undefined if the drive has no access to one, and the format derived from it and the drive. */
export interface MemoryAndFormat {
  readonly memory: CartridgeMemory | undefined;
  readonly verdict: FormatVerdict | undefined;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/**
 * For how long a reading is taken for the present one while no change is seen. No unit attention reports what another
 * program or host writes into the cartridge memory (SPC-5 has no additional sense code for it).
 */
const KEPT_MS = 30_000;

/** The last reading, and what it depends on. */
interface Kept extends MemoryAndFormat {
  readonly isLoaded: boolean;
  readonly allChanges: number;
}

const kept = new WeakMap<DrivePort, Kept>();

/**
 * For polls: needs half the commands of two separate calls. `isLoaded`: result of a TEST UNIT READY just sent, which
 * would have reported a change: without one, the reading of before is given. If omitted, the command is sent, and all is
 * read. Rejects with NoMediumError if the drive is empty.
 */
export async function readMemoryAndFormat(port: DrivePort, isLoaded?: boolean): Promise<MemoryAndFormat> {
  const { allChanges } = port;
  const last = kept.get(port);
  const isSame = last !== undefined && last.isLoaded === isLoaded && last.allChanges === allChanges;
  if (isSame && Date.now() - last.readAt < KEPT_MS) return last;
  kept.delete(port);
  const loaded = isLoaded ?? (await requireMedium(port)) === 'loaded';
  const memory = await readCartridgeMemory(port);
  const header = loaded ? await readModeHeader(port) : undefined;
  const reading = { memory, verdict: verdictOn(memory?.values ?? {}, header), readAt: Date.now() };
  const isUndisturbed = allChanges !== undefined && port.allChanges === allChanges;
  if (isUndisturbed) kept.set(port, { ...reading, isLoaded: loaded, allChanges });
  return reading;
}

/** The mode parameters are meaningless while the cartridge is not loaded. */
function verdictOn(values: MamValues, header: ModeHeader | undefined): FormatVerdict | undefined {
  return formatOf({
    formattedDensity: values.formattedDensityCode,
    mediumDensity: values.mediumDensityCode,
    currentDensity: header?.blockDescriptor?.densityCode,
    mediumType: header?.mediumType,
    capacityMiB: mebibytes(values.maximumCapacity),
  });
}

function mebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / BYTES_IN_MIB;
}

/** The drive's density descriptor for a format; undefined if the format or the drive's list is unknown. */
function densityFor(format: LtoFormat | undefined, densities: readonly DensitySupport[] | undefined) {
  const code = format && formatFacts(format)?.densityCode;
  if (code === undefined || densities === undefined) return undefined;
  const fits = densities.filter(
    ({ primaryDensityCode, secondaryDensityCode }) => primaryDensityCode === code || secondaryDensityCode === code,
  );
  return fits.find(({ writable }) => writable) ?? fits[0] ?? 'none';
}

/** mhvtl gives a WORM cartridge the MAM type of a cleaning cartridge, so any source that says WORM wins. */
function kindOf({ mediumType }: MamValues, headerType: number | undefined, worm: boolean | undefined) {
  const ofHeader = headerType === undefined ? undefined : formatOfMediumType(headerType);
  if (worm || ofHeader?.worm || mediumType === 'worm') return 'worm';
  if (mediumType !== undefined) return mediumType;
  return worm === false || ofHeader ? 'data' : undefined;
}
