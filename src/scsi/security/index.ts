export * from './capabilities.js';
export * from './kad.js';
export * from './modes.js';
export * from './protocol.js';
export * from './set-data-encryption.js';
export * from './status.js';
