import type * as Binding from '../../binding.js';
import { loadAddon } from '../addon/load-addon.js';
import { AddonUnavailableError } from '../errors/index.js';
import { isSystemError, namingFailures } from '../errors/system-error.js';

/**
 * Takes a lock of an open file that the kernel holds, for all processes of the machine whatever namespaces they are in,
 * and gives up when the file is closed, at the latest with the process. False where somebody else's rules it out;
 * undefined where it cannot be told: without the addon, and on a file system without locks.
 */
export function lockDescriptor(fd: number, mode: 'shared' | 'exclusive'): boolean | undefined {
  try {
    return namingFailures(() => addon()?.lockFile(fd, mode));
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Null once it could not be loaded: looking for it again and again would take time. */
let known: typeof Binding | null | undefined;

function addon(): typeof Binding | undefined {
  if (known === undefined) known = load();
  return known ?? undefined;
}

function load(): typeof Binding | null {
  try {
    return loadAddon();
  } catch (error) {
    if (error instanceof AddonUnavailableError) return null;
    throw error;
  }
}
