import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { FailedCall } from '../../binding.js';

/** A failed system call, of the addon, of Node.js or of the embedded drive. */
export interface SystemError extends FailedCall {
  /** Name of the errno value, or one of FailureCode. */
  readonly code: string;
}

/** Codes of failures without an errno value. */
export const FailureCode = {
  /** A call to a device that is closed. */
  CLOSED: 'ERR_LTO_CLOSED',
  /** A write(2) that wrote part of a record. */
  SHORT_WRITE: 'ERR_LTO_SHORT_WRITE',
} as const;

/** errno values of Linux that tape drivers and file systems use and Node's tables lack. */
const LINUX_ERRNO: Readonly<Record<string, number>> = {
  EBADE: 52,
  EUCLEAN: 117,
  ENOMEDIUM: 123,
  EMEDIUMTYPE: 124,
  ENOKEY: 126,
  EKEYEXPIRED: 127,
  EKEYREVOKED: 128,
  EKEYREJECTED: 129,
  EHWPOISON: 133,
};

const ERRNO: Readonly<Record<string, number>> = { ...LINUX_ERRNO, ...constants.errno };

/** Of two names for one value (EAGAIN, EWOULDBLOCK), the alphabetically first, as in Node.js. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ERRNO)
    .sort(([one], [other]) => (one < other ? 1 : -1))
    .map(([name, value]) => [value, name]),
);

/** The name of a negative errno value; as in Node.js, `Unknown system error -9999` if it has none. */
export function errnoName(errno: number): string {
  return NAMES.get(-errno) ?? getSystemErrorName(errno);
}

/** Whether `error` came from a system call (or stands for one): it has a string `code` and a `syscall`. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/** Makes the error that the addon makes for a failed call; for transports without a real call. */
export function systemError(code: string, syscall: string, device: string): SystemError {
  return Object.assign(new Error(`${syscall} ${device}: ${code}`), { code, errno: -(ERRNO[code] ?? 0), syscall });
}

/** Adds `code` to a FailedCall of the addon; any other error is returned unchanged. */
export function nameFailure(error: unknown): unknown {
  if (!isFailedCall(error)) return error;
  const code = error.errno === 0 ? FailureCode.CLOSED : errnoName(error.errno);
  return Object.assign(error, { code, message: `${code}: ${error.message}` });
}

/** Runs a blocking call of the addon; throws SystemError for a FailedCall. */
export function namingFailures<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw nameFailure(error);
  }
}

function isFailedCall(error: unknown): error is FailedCall {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && !('code' in error);
}
