import { prepareThread } from '../thread/waiting-thread.js';
import { PACKER } from './thread-script.js';

/** MiB for short-lived objects of the thread. */
export const YOUNG_MIB = 4;

/** Starts the thread of the next PackStream. */
export function preparePackerThread(): void {
  prepareThread(PACKER, YOUNG_MIB);
}
