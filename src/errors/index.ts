export * from './lto-error.js';
export * from './sense-data.js';
export * from './taxonomy.js';
