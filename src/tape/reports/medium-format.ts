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

/** What the cartridge is. */
export interface MediumFormat {
  /** Undefined when nothing tells. */
  readonly format: LtoFormat | undefined;
  /** What told the format; see `FormatEvidence`. */
  readonly source: FormatVerdict['source'] | undefined;
  /** Only the capacity spoke for this format: never write on the strength of it. */
  readonly guess: boolean;
  /** Evidence that names another format. */
  readonly contradictedBy: FormatVerdict['contradictedBy'];
  /** Undefined when nothing tells. */
  readonly kind: MediumType | undefined;
  /** The drive reads this format, by its own word (REPORT DENSITY SUPPORT); undefined when it gives none. */
  readonly canRead: boolean | undefined;
  /** The drive writes this format; write protection and WORM are told apart from this. */
  readonly canWrite: boolean | undefined;
  /** By the switch on the cartridge or by its format; undefined while it is not loaded. */
  readonly writeProtected: boolean | undefined;
}

const BYTES_IN_MIB = 2 ** 20;

/**
 * Format and kind of the cartridge, from its memory, the current density and the medium type, the surest first.
 * Rejects with NoMediumError when the drive is empty.
 */
export async function readMediumFormat(port: DrivePort): Promise<MediumFormat> {
  const presence = await requireMedium(port);
  const loaded = presence === 'loaded';
  const values = (await readCartridgeMemory(port))?.values ?? {};
  const header = loaded ? await readModeHeader(port) : undefined;
  const configuration = loaded ? await readModeFields(port, MEDIUM_CONFIGURATION) : undefined;
  // tgt says so of every medium, and that it takes no WORM cartridges.
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

/** A cartridge's memory, undefined where the drive gives none, and the format that follows from it and the drive. */
export interface MemoryAndFormat {
  readonly memory: CartridgeMemory | undefined;
  readonly verdict: FormatVerdict | undefined;
}

/**
 * For polls: half the commands of both by themselves. `isLoaded`: what TEST UNIT READY has just told; left out, it is asked.
 * Rejects with NoMediumError when the drive is empty.
 */
export async function readMemoryAndFormat(port: DrivePort, isLoaded?: boolean): Promise<MemoryAndFormat> {
  const loaded = isLoaded ?? (await requireMedium(port)) === 'loaded';
  const memory = await readCartridgeMemory(port);
  const header = loaded ? await readModeHeader(port) : undefined;
  return { memory, verdict: verdictOn(memory?.values ?? {}, header) };
}

/** Of a cartridge that is not loaded, the mode parameters say nothing. */
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

/** What the drive can do with a format: undefined when the format or the drive's list is not known. */
function densityFor(format: LtoFormat | undefined, densities: readonly DensitySupport[] | undefined) {
  const code = format && formatFacts(format)?.densityCode;
  if (code === undefined || densities === undefined) return undefined;
  const fits = densities.filter(
    ({ primaryDensityCode, secondaryDensityCode }) => primaryDensityCode === code || secondaryDensityCode === code,
  );
  return fits.find(({ writable }) => writable) ?? fits[0] ?? 'none';
}

/** mhvtl gives a WORM cartridge the MAM type of a cleaning cartridge: whoever says WORM is believed first. */
function kindOf({ mediumType }: MamValues, headerType: number | undefined, worm: boolean | undefined) {
  const ofHeader = headerType === undefined ? undefined : formatOfMediumType(headerType);
  if (worm || ofHeader?.worm || mediumType === 'worm') return 'worm';
  if (mediumType !== undefined) return mediumType;
  return worm === false || ofHeader ? 'data' : undefined;
}
