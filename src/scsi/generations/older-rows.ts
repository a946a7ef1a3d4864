import type { FormatRow } from './row.js';

/** Generations of which only the cartridges are known; virtual drives begin with LTO-5. */
export const OLDER_ROWS = [
  {
    format: 'LTO-1',
    generation: 1,
    densityCode: 0x40,
    nativeGigabytes: 100,
    mediumType: { data: 0x18 },
    barcodeSuffix: { data: 'L1' },
    // Seagate's Viper 200.
    drive: { mark: '1', models: [/^ULTRIUM06242\b/i], writes: ['LTO-1'], onlyReads: [] },
  },
  {
    format: 'LTO-2',
    generation: 2,
    densityCode: 0x42,
    nativeGigabytes: 200,
    mediumType: { data: 0x28 },
    barcodeSuffix: { data: 'L2' },
    drive: { mark: '2', writes: ['LTO-1', 'LTO-2'], onlyReads: [] },
  },
  {
    format: 'LTO-3',
    generation: 3,
    densityCode: 0x44,
    nativeGigabytes: 400,
    mediumType: { data: 0x38, worm: 0x3c },
    barcodeSuffix: { data: 'L3', worm: 'LT' },
    drive: { mark: '3', writes: ['LTO-2', 'LTO-3'], onlyReads: ['LTO-1'] },
  },
  {
    format: 'LTO-4',
    generation: 4,
    densityCode: 0x46,
    nativeGigabytes: 800,
    mediumType: { data: 0x48, worm: 0x4c },
    barcodeSuffix: { data: 'L4', worm: 'LU' },
    drive: { mark: '4', writes: ['LTO-3', 'LTO-4'], onlyReads: ['LTO-2'] },
  },
] as const satisfies readonly FormatRow[];
