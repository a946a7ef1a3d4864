import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireBoolean, requireRecord } from '../../arguments/options.js';
import { changeModePage, readModeFields, readModeHeader } from '../../device/mode-pages.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { DATA_COMPRESSION } from '../../scsi/mode/data-compression.js';
import {
  DEVICE_CONFIGURATION,
  DEVICE_CONFIGURATION_EXTENSION,
  MEDIUM_CONFIGURATION,
  MEDIUM_PARTITION,
  WRITE_MODE,
} from '../../scsi/mode/pages.js';
import { clearProtection, type ProtectionSetting, readSetting } from '../block-protection/use-protection.js';
import type { DrivePort } from '../port/drive-port.js';

/** Settings of the drive; undefined if it does not report them. */
export interface TapeSettings {
  /** New records are compressed. */
  readonly compression: boolean | undefined;
  readonly compressionCapable: boolean | undefined;
  /**
   * Megabytes (10^6 bytes) before early warning at which the drive reports programmable early warning; 0: never. The
   * `st` driver and the streams treat it as early warning: a file then ends that much earlier.
   */
  readonly programmableEarlyWarningMegabytes: number | undefined;
  /**
   * Only appending is allowed, so recorded data cannot be overwritten by mistake. Some drives refuse it; IBM's keep the
   * mode until the cartridge is ejected.
   */
  readonly appendOnly: boolean | undefined;
  /** The cartridge is handled as WORM. */
  readonly worm: boolean | undefined;
  /** The drive reports a write as done once it is in its buffer, which speed requires. */
  readonly buffered: boolean | undefined;
  /**
   * Logical block protection that is set for this host. Between streams it is `off`, unless a program has ended without
   * switching it off: others then get four more bytes in each record. `other`: only for reading, only for writing, or by
   * an unknown method.
   */
  readonly protection: ProtectionSetting | undefined;
  /** Bytes of a block in fixed mode; 0 in variable mode. */
  readonly blockLength: number | undefined;
  readonly densityCode: number | undefined;
  readonly writeProtected: boolean | undefined;
  readonly activePartition: number | undefined;
  readonly partitions: number | undefined;
  readonly maximumPartitions: number | undefined;
}

/**
 * Settings that `configure` can change; omitted ones are left unchanged. WORM is a property of the cartridge. Protection
 * can be switched off; what switches it on is the `protection` of a stream.
 */
export type SettingChanges = {
  readonly [K in 'compression' | 'programmableEarlyWarningMegabytes' | 'appendOnly']?: TapeSettings[K];
} & { readonly protection?: 'off' | undefined };

export async function readSettings(port: DrivePort): Promise<TapeSettings> {
  const header = await readModeHeader(port);
  const compression = await readModeFields(port, DATA_COMPRESSION);
  const device = await readModeFields(port, DEVICE_CONFIGURATION);
  const extension = await readModeFields(port, DEVICE_CONFIGURATION_EXTENSION);
  const partition = await readModeFields(port, MEDIUM_PARTITION);
  const medium = await readModeFields(port, MEDIUM_CONFIGURATION);
  const protection = await readSetting(port);
  return {
    compression: compression?.compressionEnabled,
    compressionCapable: compression?.compressionCapable,
    programmableEarlyWarningMegabytes: extension?.programmableEarlyWarningSize,
    appendOnly: extension && extension.writeMode === WRITE_MODE.appendOnly,
    worm: medium?.worm,
    buffered: header && header.bufferedMode !== 0,
    protection,
    blockLength: header?.blockDescriptor?.blockLength,
    densityCode: header?.blockDescriptor?.densityCode,
    writeProtected: header?.writeProtected,
    activePartition: device?.activePartition,
    partitions: partition && partition.additionalPartitionsDefined + 1,
    maximumPartitions: partition && partition.maximumAdditionalPartitions + 1,
  };
}

const CHANGEABLE: OptionNames<SettingChanges> = {
  compression: true,
  programmableEarlyWarningMegabytes: true,
  appendOnly: true,
  protection: true,
};

/**
 * Changes settings and reads each page back. Settings belong to the drive, not the cartridge, and are lost at power
 * off. Rejects with IllegalRequestError for a setting that the drive does not allow, VerificationError if it reads back
 * differently, and InvalidArgumentError for a value that does not fit its field.
 */
export async function changeSettings(port: DrivePort, changes: SettingChanges): Promise<TapeSettings> {
  const details = { device: port.device, operation: 'configure' };
  requireRecord('the changes', changes, details);
  requireKnownNames(changes, CHANGEABLE, details, 'setting that can be changed');
  for (const name of ['compression', 'appendOnly'] as const) {
    if (changes[name] !== undefined) requireBoolean(name, changes[name], details);
  }
  const { compression, programmableEarlyWarningMegabytes, appendOnly, protection } = changes;
  if (protection !== undefined && protection !== 'off') {
    throw new InvalidArgumentError('the setting `protection` can only be switched off', {
      ...details,
      next: 'Use `off`; a stream with the option `protection` switches it on',
    });
  }
  if (compression !== undefined) await changeModePage(port, DATA_COMPRESSION, { compressionEnabled: compression });
  const extension = {
    ...(programmableEarlyWarningMegabytes !== undefined && {
      programmableEarlyWarningSize: programmableEarlyWarningMegabytes,
    }),
    ...(appendOnly !== undefined && { writeMode: appendOnly ? WRITE_MODE.appendOnly : WRITE_MODE.overwriteAllowed }),
  };
  if (protection === 'off') await clearProtection(port);
  if (Object.keys(extension).length > 0) await changeModePage(port, DEVICE_CONFIGURATION_EXTENSION, extension);
  return readSettings(port);
}
