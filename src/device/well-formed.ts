import { MalformedResponseError } from '../errors/index.js';

/**
 * What `decode` reads; undefined when the device's answer is other than the standard allows. For reports of many parts,
 * where one bad page must not hide the others: it tells nothing, and nothing is guessed from it.
 */
export function ifWellFormed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedResponseError) return undefined;
    throw error;
  }
}
