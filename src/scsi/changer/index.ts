export * from './commands.js';
export * from './element-report.js';
export * from './element-status.js';
export * from './mode-pages.js';
export * from './tape-alert.js';
