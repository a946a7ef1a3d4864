import type { Readable } from 'node:stream';
import { LtoError } from '../../errors/index.js';
import { destroyed } from '../../streams/closed.js';
import { endProtection } from '../block-protection/use-protection.js';
import { clearBeforeClose } from '../encryption/encryption.js';
import type { DrivePort } from '../port/drive-port.js';
import type { TapeWriteStream } from '../stream/write/write-stream.js';

/**
 * Ends open streams and sessions, and resets what was set in the drive. New users are refused from the start and
 * current ones are waited for; otherwise a key or a protection that they set would stay in the drive. Rejects with the
 * first error of these steps. Files that may not be on tape come first, unless their session or stream has already failed
 * for that reason.
 */
export async function closeDrive(port: DrivePort, stream: Readable | TapeWriteStream | undefined): Promise<void> {
  port.lease.end();
  const isOpen = stream?.closed === false;
  await destroyed(stream);
  const unended = stream !== undefined && 'unended' in stream ? stream.unended : undefined;
  const isKnown = !isOpen && stream?.errored === unended;
  const [committed] = await Promise.allSettled([port.buffering?.close()]);
  await port.lease.idle();
  const ended = await Promise.allSettled([clearBeforeClose(port), endProtection(port)]);
  const [closed] = await Promise.allSettled([port.close()]);
  if (committed.status === 'rejected') throw committed.reason;
  if (unended !== undefined && !isKnown) throw unended;
  // The error of a failed stream already states what is safe without this filemark.
  if (closed.status === 'rejected' && !(stream?.errored instanceof LtoError)) throw closed.reason;
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
