// What a virtual drive can be told to be like: names alone, so that the help of the command loads no drive.

/** Names of the speed models that there are. */
export const SPEED_NAMES = ['lto5', 'lto6', 'lto7', 'lto8', 'lto9', 'lto10'] as const;
export type SpeedName = (typeof SPEED_NAMES)[number];

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
] as const;
export type Trait = (typeof TRAIT_NAMES)[number];
