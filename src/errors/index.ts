export * from './access.js';
export * from './archive.js';
export * from './device.js';
export * from './encryption.js';
export * from './library.js';
export { LtoError, type LtoErrorDetails } from './lto-error.js';
export * from './medium.js';
export * from './sense-data.js';
export * from './transfer.js';
