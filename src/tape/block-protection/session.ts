import type { ScsiDevice } from '../../device/scsi-device.js';
import type { ProtectionName } from '../../scsi/protection/methods.js';
import type { BlockProtection } from './options.js';

/** What is known of the protection that a drive has set for this host. */
export class ProtectionSession {
  /** For streams that do not say otherwise. */
  byDefault: BlockProtection = 'off';
  /** The method that records are to have; undefined for none. */
  inUse: ProtectionName | undefined;
  /** The drive was told or found to protect for this handle, and has not confirmed since that it does not. */
  wasSet = false;
  /** What the drive offers, the best first; undefined until it was asked. */
  offered: readonly ProtectionName[] | undefined;
  #isKnown = false;

  /** Whether the drive has said, since its last change, that it is set to `inUse`. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  proven(inUse: ProtectionName | undefined): void {
    this.inUse = inUse;
    // Also where it was set already, as by a process that was killed: nobody else would take it back.
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
  // A reset takes it away, and another host's MODE SELECT may have.
  device.onChange(() => session.doubt());
  sessions.set(device, session);
  return session;
}

/** Whether a stream is to be protected, where the drive can do it. */
export function wantsProtection(device: ScsiDevice, protection: BlockProtection | undefined): boolean {
  return (protection ?? sessionOf(device).byDefault) !== 'off';
}
