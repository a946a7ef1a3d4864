import { MalformedResponseError } from '../errors/index.js';

/**
 * The result of `decode`; undefined if the device's answer violates the standard. For reports of many parts, where one
 * bad page must not hide the others. Nothing is guessed from a bad page.
 */
export function ifWellFormed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedResponseError) return undefined;
    throw error;
  }
}
