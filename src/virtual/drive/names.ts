import { DETAILED_GENERATIONS } from '../../scsi/generations/drives.js';
import type { LtoGeneration } from '../../scsi/generations/formats.js';

// Names of the options of a virtual drive, without its code, so that the command's help loads no drive.

/** Generations that a virtual drive can be, ascending. */
export const VIRTUAL_GENERATIONS: readonly number[] = DETAILED_GENERATIONS.map(({ generation }) => generation);

/** Name of a speed model: `lto8` is as slow as an LTO-8 drive. */
export type SpeedName = `lto${LtoGeneration}`;

/** Names of the speed models that there are. */
export const SPEED_NAMES: readonly SpeedName[] = VIRTUAL_GENERATIONS.map(speedName);

export function speedName(generation: number): SpeedName {
  return `lto${generation}` as SpeedName;
}

/** Names of the traits that there are. */
export const TRAIT_NAMES = [
  'transfer-limit=64K',
  'transfer-limit=256K',
  'transfer-limit=512K',
  'blank-check-at-beginning',
  'overflow-without-residual',
  'bop-at-block-1',
  'unknown-marks',
  'short-lengths',
  'small-early-warning',
  'no-early-warning',
  'attention-in-file',
  'no-block-protection',
] as const;
export type Trait = (typeof TRAIT_NAMES)[number];
