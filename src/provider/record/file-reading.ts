import { MediumError, VerificationError } from '../../errors/index.js';

/** What reading a file to compare it has shown of the file. */
export interface FileReading {
  readonly checksum?: string | undefined;
  /** Code of the error if the file is bad. */
  readonly error?: string | undefined;
}

/**
 * What a failed reading shows of the file, and undefined if the drive, the key, the path or the caller is at fault. A
 * checksum that the caller did not expect is told as it is: the catalogue knows which it should be.
 */
export function failedReading(error: unknown): FileReading | undefined {
  if (error instanceof VerificationError && error.checksum !== undefined) return { checksum: error.checksum };
  if (error instanceof MediumError && error.record !== undefined) return { error: error.code };
  return undefined;
}
