import type { ScsiDevice } from '../../device/scsi-device.js';
import type { ProtectionName } from '../../scsi/protection/methods.js';
import type { ScsiRequest } from '../../scsi/wire/command.js';
import type { BlockProtection } from './options.js';

/** What is known about the protection that is set in a drive for this host. */
class ProtectionSession {
  /** Default of streams. */
  byDefault: BlockProtection = 'off';
  /** The requested method; undefined for none. */
  inUse: ProtectionName | undefined;
  /** Protection was set, or found set, for this handle, and has not been confirmed to be off since. */
  wasSet = false;
  /** Switches protection off: sent when the process ends without `close()`. Undefined until protection is wanted. */
  off: ScsiRequest | undefined;
  /** Methods that the drive offers, the best first; undefined until read. */
  offered: readonly ProtectionName[] | undefined;
  #isKnown = false;

  /** Whether the drive confirmed `inUse` since its last change. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  proven(inUse: ProtectionName | undefined): void {
    this.inUse = inUse;
    // Also if it was already set, such as by a killed process: nobody else would reset it.
    this.wasSet = inUse !== undefined;
    this.#isKnown = true;
  }

  doubt(): void {
    this.#isKnown = false;
  }
}

const sessions = new WeakMap<ScsiDevice, ProtectionSession>();

/** The session of a drive, which follows the drive's changes from the first call on. */
export function sessionOf(device: ScsiDevice): ProtectionSession {
  const known = sessions.get(device);
  if (known) return known;
  const session = new ProtectionSession();
  // A reset clears the setting, and another host's MODE SELECT may.
  device.onChange(() => session.doubt());
  sessions.set(device, session);
  return session;
}

/** Whether a stream is to be protected if the drive supports it. */
export function wantsProtection(device: ScsiDevice, protection: BlockProtection | undefined): boolean {
  return (protection ?? sessionOf(device).byDefault) !== 'off';
}
