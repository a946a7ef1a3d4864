export * from './drives.js';
export * from './format-verdict.js';
export * from './formats.js';
export type * from './row.js';
