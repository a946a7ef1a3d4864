export * from './commands.js';
export * from './element-status.js';
export * from './mode-pages.js';
