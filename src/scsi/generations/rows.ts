import { OLDER_ROWS } from './older-rows.js';
import type { FormatRow } from './row.js';

/** Recording speeds of LTO-9 in MB/s, as IBM publishes them for full-height drives; those of LTO-7 and 8 as well. */
const LTO_9_SPEEDS = [177, 203, 223, 244, 263, 284, 305, 325, 347, 366, 385, 400];

/** Twelve equal steps from a third of the native speed: no vendor publishes the steps of LTO-5 and 6. */
function evenSteps(native: number): number[] {
  const lowest = native / 3;
  return Array.from({ length: 12 }, (_, step) => lowest + ((native - lowest) * step) / 11);
}

/**
 * Everything that depends on the generation, one row each, in ascending order. Up to LTO-7, drives write one generation
 * back and read two; from LTO-8 on, the LTO Program publishes the compatibility of each.
 */
export const ROWS = [
  ...OLDER_ROWS,
  {
    format: 'LTO-5',
    generation: 5,
    densityCode: 0x58,
    nativeGigabytes: 1500,
    mediumType: { data: 0x58, worm: 0x5c },
    barcodeSuffix: { data: 'L5', worm: 'LV' },
    wraps: 80,
    tapeMetres: 846,
    drive: {
      mark: '5',
      writes: ['LTO-4', 'LTO-5'],
      onlyReads: ['LTO-3'],
      details: {
        partitions: 2,
        bufferMebibytes: 256,
        speeds: evenSteps(140),
        timeouts: {
          read: 1920,
          write: 1920,
          writeFilemarks: 1740,
          space: 2700,
          locate: 2700,
          erase: 19_200,
          rewind: 780,
          formatMedium: 1980,
          verify: 19_980,
          loadUnload: 1020,
          sendDiagnostic: 3120,
          writeBuffer: 720,
          readBuffer: 660,
        },
      },
    },
  },
  {
    format: 'LTO-6',
    generation: 6,
    densityCode: 0x5a,
    nativeGigabytes: 2500,
    mediumType: { data: 0x68, worm: 0x6c },
    barcodeSuffix: { data: 'L6', worm: 'LW' },
    wraps: 136,
    tapeMetres: 846,
    drive: {
      mark: '6',
      writes: ['LTO-5', 'LTO-6'],
      onlyReads: ['LTO-4'],
      details: {
        partitions: 4,
        bufferMebibytes: 512,
        speeds: evenSteps(160),
        timeouts: {
          read: 1920,
          write: 1920,
          writeFilemarks: 1740,
          space: 2700,
          locate: 2940,
          erase: 29_400,
          rewind: 780,
          formatMedium: 3840,
          verify: 30_000,
          loadUnload: 1020,
          sendDiagnostic: 3120,
          writeBuffer: 720,
          readBuffer: 660,
        },
      },
    },
  },
  {
    format: 'LTO-7',
    generation: 7,
    densityCode: 0x5c,
    nativeGigabytes: 6000,
    mediumType: { data: 0x78, worm: 0x7c },
    barcodeSuffix: { data: 'L7', worm: 'LX' },
    wraps: 112,
    tapeMetres: 960,
    drive: {
      mark: '7',
      writes: ['LTO-6', 'LTO-7'],
      onlyReads: ['LTO-5'],
      details: {
        partitions: 4,
        bufferMebibytes: 1024,
        speeds: [101.46, 120.11, 138.52, 157.67, 175.46, 194.26, 213.06, 231.86, 250.66, 268.56, 287.52, 300],
        timeouts: {
          read: 2340,
          write: 1920,
          writeFilemarks: 1920,
          space: 2940,
          locate: 2940,
          erase: 29_400,
          rewind: 780,
          formatMedium: 3240,
          verify: 28_860,
          loadUnload: 1020,
          sendDiagnostic: 2040,
          writeBuffer: 540,
          readBuffer: 480,
        },
      },
    },
  },
  {
    // An LTO-7 cartridge that an LTO-8 drive formatted for 9 TB.
    format: 'LTO-7 Type M',
    generation: 8,
    densityCode: 0x5d,
    nativeGigabytes: 9000,
    mediumType: { data: 0x78 },
    barcodeSuffix: { data: 'M8' },
    tapeMetres: 960,
    madeAs: 'LTO-7',
  },
  {
    format: 'LTO-8',
    generation: 8,
    densityCode: 0x5e,
    nativeGigabytes: 12_000,
    mediumType: { data: 0x88, worm: 0x8c },
    barcodeSuffix: { data: 'L8', worm: 'LY' },
    wraps: 208,
    tapeMetres: 960,
    drive: {
      mark: '8',
      writes: ['LTO-7', 'LTO-7 Type M', 'LTO-8'],
      onlyReads: [],
      details: {
        partitions: 4,
        bufferMebibytes: 1024,
        speeds: [112, 135, 157.5, 180, 203, 226, 249.5, 273, 295, 318, 341, 360],
        timeouts: {
          read: 2340,
          write: 1680,
          writeFilemarks: 1680,
          space: 2940,
          locate: 2940,
          erase: 121_448,
          rewind: 660,
          formatMedium: 3240,
          verify: 54_360,
          loadUnload: 960,
          sendDiagnostic: 2040,
          writeBuffer: 540,
          readBuffer: 480,
        },
      },
    },
  },
  {
    format: 'LTO-9',
    generation: 9,
    densityCode: 0x60,
    nativeGigabytes: 18_000,
    mediumType: { data: 0x98, worm: 0x9c },
    barcodeSuffix: { data: 'L9', worm: 'LZ' },
    wraps: 280,
    tapeMetres: 1035,
    drive: {
      mark: '9',
      writes: ['LTO-8', 'LTO-9'],
      onlyReads: [],
      details: {
        partitions: 4,
        bufferMebibytes: 1024,
        speeds: LTO_9_SPEEDS,
        timeouts: {
          read: 2340,
          write: 1680,
          writeFilemarks: 1680,
          space: 2940,
          locate: 2940,
          erase: 166_370,
          rewind: 660,
          formatMedium: 3240,
          verify: 63_300,
          // A cartridge is characterised for up to two hours at its first load.
          loadUnload: 8220,
          sendDiagnostic: 2040,
          writeBuffer: 540,
          readBuffer: 480,
        },
      },
    },
  },
  {
    format: 'LTO-10',
    generation: 10,
    densityCode: 0x62,
    nativeGigabytes: 30_000,
    mediumType: { data: 0xa8, worm: 0xac },
    barcodeSuffix: { data: 'LA' },
    drive: {
      mark: 'A',
      writes: ['LTO-10', 'LTO-10P'],
      onlyReads: [],
      details: {
        partitions: 4,
        bufferMebibytes: 1024,
        // No vendor publishes the steps; the native speed is that of LTO-9.
        speeds: LTO_9_SPEEDS,
        timeouts: {
          read: 2340,
          write: 1560,
          writeFilemarks: 1680,
          space: 3940,
          // Quantum's; IBM has 3940.
          locate: 104_880,
          erase: 205_440,
          rewind: 600,
          formatMedium: 3240,
          verify: 104_880,
          // Same as LTO-9: nothing else is published for LTO-10.
          loadUnload: 8220,
          sendDiagnostic: 2040,
          writeBuffer: 540,
          readBuffer: 480,
        },
      },
    },
  },
  {
    // A cartridge of 40 TB for LTO-10 drives.
    format: 'LTO-10P',
    generation: 10,
    densityCode: 0x63,
    nativeGigabytes: 40_000,
    mediumType: { data: 0xa9 },
    barcodeSuffix: { data: 'PA' },
  },
] as const satisfies readonly FormatRow[];
