import type { Session } from './session.js';

export interface GiveBackOptions {
  readonly putBack?: boolean | undefined;
}

export interface LendOptions {
  /** It moves no tape: in a library, a cartridge that is mounted is asked at once, whoever waits for its drive. */
  readonly isQuestion?: boolean | undefined;
}

/** A drive that is lent for one piece of work. */
export interface LentSession {
  readonly session: Session;
  /** To be called once, when the work has ended. `putBack`: in a library, resolves when the cartridge is in its slot. */
  readonly giveBack: (options?: GiveBackOptions) => Promise<void>;
}

/** Where a provider's drives come from: the one of its configuration, or those of a library. */
export interface SessionSource {
  /** For errors: the node of the drive, or of the library. */
  readonly device: string;
  /** Whether cartridges are brought here, and not put in by somebody else. */
  readonly bringsCartridges: boolean;
  /**
   * `cartridge`: whose work it is; a library brings it. Rejects as `TapeDrive.open` does, and at once with the signal's
   * reason when that is aborted.
   */
  lend(cartridge: string | undefined, signal: AbortSignal | undefined, options?: LendOptions): Promise<LentSession>;
  close(): Promise<void>;
}
