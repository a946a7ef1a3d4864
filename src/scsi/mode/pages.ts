import { bits, flag, uint } from '../wire/layout.js';
import type { ModePageLayout } from './page.js';

// Byte 0 is the page code, so positions are those of the standards' tables. Times are in units of 100 ms unless noted.

/** SSC-5, the page's version for tape drives. */
export const READ_WRITE_ERROR_RECOVERY = {
  page: 0x01,
  subpage: 0,
  name: 'Read-Write error recovery',
  length: 12,
  fields: {
    /** TB, EER, PER, DTE, DCR. */
    transferBlock: flag(2, 5),
    enableEarlyRecovery: flag(2, 3),
    postError: flag(2, 2),
    disableTransferOnError: flag(2, 1),
    disableCorrection: flag(2, 0),
    readRetryCount: uint(3, 1),
    writeRetryCount: uint(8, 1),
  },
} as const satisfies ModePageLayout;

/** SPC-5. */
export const DISCONNECT_RECONNECT = {
  page: 0x02,
  subpage: 0,
  name: 'Disconnect-Reconnect',
  length: 16,
  fields: {
    bufferFullRatio: uint(2, 1),
    bufferEmptyRatio: uint(3, 1),
    busInactivityLimit: uint(4, 2),
    disconnectTimeLimit: uint(6, 2),
    connectTimeLimit: uint(8, 2),
    /** Units of 512 bytes, as the first burst size. */
    maximumBurstSize: uint(10, 2),
    enableModifyDataPointers: flag(12, 7),
    fairArbitration: bits(12, 6, 4),
    disconnectImmediate: flag(12, 3),
    dataTransferDisconnectControl: bits(12, 2, 0),
    firstBurstSize: uint(14, 2),
  },
} as const satisfies ModePageLayout;

/** SPC-5. */
export const CONTROL_MODE_PAGE = {
  page: 0x0a,
  subpage: 0,
  name: 'Control',
  length: 12,
  fields: {
    taskSetType: bits(2, 7, 5),
    taskManagementOnly: flag(2, 4),
    /** D_SENSE: sense data comes in descriptor format. */
    descriptorSense: flag(2, 2),
    globalLoggingTargetSaveDisable: flag(2, 1),
    reportLogExceptionCondition: flag(2, 0),
    queueAlgorithmModifier: bits(3, 7, 4),
    queueErrorManagement: bits(3, 2, 1),
    unitAttentionInterlock: bits(4, 5, 4),
    /** SWP: software write protect. */
    softwareWriteProtect: flag(4, 3),
    taskAbortedStatus: flag(5, 6),
    autoloadMode: bits(5, 2, 0),
    busyTimeoutPeriod: uint(8, 2),
    /** Seconds. */
    extendedSelfTestTime: uint(10, 2),
  },
} as const satisfies ModePageLayout;

/** LOGICAL BLOCK PROTECTION METHOD. */
export const LOGICAL_BLOCK_PROTECTION = { none: 0, reedSolomon: 1, crc32c: 2 } as const;

/** Logical block protection (SSC-5). */
export const CONTROL_DATA_PROTECTION = {
  page: 0x0a,
  subpage: 0xf0,
  name: 'Control data protection',
  length: 32,
  fields: {
    /** One of `LOGICAL_BLOCK_PROTECTION`. */
    method: uint(4, 1),
    /** Bytes of protection information after each block. */
    informationLength: bits(5, 5, 0),
    /** LBP_W: with WRITE. */
    onWrite: flag(6, 7),
    /** LBP_R: with READ. */
    onRead: flag(6, 6),
    /** RBDP: with RECOVER BUFFERED DATA. */
    onRecoverBufferedData: flag(6, 5),
  },
} as const satisfies ModePageLayout;

/** SSC-5. */
export const DEVICE_CONFIGURATION = {
  page: 0x10,
  subpage: 0,
  name: 'Device configuration',
  length: 16,
  fields: {
    activeFormat: bits(2, 4, 0),
    activePartition: uint(3, 1),
    writeBufferFullRatio: uint(4, 1),
    readBufferEmptyRatio: uint(5, 1),
    writeDelayTime: uint(6, 2),
    /** OBR: the object buffer can be read back. */
    objectBufferRecovery: flag(8, 7),
    /** LOIS: logical object identifiers are supported. */
    logicalObjectIdentifiers: flag(8, 6),
    reportSetmarks: flag(8, 5),
    automaticVelocityControl: flag(8, 4),
    stopOnConsecutiveFilemarks: bits(8, 3, 2),
    recoverObjectBufferOrder: flag(8, 1),
    /** REW: EARLY WARNING is reported when reading as well. */
    reportEarlyWarningOnRead: flag(8, 0),
    endOfDataDefined: bits(10, 7, 5),
    enableEndOfDataGeneration: flag(10, 4),
    /** SEW: buffered data is synchronised at early warning. */
    synchroniseAtEarlyWarning: flag(10, 3),
    softwareWriteProtect: flag(10, 2),
    blockAddressModeLock: flag(10, 1),
    blockAddressMode: flag(10, 0),
    bufferSizeAtEarlyWarning: uint(11, 3),
    /** 0 off, 1 the drive's own algorithm. */
    dataCompressionAlgorithm: uint(14, 1),
    wormTamperReadEnable: bits(15, 7, 6),
    /** OIR: only if reserved. */
    onlyIfReserved: flag(15, 5),
    rewindOnReset: bits(15, 4, 3),
    associatedWriteProtect: flag(15, 2),
    persistentWriteProtect: flag(15, 1),
    permanentWriteProtect: flag(15, 0),
  },
} as const satisfies ModePageLayout;

/** WRITE MODE of the device configuration extension. */
export const WRITE_MODE = { overwriteAllowed: 0, appendOnly: 1 } as const;
/** SHORT ERASE MODE: as in SSC-2, no effect, or an end-of-data mark is recorded. */
export const SHORT_ERASE_MODE = { ssc2: 0, noEffect: 1, recordEndOfData: 2 } as const;

/** SSC-5. */
export const DEVICE_CONFIGURATION_EXTENSION = {
  page: 0x10,
  subpage: 0x01,
  name: 'Device configuration extension',
  length: 32,
  fields: {
    /** TARPF: page 2E of TapeAlert respects the parameter pointer. */
    tapeAlertRespectParameterFields: flag(4, 3),
    /** TASER: TapeAlert select except reset. */
    tapeAlertSelectExceptReset: flag(4, 2),
    /** TARPC: TapeAlert respects the page control field. */
    tapeAlertRespectPageControl: flag(4, 1),
    /** TAPLSD: TapeAlert prevents log sense deactivation; reading page 2E then clears nothing. */
    tapeAlertPreventLogSenseDeactivation: flag(4, 0),
    /** One of `WRITE_MODE`. */
    writeMode: bits(5, 7, 4),
    /** One of `SHORT_ERASE_MODE`. */
    shortEraseMode: bits(5, 3, 0),
    /** PEWS, megabytes before early warning at which programmable early warning is reported; 0 for never. */
    programmableEarlyWarningSize: uint(6, 2),
    /** VCELBRE: volume containing encrypted logical blocks requires encryption. */
    encryptedVolumeRequiresEncryption: flag(8, 0),
  },
} as const satisfies ModePageLayout;

/** SSC-5. */
export const MEDIUM_PARTITION = {
  page: 0x11,
  subpage: 0,
  name: 'Medium partition',
  /** Length without the partition sizes that follow: see `decodePartitionSizes`. */
  length: 8,
  fields: {
    maximumAdditionalPartitions: uint(2, 1),
    additionalPartitionsDefined: uint(3, 1),
    fixedDataPartitions: flag(4, 7),
    selectDataPartitions: flag(4, 6),
    initiatorDefinedPartitions: flag(4, 5),
    /** PSUM: 0 bytes, 1 KB, 2 MB, 3 10^`partitionUnits` bytes. */
    partitionSizeUnit: bits(4, 4, 3),
    /** POFM: FORMAT MEDIUM creates the partitions, not MODE SELECT. */
    partitionOnFormat: flag(4, 2),
    clear: flag(4, 1),
    additionalPartitions: flag(4, 0),
    mediumFormatRecognition: uint(5, 1),
    /** 1 wrap-wise (keeps a guard wrap), 3 longitudinal. */
    partitioningType: bits(6, 7, 4),
    partitionUnits: bits(6, 3, 0),
  },
} as const satisfies ModePageLayout;

/** Tape version of the page (SSC-5). */
export const INFORMATIONAL_EXCEPTIONS = {
  page: 0x1c,
  subpage: 0,
  name: 'Informational exceptions control',
  length: 12,
  fields: {
    performance: flag(2, 7),
    enableBackgroundFunction: flag(2, 5),
    enableWarning: flag(2, 4),
    /** DEXCPT: exceptions (TapeAlert) are not reported as sense data. */
    disableExceptionControl: flag(2, 3),
    test: flag(2, 2),
    logErrors: flag(2, 0),
    /** MRIE: 0 none, 3 recovered error if requested, 4 always recovered error, 5 no sense, 6 on request only. */
    methodOfReporting: bits(3, 3, 0),
    intervalTimer: uint(4, 4),
    /** Number of a TapeAlert flag, if `test` is set. */
    reportCount: uint(8, 4),
  },
} as const satisfies ModePageLayout;

/** SSC-5. */
export const MEDIUM_CONFIGURATION = {
  page: 0x1d,
  subpage: 0,
  name: 'Medium configuration',
  length: 32,
  fields: {
    /** WORMM: the medium is WORM. */
    worm: flag(2, 0),
    /** Which format labels may be overwritten: 0 none, 1 some, 2 all. */
    wormLabelRestrictions: uint(4, 1),
    /** Which filemarks before end of data may be overwritten: 2 all but the first, 3 all. */
    wormFilemarkRestrictions: uint(5, 1),
  },
} as const satisfies ModePageLayout;
