import {
  BufferedDataLostError,
  type BufferedFile,
  DriveBusyError,
  EndOfMediumError,
  HardwareError,
  LtoError,
  MediumError,
  type OnMedium,
  TransportError,
} from '../../errors/index.js';

/** The error for files that can no longer be proven to be on the medium. */
export function lostError(
  device: string,
  lost: readonly BufferedFile[],
  safe: OnMedium | undefined,
  reason: unknown,
): BufferedDataLostError {
  const why = reason instanceof Error ? reason.message : String(reason);
  const upTo = safe ? `, and all before file ${safe.fileNumber} is on it` : '';
  return new BufferedDataLostError(
    `${lost.length} files of the write session are not proven to be on the medium${upTo}: ${why}`,
    {
      device,
      operation: 'write',
      ...(reason instanceof LtoError && { sense: reason.sense, errno: reason.errno }),
      cause: reason,
      lost,
      safe,
      next: 'Identify the cartridge, begin a new session, and write those files again',
    },
  );
}

export function closedError(device: string): LtoError {
  return new LtoError('LTO_SESSION_CLOSED', 'the write session was closed', {
    device,
    operation: 'write',
    next: 'Begin a new one',
  });
}

export function busyError(device: string): DriveBusyError {
  return new DriveBusyError('another write session is open on this drive', {
    device,
    operation: 'session',
    next: 'Close it first',
  });
}

/**
 * Whether a failure may stand for files before it: `st` keeps the sense of a failed call to itself, which may be a
 * deferred error. The end of the tape is none, and what the caller, the source or a guard has ended is none.
 */
export function mayBeDeferred(error: unknown): boolean {
  if (error instanceof EndOfMediumError) return false;
  if (error instanceof MediumError || error instanceof HardwareError || error instanceof TransportError) return true;
  return error instanceof Error && error.cause !== undefined && mayBeDeferred(error.cause);
}
