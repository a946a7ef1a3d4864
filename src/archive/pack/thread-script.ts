import type { ThreadScript } from '../thread/waiting-thread.js';

// The bundle of the package has the text of the script in the place of this file (`scripts/bundle/threads.mjs`): whoever
// bundles the package again has no other file to take along.
export const PACKER: ThreadScript = { code: new URL('./packer-thread.js', import.meta.url), isText: false };
