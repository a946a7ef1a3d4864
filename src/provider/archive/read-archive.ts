import { InvalidArgumentError, LtoError } from '../../errors/index.js';
import type { DriveVerification, VerifyInDriveOptions } from '../../tape/motion/verify-in-drive.js';
import type { ByteRangeOptions } from '../../tape/stream/read/byte-range.js';
import { type ReadStreamOptions, requireReadOptions } from '../../tape/stream/read/read-options.js';
import type { ReadSummary, TapeReadStream } from '../../tape/stream/read/read-stream.js';
import { proveIdentity } from '../label/identify.js';
import type { Connection } from '../session/connection.js';
import type { Session } from '../session/session.js';
import { destroyWhenIdle, type IdleOptions, requireIdleTimeout } from './idle-reader.js';

/**
 * As for any file; the configuration says `protection`, and the provider has the key store. `expectedChecksum` is that of
 * the receipt; of an archive over several cartridges each part is compared with its own instead.
 */
export interface ReadArchiveOptions
  extends IdleOptions,
    Pick<ReadStreamOptions, 'bufferBytes' | 'checksum' | 'expectedChecksum' | 'signal'>,
    ByteRangeOptions {}

/**
 * The file number that a location means: an integer from 1 up, or its decimal digits. Throws InvalidArgumentError for
 * everything else: file 0 is the label.
 */
export function requireLocation(location: number | string): number {
  const text = String(location);
  const fileNumber = Number(text);
  if (/^[1-9]\d{0,9}$/.test(text) && Number.isSafeInteger(fileNumber)) return fileNumber;
  throw new InvalidArgumentError(`${JSON.stringify(location)} is not the location of an archive`, {
    operation: 'read',
    next: 'Locations are file numbers from 1 up, as the receipt gives them',
  });
}

/**
 * A file of the cartridge `id` as a stream that ends at its filemark. Nothing else moves the tape until the stream has
 * closed. Read it to its end or destroy it; it is destroyed automatically if it is not read for `idleTimeoutMs`.
 */
export async function readArchive(
  connection: Connection,
  id: string,
  location: number,
  { idleTimeoutMs, signal, ...options }: ReadArchiveOptions,
  onProven?: OnProven,
): Promise<TapeReadStream> {
  const idleTimeout = requireIdleTimeout({ idleTimeoutMs });
  const { bufferBytes, checksum, expectedChecksum, start, end, recordSize, firstLogicalObject } = options;
  const what = { fileNumber: location, start, end, recordSize, firstLogicalObject };
  const how = { bufferBytes, checksum, expectedChecksum };
  requireReadOptions(connection.details('read').device, { ...what, ...how });
  const { session, leave } = await connection.enter('reading an archive', signal, id);
  const { drive, keyStore, configuration } = session;
  try {
    const { identity } = await proveIdentity(session, id);
    onProven?.(identity);
    signal?.throwIfAborted();
    const { protection } = configuration;
    const stream = drive.createReadStream({ ...what, ...how, protection, signal, keyStore });
    // A failure here is reported by the next call that needs the drive.
    stream.once('close', () => void leave().catch(() => undefined));
    destroyWhenIdle(stream, idleTimeout, drive.device);
    return stream;
  } catch (error) {
    await leave();
    throw error;
  }
}

/** The drive checks the archive itself, by VERIFY(6), without transferring data: see `TapeDrive.verifyFile`. */
export type VerifyInDriveArchiveOptions = Pick<VerifyInDriveOptions, 'inDrive' | 'signal'>;

/** Makes the drive check an archive, after the cartridge is proven. Other calls that move the tape wait. */
export function verifyArchiveInDrive(
  connection: Connection,
  id: string,
  fileNumber: number,
  options: VerifyInDriveArchiveOptions,
): Promise<DriveVerification> {
  const verify = async (session: Session) => {
    await proveIdentity(session, id);
    return session.drive.verifyFile({ inDrive: true, fileNumber, signal: options.signal });
  };
  return connection.run('verifying an archive', { signal: options.signal }, verify, { cartridge: id });
}

/** Called with the name on the label of the cartridge, whichever of its names was given. */
export type OnProven = (cartridge: string) => void;

/** Reads an archive to its end and discards the data. Rejects with VerificationError if the checksum differs. */
export async function verifyArchive(
  connection: Connection,
  id: string,
  location: number,
  options: ReadArchiveOptions,
  onProven?: OnProven,
): Promise<ReadSummary> {
  const stream = await readArchive(connection, id, location, options, onProven);
  for await (const _chunk of stream) {
    // Reading makes the checksum.
  }
  if (stream.summary) return stream.summary;
  throw new LtoError('LTO_INTERNAL', 'the stream ended without a summary', connection.details('verify'));
}
