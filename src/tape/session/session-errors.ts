import {
  BufferedDataLostError,
  type BufferedFile,
  DriveBusyError,
  LtoError,
  type OnMedium,
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
