import {
  canRead,
  canWrite,
  type DensitySupport,
  decodeCdb,
  encodeDensitySupport,
  type FormatFacts,
  LTO_FORMATS,
  REPORT_DENSITY_SUPPORT,
} from '../../scsi/index.js';
import type { Drive } from '../drive.js';
import { invalidFieldInCdb } from './check-condition.js';
import type { Request } from './command.js';

const MEDIA_WIDTH = 127;
const MB_PER_GB = 1000;

/** REPORT DENSITY SUPPORT: what the drive, or the cartridge in it, can be recorded in. */
export function reportDensitySupport(drive: Drive, { cdb }: Request): Uint8Array {
  const { media, mediumType, allocationLength } = decodeCdb(REPORT_DENSITY_SUPPORT, cdb);
  if (mediumType) throw invalidFieldInCdb(1);
  const { generation } = drive.identity;
  const loaded = media ? drive.requireReady().memory.medium.densityCode : undefined;
  const formats = LTO_FORMATS.filter(({ format, densityCode }) => {
    return canRead(generation, format) && (loaded === undefined || densityCode === loaded);
  });
  return encodeDensitySupport(formats.map((facts) => densitySupport(facts, generation))).subarray(0, allocationLength);
}

/** Bits per millimetre and tracks are left at zero: a virtual tape has neither. */
function densitySupport({ format, densityCode, nativeGigabytes }: FormatFacts, generation: number): DensitySupport {
  return {
    primaryDensityCode: densityCode,
    secondaryDensityCode: densityCode,
    writable: canWrite(generation, format),
    duplicate: false,
    default: format === `LTO-${generation}`,
    bitsPerMillimetre: 0,
    mediaWidth: MEDIA_WIDTH,
    tracks: 0,
    capacity: nativeGigabytes * MB_PER_GB,
    assigningOrganization: 'LTO-CVE',
    densityName: format.slice(0, 8),
    description: `Ultrium ${format}`,
  };
}
