// The entry `node-lto/tapehoard`: docs/porting.md.
export type { TapeHoardDrive, TapeHoardHealth, TapeHoardMam, TapeHoardState } from './answers.js';
export type { TapeHoardConfiguration, TapeHoardField, TapeHoardSchema } from './configuration.js';
export { TapeHoardContract, type TapeHoardOptions } from './contract.js';
export type { SnakeCased } from './snake-case.js';
export { TapeHoardProvider } from './tapehoard-provider.js';
