import type { Readable, Writable } from 'node:stream';
import { destroyed } from '../../streams/closed.js';
import { endProtection } from '../block-protection/use-protection.js';
import { clearBeforeClose } from '../encryption/encryption.js';
import type { DrivePort } from '../port/drive-port.js';

/**
 * Ends open streams and sessions, and resets what was set in the drive. New users are refused from the start and
 * current ones are waited for; otherwise a key or a protection that they set would stay in the drive. Rejects with the
 * first error of these steps.
 */
export async function closeDrive(port: DrivePort, stream: Readable | Writable | undefined): Promise<void> {
  port.lease.end();
  await destroyed(stream);
  const [committed] = await Promise.allSettled([port.buffering?.close()]);
  await port.lease.idle();
  const ended = await Promise.allSettled([clearBeforeClose(port), endProtection(port)]);
  await port.close();
  for (const one of [committed, ...ended]) if (one.status === 'rejected') throw one.reason;
}
