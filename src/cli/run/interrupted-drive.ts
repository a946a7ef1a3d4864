import { LtoError, WriteError } from '../../errors/index.js';
import { withParts } from '../../errors/with-parts.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { InterruptedError, type Interruption, interruptible, type StandsAt } from './interrupt.js';

/** Where the tape stands: the drive's position, with the driver's count of files; undefined if the drive cannot tell. */
export async function standsAt(drive: TapeDrive): Promise<StandsAt | undefined> {
  try {
    const { partition, logicalObject, logicalFile } = await drive.position();
    if (partition === undefined || logicalObject === undefined) return undefined;
    return { partition, logicalObject, fileNumber: logicalFile };
  } catch {
    // The cartridge may be gone, or the drive busy: the interruption is what counts.
    return undefined;
  }
}

/** The error after a signal; it states what is on tape and where the tape stands. */
export async function interruptedError(
  { device, drive }: { readonly device: string | undefined; readonly drive?: TapeDrive | undefined },
  signal: NodeJS.Signals,
  cause?: unknown,
): Promise<InterruptedError> {
  const position = drive && (await standsAt(drive));
  const parts = (cause instanceof LtoError && cause.parts) || [];
  return withParts(errorOf(signal, { device, cause, position }), parts);
}

interface Interrupted {
  readonly device: string | undefined;
  readonly cause: unknown;
  readonly position: StandsAt | undefined;
}

function errorOf(signal: NodeJS.Signals, { device, cause, position }: Interrupted): InterruptedError {
  if (!(cause instanceof WriteError) || cause.fileNumber === undefined || !cause.safe.filemark) {
    return new InterruptedError(signal, { device, cause, position });
  }
  const incomplete = { fileNumber: cause.fileNumber, records: cause.safe.records, bytes: cause.safe.bytes };
  const next = 'Write the source again: nothing can be added to that file';
  return new InterruptedError(signal, { device, cause, incomplete, position, next });
}

/** Runs work on a drive. After a signal, rejects with InterruptedError for whatever the work rejects with. */
export function interruptibleOn<T>(drive: TapeDrive, work: (interruption: Interruption) => Promise<T>): Promise<T> {
  return interruptible(async (interruption) => {
    try {
      return await work(interruption);
    } catch (error) {
      const name = interruption.received();
      throw name ? await interruptedError({ device: drive.device, drive }, name, error) : error;
    }
  });
}

/**
 * As `interruptibleOn`, for a motion, which the drive completes even after a signal: then too it rejects with
 * InterruptedError, so that a script does not go on.
 */
export function interruptibleMotion<T>(drive: TapeDrive, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptibleOn(drive, async ({ signal, received }) => {
    const result = await work(signal);
    const name = received();
    if (name !== undefined) throw await interruptedError({ device: drive.device, drive }, name);
    return result;
  });
}
