/**
 * Commands that only tell something. When the reader of their output has gone (`lto watch | head -1`), it has seen what it
 * wanted: they end without a message, with OUTPUT_CLOSED, as a process does that SIGPIPE ends. All others have changed a
 * tape, a library, a keystore or a catalogue, and say that their result was not printed.
 */
export const QUERIES: ReadonlySet<string> = new Set([
  'list',
  'scan',
  'find',
  'catalogue stats',
  'catalogue export',
  'drives',
  'status',
  'inspect',
  'health',
  'mam get',
  'log',
  'encryption status',
  'capture',
  'watch',
  'report',
  'metrics',
  'reserve status',
  'library list',
  'library status',
  'library watch',
  'key list',
  'completion',
]);
