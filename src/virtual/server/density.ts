import {
  canRead,
  canWrite,
  type DensitySupport,
  decodeCdb,
  encodeDensitySupport,
  encodeMediumTypeSupport,
  type FormatFacts,
  generationFacts,
  LTO_FORMATS,
  type MediumTypeSupport,
  REPORT_DENSITY_SUPPORT,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Request } from '../unit/command.js';

const MEDIA_WIDTH = 127;
const MB_PER_GB = 1000;

/** REPORT DENSITY SUPPORT: densities of the drive or its cartridge, or medium types. */
export function reportDensitySupport(drive: Drive, { cdb }: Request): Uint8Array {
  const { media, mediumType, allocationLength } = decodeCdb(REPORT_DENSITY_SUPPORT, cdb);
  const { generation } = drive.identity;
  const loaded = media ? drive.requireReady().memory.medium.densityCode : undefined;
  const formats = LTO_FORMATS.filter(({ format, densityCode }) => {
    return canRead(generation, format) && (loaded === undefined || densityCode === loaded);
  });
  const answer = mediumType
    ? encodeMediumTypeSupport(
        formats.flatMap(mediumTypes).filter((type) => !media || type.mediumType === drive.mediumType()),
      )
    : encodeDensitySupport(formats.map((facts) => densitySupport(facts, generation)));
  return answer.subarray(0, allocationLength);
}

/** Data and WORM cartridges of a format. */
function mediumTypes({ format, densityCode, mediumType }: FormatFacts): MediumTypeSupport[] {
  const { data, worm } = mediumType;
  const codes = [{ mediumType: data, kind: '' }, ...(worm === undefined ? [] : [{ mediumType: worm, kind: ' WORM' }])];
  return codes.map(({ mediumType: code, kind }) => ({
    mediumType: code,
    densityCodes: [densityCode],
    mediumWidth: MEDIA_WIDTH,
    mediumLength: 0,
    assigningOrganization: 'LTO-CVE',
    mediumTypeName: format.slice(0, 8),
    description: `Ultrium ${format.replace('LTO-', '')}${kind}`.slice(0, 20),
  }));
}

/** Bits per millimetre, tracks and length are zero: a virtual tape has none. */
function densitySupport({ format, densityCode, nativeGigabytes }: FormatFacts, generation: number): DensitySupport {
  return {
    primaryDensityCode: densityCode,
    secondaryDensityCode: densityCode,
    writable: canWrite(generation, format),
    duplicate: false,
    default: format === generationFacts(generation)?.format,
    bitsPerMillimetre: 0,
    mediaWidth: MEDIA_WIDTH,
    tracks: 0,
    capacity: nativeGigabytes * MB_PER_GB,
    assigningOrganization: 'LTO-CVE',
    densityName: format.slice(0, 8),
    description: `Ultrium ${format}`,
  };
}
