import type { ThreadScript } from '../thread/waiting-thread.js';

// In the bundle of the package, its text: as in `src/archive/pack/thread-script.ts`.
export const READER: ThreadScript = { code: new URL('./worker.js', import.meta.url), isText: false };
