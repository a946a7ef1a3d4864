import type { OptionNames } from '../arguments/option-names.js';
import { type CallOptions, requireCallback, requireOptions } from '../arguments/options.js';
import type { LtoErrorDetails } from '../errors/index.js';
import { type KeyStore, requireKeyStore } from '../keys/key-store.js';
import type { MountEvent } from '../library/mount/events.js';
import { type MountPolicy, requireMountPolicy } from '../library/mount/policy.js';
import type { IsRegistered } from './monitor/live-info.js';
import type { ArchiveRecorder } from './record/changes.js';
import { requireRecorder } from './record/record-archives.js';
import type { ConfigurationOptions } from './session/configuration.js';
import type { OpenDrive } from './session/drive-owner.js';

export const CAPABILITIES = {
  supportsRandomAccess: false,
  isOfflineCapable: true,
  supportsHardwareEncryption: true,
} as const;

export interface ProviderOptions extends ConfigurationOptions {
  /** Told of every archive before, while and after it is written; `openCatalogue` of node-lto/catalogue has one. */
  readonly catalogue?: ArchiveRecorder | undefined;
  /** Whether the catalogue knows a cartridge. Default: a cartridge with a barcode or a label is known. */
  readonly isRegistered?: IsRegistered | undefined;
  /** Opens the drive. Default: `TapeDrive.open`. */
  readonly open?: OpenDrive | undefined;
  /** Which drive of a library a cartridge is brought to, and more. Default: `DEFAULT_MOUNT_POLICY`. */
  readonly mountPolicy?: MountPolicy | undefined;
  /** Told of cartridges that a library brings and puts back, and of what goes wrong with its drives meanwhile. */
  readonly onMountEvent?: ((event: MountEvent) => void) | undefined;
  /** Where keys come from: to write, the key named by `encryptionKeyId`; to read, the keys that the tape names. */
  readonly keyStore?: KeyStore | undefined;
}

const PROVIDER_OPTIONS: OptionNames<ProviderOptions> = {
  unknownKeys: true,
  isRegistered: true,
  open: true,
  mountPolicy: true,
  onMountEvent: true,
  keyStore: true,
  catalogue: true,
};

/** Options of calls that ask about a cartridge, or the drive that it is in. */
export interface CartridgeChoice extends CallOptions {
  /**
   * In a library: the cartridge that is asked about, which is brought to a drive. Default: that of the last call, if it is
   * still in its drive; nothing is moved. Without a library InvalidArgumentError: the cartridge is the one in the drive.
   */
  readonly cartridge?: string | undefined;
}

export interface ForceOptions extends CartridgeChoice {
  /** Ask the drive even if the last answer is recent. */
  readonly force?: boolean | undefined;
}

export interface IdentifyOptions extends CartridgeChoice {
  /** Also read the label, which rewinds the tape. Default: only queries that do not move it. */
  readonly allowIntrusive?: boolean | undefined;
}

/** Throws InvalidArgumentError for an option of the wrong type. */
export function requireProviderOptions(options: ProviderOptions, details: LtoErrorDetails): void {
  requireOptions(options, details, PROVIDER_OPTIONS);
  if (options.catalogue !== undefined) requireRecorder(options.catalogue, details);
  requireCallback('isRegistered', options.isRegistered, details);
  requireCallback('open', options.open, details);
  requireCallback('onMountEvent', options.onMountEvent, details);
  if (options.mountPolicy !== undefined) requireMountPolicy(options.mountPolicy, details);
  if (options.keyStore !== undefined) requireKeyStore(options.keyStore, details);
}
