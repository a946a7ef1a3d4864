import type { Readable, Writable } from 'node:stream';
import { destroyed } from '../../streams/closed.js';
import { endProtection } from '../block-protection/use-protection.js';
import { clearBeforeClose } from '../encryption/encryption.js';
import type { DrivePort } from '../port/drive-port.js';

/**
 * Ends what is open and takes back what was set. Nobody gets the tape from the first moment on, and who has it is waited
 * for: what is set meanwhile, a key or a protection, would stay in the drive. Rejects with the first error of all this.
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
