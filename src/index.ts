export type { ArchiveMember } from './archive/extract/messages.js';
export type { NotRestored } from './archive/extract/summary.js';
export { type ExtractOptions, type ExtractProgress, type ExtractResult, extractArchive } from './archive/extract.js';
export { type ListOptions, listArchive } from './archive/list.js';
export { type FilePath, type PackOptions, packFolder } from './archive/pack/pack-folder.js';
export type { PackStream } from './archive/pack/pack-stream.js';
export type { LeftOut, PackProblem, PackProblemReason, PackProgress, PackSummary } from './archive/pack/summary.js';
export * from './errors/index.js';
export { CallbackKeyStore, type FetchKey } from './keys/callback-key-store.js';
export { generateKey, keyFingerprint, keyFromBytes } from './keys/data-key.js';
export { EnvironmentKeyStore } from './keys/environment-key-store.js';
export { FileKeyStore, type FileKeyStoreOptions } from './keys/file-key-store.js';
export type { KeyEntry } from './keys/key-file-format.js';
export { type KeyCandidate, type KeyStore, LONGEST_KEY_ID, requireKeyId } from './keys/key-store.js';
export { KeyStoreChain } from './keys/key-store-chain.js';
export type { StoredKey } from './keys/key-wrapping.js';
export { MemoryKeyStore } from './keys/memory-key-store.js';
export { decodeStencFile, encodeStencFile, type StencKey } from './keys/stenc-file.js';
export type { ArchivePart, ArchiveReceipt, ArchiveSource } from './provider/archive.js';
export {
  CONFIGURATION_SCHEMA,
  type ProviderConfiguration,
  type ProviderSettings,
  parseConfiguration,
} from './provider/configuration.js';
export type { ExistingData } from './provider/existing-data.js';
export type { FinalizeReport } from './provider/finalize.js';
export type { MediaIdentity } from './provider/identify.js';
export type { InitializeOptions } from './provider/initialize.js';
export type { LabelReport } from './provider/label.js';
export type { MemoryAttribute, MemoryReport } from './provider/label-memory.js';
export { type LastKnownGood, lastKnownGood } from './provider/last-known-good.js';
export type { DriveInfo, IsRegistered, LiveInfo } from './provider/live-info.js';
export type { CartridgeIdentity, Freshness, MamInfo } from './provider/mam-info.js';
export type { OnlineStatus } from './provider/online-status.js';
export type { PartNote } from './provider/part-note.js';
export type { Preparation, PrepareOptions } from './provider/prepare.js';
export { type ForceOptions, LtoProvider, type ProviderOptions } from './provider/provider.js';
export type { ReadArchiveOptions } from './provider/read-archive.js';
export type { ReadSpannedOptions } from './provider/read-spanned.js';
export type { Utilization } from './provider/utilization.js';
export type { TapeEvent, WatchOptions } from './provider/watch.js';
export type { WriteArchiveOptions } from './provider/write-archive.js';
export type { WriteProtection } from './provider/write-protection.js';
export type { FullCartridge, OnEndOfMedium, SpanOptions } from './provider/write-spanned.js';
export type { FormatVerdict, LtoFormat } from './scsi/density.js';
export { MAM_ATTRIBUTES } from './scsi/mam-attributes.js';
export type { HostAttributeValue } from './scsi/mam-host.js';
export type { MamValues } from './scsi/mam-values.js';
export type { LongPosition } from './scsi/position.js';
export type { TapeAlertFlag } from './scsi/tape-alert.js';
export type { AttributeLists } from './tape/attribute-lists.js';
export type { Capacity, CapacitySource, CapacityValue, CapacityValues, PartitionCapacity } from './tape/capacity.js';
export type { CartridgeMemory } from './tape/cartridge-memory.js';
export type { ChecksumAlgorithm } from './tape/checksum.js';
export { COMMAND_CHANNEL, type CommandEvent } from './tape/command-log.js';
export type { Densities, Reservations } from './tape/drive-reports.js';
export type { TapeEncryption } from './tape/encryption/encryption.js';
export type { EncryptionModeName } from './tape/encryption/modes.js';
export type { DriveEncryptionCapabilities, EncryptionStatus, NextBlock } from './tape/encryption/pages.js';
export type { EncryptionOptions } from './tape/encryption/parameters.js';
export type { EndOfData, TapeEnd } from './tape/end-of-data.js';
export type { EraseConfirmation } from './tape/erase-confirmation.js';
export type { Health } from './tape/health.js';
export type {
  CartridgeWear,
  CleaningState,
  CompressionState,
  HealthFacts,
  TransferErrors,
} from './tape/health-facts.js';
export type { HealthReason, HealthVerdict } from './tape/health-rules.js';
export type { DriveIdentity, DriveName } from './tape/identity.js';
export { type ListedDrive, listDrives } from './tape/list-drives.js';
export type { MediumFormat, MemoryAndFormat } from './tape/medium-format.js';
export type { OpenOptions } from './tape/open-transport.js';
export type { PartitionOptions } from './tape/partition.js';
export type { FormatOptions, PartitionSize } from './tape/prepare-medium.js';
export type { ReadDestination } from './tape/read-file.js';
export type { ReadStreamOptions } from './tape/read-options.js';
export type { OnBadRecord, SkippedRecord } from './tape/read-recovery.js';
export type { ReadSummary, TapeReadStream } from './tape/read-stream.js';
export type { Readiness } from './tape/readiness.js';
export type { IncompleteFile, TapeReceipt } from './tape/receipt.js';
export type { SettingChanges, TapeSettings } from './tape/settings.js';
export type { Bytes } from './tape/source/bytes.js';
export type { DataSource } from './tape/source/taken-source.js';
export type { TapeAlerts } from './tape/tape-alerts.js';
export { TapeDrive } from './tape/tape-drive.js';
export type { TapeStatus } from './tape/tape-status.js';
export type { WaitOptions } from './tape/wait-until-ready.js';
export type { WriteStreamOptions } from './tape/write-options.js';
export type { TapeWriteStream } from './tape/write-stream.js';
export type { CallOptions } from './transport/transport.js';
export {
  type CartridgeOptions,
  createVirtualDrive,
  type SpeedFacts,
  type SpeedName,
  type StreamingState,
  VirtualDrive,
  type VirtualDriveOptions,
} from './virtual/index.js';
