// Names without code, so that the command's help loads no library.

/** Names of the traits that a virtual library can have. */
export const LIBRARY_TRAIT_NAMES = [
  'tags-or-identifiers',
  'identifiers-by-curdata',
  'no-curdata',
  'at-most-1000',
  'allocation-16-bits',
  'cut-report',
  'serial-only',
  'long-descriptors',
  'false-alternate-tag',
  'cleaning-exception',
  'maker-exceptions',
  'no-access',
  'few-commands',
] as const;
export type LibraryTrait = (typeof LIBRARY_TRAIT_NAMES)[number];
