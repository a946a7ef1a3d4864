import { prepareThread } from '../thread/waiting-thread.js';
import { READER } from './thread-script.js';

/** MiB for short-lived objects of the thread. */
export const YOUNG_MIB = 6;

/** Starts the thread of the next ArchiveThread. */
export function prepareArchiveThread(): void {
  prepareThread(READER, YOUNG_MIB);
}
