import type { LtoError, PartOnTape } from './lto-error.js';

/**
 * The error of an archive that was not written to its end, with the parts of it that are on tape, also in its message.
 * Without parts it stays as it is.
 */
export function withParts<T extends LtoError>(error: T, parts: readonly PartOnTape[]): T {
  if (parts.length === 0) return error;
  const before = error.message;
  const told = parts.map(({ cartridge, location, bytes }) => `${cartridge} file ${location} (${bytes} bytes)`);
  const message = `${before}. Parts on tape: ${told.join(', ')}`;
  const facts = parts.map(({ cartridge, location, bytes, checksum }) => ({ cartridge, location, bytes, checksum }));
  return Object.assign(error, { message, stack: error.stack?.replace(before, () => message), parts: facts });
}
