import type { CallOptions } from '../../arguments/options.js';
import { preventAllow } from '../../scsi/commands/primary.js';
import { clearBeforeUnload } from '../encryption/encryption.js';
import type { DrivePort } from '../port/drive-port.js';
import { requireReady } from '../reports/readiness.js';

export async function load(port: DrivePort, options?: CallOptions): Promise<void> {
  await port.mt('MTLOAD', 1, options);
  await requireReady(port);
}

export async function unload(port: DrivePort, options?: CallOptions): Promise<void> {
  await clearBeforeUnload(port);
  await port.mt('MTUNLOAD', 1, options);
}

export async function eject(port: DrivePort, options?: CallOptions): Promise<void> {
  await clearBeforeUnload(port);
  // By command: `st` refuses MTUNLOCK while it doesn't know the position.
  await port.queryIfSupported(preventAllow(false), options);
  await port.mt('MTOFFL', 1, options);
}
