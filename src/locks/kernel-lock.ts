import { optionalAddon } from '../addon/load-addon.js';
import { isSystemError, namingFailures } from '../errors/system-error.js';

/**
 * Takes a kernel lock on an open file. It is visible to all processes of the machine, in any namespace, and released
 * when the file is closed, at the latest when the process ends. False if another lock conflicts; undefined if locks are
 * unavailable: without the addon, or on a file system without locks.
 */
export function lockDescriptor(fd: number, mode: 'shared' | 'exclusive'): boolean | undefined {
  try {
    return namingFailures(() => optionalAddon()?.lockFile(fd, mode));
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
