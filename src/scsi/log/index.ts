export * from './counters.js';
export * from './describe.js';
export * from './device-status.js';
export * from './diagnostic-data.js';
export type { LogValueKind, PartitionRecord } from './kinds.js';
/** For a table of one's own. */
export * as logKinds from './kinds.js';
export * from './page.js';
export * from './registry.js';
export * from './statistics.js';
export * from './tape-alert.js';
export * from './values.js';
