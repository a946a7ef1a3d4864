import { constants } from 'node:os';
import type { SystemError } from '../../binding.js';

/** errno values of Linux that Node's table lacks and the tape driver uses. */
const LINUX_ERRNO: Readonly<Record<string, number>> = { ENOMEDIUM: 123, EMEDIUMTYPE: 124, EBADE: 52 };

/** Whether `error` came from a system call (or stands for one): it has a string `code` and a `syscall`. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

/** The error that the addon makes for a failed call; for transports that have no real call beneath them. */
export function systemError(code: string, syscall: string, device: string): SystemError {
  const errno = -(LINUX_ERRNO[code] ?? constants.errno[code as keyof typeof constants.errno] ?? 0);
  return Object.assign(new Error(`${syscall} ${device}: ${code}`), { code, errno, syscall });
}
