import { EndOfDataError, MediumError } from '../../errors/index.js';
import {
  COMPRESSION_STATUS,
  type DataEncryptionStatus,
  decodeDataEncryptionStatus,
  decodeEncryptionCapabilities,
  decodeKeyFormats,
  decodeManagementCapabilities,
  decodeNextBlockStatus,
  ENCRYPTION_STATUS,
  type EncryptionCapabilities,
  type EncryptionManagementCapabilities,
  type KeyAssociatedData,
  SECURITY_IN_PAGE,
  securityProtocolIn,
} from '../../scsi/security/index.js';
import type { DrivePort } from '../port/drive-port.js';
import { keyIdIn } from './key-name.js';

/** Encryption capabilities of the drive. */
export interface DriveEncryptionCapabilities extends EncryptionCapabilities {
  /** Options for setting a key; undefined if the drive does not report them. */
  readonly management: EncryptionManagementCapabilities | undefined;
  /** Supported KEY FORMAT values; undefined if the drive does not report them. */
  readonly keyFormats: readonly number[] | undefined;
}

/** Encryption parameters set in the drive. */
export interface EncryptionStatus {
  /** How written data is treated. */
  readonly encryption: 'off' | 'external' | 'encrypt' | 'unknown';
  /** How read data is treated; `mixed` reads plain blocks too. */
  readonly decryption: 'off' | 'raw' | 'decrypt' | 'mixed' | 'unknown';
  /** Identifier of the key; undefined if none was set with it. */
  readonly keyId: string | undefined;
  readonly algorithmIndex: number;
  /** Counts every change of the parameters. */
  readonly keyInstance: number;
  /** Who may set keys. Under `library`, a key of the host is refused. */
  readonly controlledBy: 'not told' | 'host' | 'drive' | 'library' | 'unknown';
  /** Scope of these parameters. */
  readonly scope: 'public' | 'local' | 'all' | 'unknown';
  readonly volumeContainsEncryptedBlocks: boolean;
  readonly kads: readonly KeyAssociatedData[];
}

/** How the block at the position is encrypted. */
export interface NextBlock {
  /** Undefined if the drive does not report it. */
  readonly logicalObject: number | undefined;
  readonly encryption: (typeof ENCRYPTION_STATUS)[number];
  readonly compression: (typeof COMPRESSION_STATUS)[number];
  /** Identifier of the key that the block was encrypted with. */
  readonly keyId: string | undefined;
  readonly algorithmIndex: number;
  /** The block cannot be read in raw mode. */
  readonly rawReadingDisabled: boolean;
  readonly kads: readonly KeyAssociatedData[];
}

const ENCRYPTION = ['off', 'external', 'encrypt'] as const;
const DECRYPTION = ['off', 'raw', 'decrypt', 'mixed'] as const;
const CONTROL = ['not told', 'host', 'drive', 'library'] as const;
const SCOPE = ['public', 'local', 'all'] as const;

/** Undefined for a drive that can't encrypt. */
export async function readEncryptionCapabilities(port: DrivePort): Promise<DriveEncryptionCapabilities | undefined> {
  const { capabilities, managementCapabilities, keyFormats } = SECURITY_IN_PAGE;
  const data = await port.dataIfSupported(securityProtocolIn(capabilities));
  if (data === undefined) return undefined;
  return {
    ...decodeEncryptionCapabilities(data),
    management: await port.told(securityProtocolIn(managementCapabilities), decodeManagementCapabilities),
    keyFormats: await port.told(securityProtocolIn(keyFormats), decodeKeyFormats),
  };
}

/** Page 0020, decoded; undefined for a drive that cannot encrypt. */
export async function readParameters(port: DrivePort): Promise<DataEncryptionStatus | undefined> {
  const data = await port.dataIfSupported(securityProtocolIn(SECURITY_IN_PAGE.dataEncryptionStatus));
  return data && decodeDataEncryptionStatus(data);
}

export function statusOf(parameters: DataEncryptionStatus): EncryptionStatus {
  const { encryptionMode, decryptionMode, parametersControl, encryptionScope, kads } = parameters;
  return {
    encryption: ENCRYPTION[encryptionMode] ?? 'unknown',
    decryption: DECRYPTION[decryptionMode] ?? 'unknown',
    keyId: keyIdIn(kads),
    algorithmIndex: parameters.algorithmIndex,
    keyInstance: parameters.keyInstance,
    controlledBy: CONTROL[parametersControl] ?? 'unknown',
    scope: SCOPE[encryptionScope] ?? 'unknown',
    volumeContainsEncryptedBlocks: parameters.volumeContainsEncryptedBlocks,
    kads,
  };
}

/** Page 0021 for the current position; undefined if the drive does not report it, as some at the end of data. */
export async function readNextBlock(port: DrivePort): Promise<NextBlock | undefined> {
  const data = await port
    .dataIfSupported(securityProtocolIn(SECURITY_IN_PAGE.nextBlockStatus))
    .catch((error: unknown) => {
      if (error instanceof EndOfDataError || error instanceof MediumError) return undefined;
      throw error;
    });
  if (data === undefined) return undefined;
  const { logicalObject, encryptionStatus, compressionStatus, algorithmIndex, rawDecryptionDisabled, kads } =
    decodeNextBlockStatus(data);
  return {
    logicalObject,
    encryption: ENCRYPTION_STATUS[encryptionStatus] ?? 'unknown',
    compression: COMPRESSION_STATUS[compressionStatus] ?? 'unknown',
    keyId: keyIdIn(kads),
    algorithmIndex,
    rawReadingDisabled: rawDecryptionDisabled,
    kads,
  };
}
