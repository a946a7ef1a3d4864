export * from './archive/index.js';
export type { CallOptions } from './arguments/options.js';
export { COMMAND_CHANNEL, type CommandEvent } from './device/command-log.js';
export { type MovedFile, OPERATION_CHANNEL, type OperationEvent } from './device/operation-log.js';
export type { RawCommand, RawReply } from './device/raw-command.js';
export {
  createTracing,
  type Tracing,
  type TracingApi,
  type TracingSpan,
  type TracingTracer,
} from './device/tracing.js';
export * from './errors/index.js';
export { CallbackKeyStore, type FetchKey } from './keys/callback-key-store.js';
export { generateKey, keyFingerprint, keyFromBytes } from './keys/data-key.js';
export { EnvironmentKeyStore } from './keys/environment-key-store.js';
export { FileKeyStore, type FileKeyStoreOptions } from './keys/file-key-store.js';
export type { KeyEntry } from './keys/key-file-format.js';
export { type KeyCandidate, type KeyStore, LONGEST_KEY_ID } from './keys/key-store.js';
export { KeyStoreChain } from './keys/key-store-chain.js';
export type { StoredKey } from './keys/key-wrapping.js';
export { MemoryKeyStore } from './keys/memory-key-store.js';
export { decodeStencFile, encodeStencFile, type StencKey } from './keys/stenc-file.js';
export type { CleaningReceipt, CleanOptions, LibraryOptions } from './library/clean-drive.js';
export type { DriveProof, LoadReceipt, ReadyOptions } from './library/drive-work.js';
export type { ElementName, ExchangeOptions, LibraryDriveName, UnloadOptions } from './library/find-element.js';
export type { ElementKind, Inventory, InventoryElement, MediumTypeName } from './library/inventory.js';
export type { MountEvent } from './library/mount/events.js';
export { DEFAULT_MOUNT_POLICY, type MountDrive, type MountPolicy } from './library/mount/policy.js';
export type { AuditReport, MoveReceipt, Place } from './library/moves.js';
export type { NodeMatch } from './library/open/drive-nodes.js';
export { type ListedLibrary, listLibraries } from './library/open/list-libraries.js';
export type { LibraryName } from './library/open/open-changer.js';
export { TapeLibrary } from './library/tape-library.js';
export type { LibraryWaitOptions, MailOptions } from './library/waiting.js';
export type { LibraryEvent, LibraryWatchOptions } from './library/watch-library.js';
export type { ArchivePart, ArchiveReceipt, ArchiveSource, IndexReport } from './provider/archive/archive.js';
export type { ArchiveSession, BufferedArchive, SessionArchiveOptions } from './provider/archive/archive-session.js';
export type { EjectOptions, FinalizeReport } from './provider/archive/finalize.js';
export type { FullCartridge, OnEndOfMedium } from './provider/archive/full-cartridge.js';
export type { IdleOptions } from './provider/archive/idle-reader.js';
export type { PartHeader } from './provider/archive/part-header.js';
export type { ReadArchiveOptions, VerifyInDriveArchiveOptions } from './provider/archive/read-archive.js';
export type { ReadSpannedOptions } from './provider/archive/read-spanned.js';
export type { WriteArchiveOptions } from './provider/archive/write-archive.js';
export type { SpanOptions } from './provider/archive/write-spanned.js';
export type { EraseMediaOptions, EraseReport } from './provider/label/erase-media.js';
export type { ExistingData } from './provider/label/existing-data.js';
export type { MediaIdentity, ProvenCartridge } from './provider/label/identify.js';
export type { InitializeOptions } from './provider/label/initialize.js';
export type { LabelReport } from './provider/label/label.js';
export type { MemoryAttribute, MemoryReport, RefusedAttribute } from './provider/label/label-memory.js';
export type { Preparation, PrepareOptions } from './provider/label/prepare.js';
export { exportLastKnownGood, importLastKnownGood } from './provider/monitor/last-known-good.js';
export type { DriveInfo, IsRegistered, LiveInfo } from './provider/monitor/live-info.js';
export type { CartridgeIdentity, Freshness, MamInfo } from './provider/monitor/mam-info.js';
export {
  createMetrics,
  type MeasuredProvider,
  type Metrics,
  type MetricsRegistry,
} from './provider/monitor/metrics/metrics.js';
export type { OnlineStatus } from './provider/monitor/online-status.js';
export type { TapePosition } from './provider/monitor/position.js';
export type { CachedLiveInfo } from './provider/monitor/seen-drives.js';
export type { Utilization } from './provider/monitor/utilization.js';
export type { TapeEvent, WatchOptions } from './provider/monitor/watch.js';
export { LtoProvider } from './provider/provider.js';
export type { CartridgeChoice, ForceOptions, IdentifyOptions, ProviderOptions } from './provider/provider-options.js';
export type { ProviderReports } from './provider/provider-reports.js';
export type {
  ArchiveHandler,
  ReadArchivesOptions,
  ReadArchivesReport,
  WantedArchive,
} from './provider/read-order/read-archives.js';
export type {
  ArchiveRecord,
  ArchiveRecorder,
  ArchiveState,
  CartridgeRecord,
  CatalogueChange,
  DriveRecord,
  MemberRecord,
  PartRecord,
  VerificationRecord,
} from './provider/record/changes.js';
export type { Catalogued } from './provider/record/recording.js';
export type { FileKind } from './provider/scan/kinds.js';
export { type CartridgeScan, type ScanOptions, scanCartridge } from './provider/scan/scan-cartridge.js';
export type { CartridgeContents, ScanContentsOptions } from './provider/scan/scan-contents.js';
export type { ScannedFile } from './provider/scan/scanned-file.js';
export {
  CONFIGURATION_SCHEMA,
  type ConfigurationOptions,
  parseConfiguration,
} from './provider/session/configuration.js';
export type { ProviderConfiguration, ProviderSettings } from './provider/session/configuration-schema.js';
export type { OpenDrive } from './provider/session/drive-owner.js';
export type { WriteProtection } from './provider/session/write-protection.js';
export type { LongPosition } from './scsi/commands/read-position.js';
export type { FormatVerdict, LtoFormat } from './scsi/generations/index.js';
export type { LogPage, LogPageCode, LogParameter } from './scsi/log/page.js';
export type { TapeAlertFlag } from './scsi/log/tape-alert.js';
export { MAM_ATTRIBUTES } from './scsi/mam/attributes.js';
export type { HostAttributes } from './scsi/mam/host.js';
export type { MamValues } from './scsi/mam/values.js';
export type { ModePage } from './scsi/mode/parameter-list.js';
export type { Bytes } from './streams/bytes.js';
export type { PipeOptions } from './streams/lending-pipe.js';
export type { LendingReadable } from './streams/lending-readable.js';
export type { DataSource } from './streams/taken-source.js';
export type { BlockProtection } from './tape/block-protection/options.js';
export type { ProtectionSetting } from './tape/block-protection/use-protection.js';
export { captureDrive } from './tape/capture/capture-drive.js';
export type { TapeEncryption } from './tape/encryption/encryption.js';
export type { EncryptionModeName } from './tape/encryption/modes.js';
export type { DriveEncryptionCapabilities, EncryptionStatus, NextBlock } from './tape/encryption/pages.js';
export type { EncryptionOptions } from './tape/encryption/parameters.js';
export type { OnBadRecord } from './tape/motion/bad-record.js';
export type { EndOfData, TapeEnd } from './tape/motion/end-of-data.js';
export type { EraseConfirmation } from './tape/motion/erase-confirmation.js';
export type { FormatOptions, PartitionSize } from './tape/motion/prepare-medium.js';
export type { DriveVerification, VerifyInDriveOptions } from './tape/motion/verify-in-drive.js';
export type { WaitOptions } from './tape/motion/wait-until-ready.js';
export type { WriteRights } from './tape/motion/write-permission.js';
export { type ListedDrive, listDrives } from './tape/open/list-drives.js';
export type { OpenOptions } from './tape/open/open-transport.js';
export type { ReadLocation } from './tape/order/locations.js';
export type { PlanOptions, ReadPlan } from './tape/order/plan-reads.js';
export type { OrderEstimate } from './tape/order/wrap-order.js';
export type { DriveModel } from './tape/port/drive-model.js';
export type { PartitionOptions } from './tape/port/partitions.js';
export type { TapeStatus } from './tape/port/tape-status.js';
export type { AttributeLists } from './tape/reports/attribute-lists.js';
export type {
  Capacity,
  CapacitySource,
  CapacityValue,
  CapacityValues,
  PartitionCapacity,
} from './tape/reports/capacity.js';
export type { CartridgeMemory, SetAttributesOptions } from './tape/reports/cartridge-memory.js';
export type { Densities, Reservations } from './tape/reports/drive-reports.js';
export type {
  CartridgeWear,
  CleaningState,
  CompressionState,
  HealthFacts,
  TransferErrors,
} from './tape/reports/health/facts.js';
export type { Health } from './tape/reports/health/health.js';
export type { HealthReason, HealthVerdict } from './tape/reports/health/rules.js';
export type { DriveIdentity, DriveName } from './tape/reports/identity.js';
export type { MediumFormat } from './tape/reports/medium-format.js';
export type { Readiness } from './tape/reports/readiness.js';
export type { SettingChanges, TapeSettings } from './tape/reports/settings.js';
export type { TapeAlerts } from './tape/reports/tape-alerts.js';
export type { BufferedReceipt } from './tape/session/buffered-files.js';
export type {
  CommitOptions,
  SessionEvents,
  SessionFileOptions,
  SessionOptions,
} from './tape/session/session-options.js';
export type { WriteSession } from './tape/session/write-session.js';
export type { ChecksumAlgorithm } from './tape/stream/file/checksum.js';
export type { IncompleteFile, TapeReceipt } from './tape/stream/file/receipt.js';
export type { ExpectedStart, StartOptions } from './tape/stream/file/start-file.js';
export type { TransferOptions } from './tape/stream/file/transfer-options.js';
export type { ByteRangeOptions, BytesRead } from './tape/stream/read/byte-range.js';
export type { ReadDestination } from './tape/stream/read/read-file.js';
export type { ReadStreamOptions } from './tape/stream/read/read-options.js';
export type { SkippedRecord } from './tape/stream/read/read-recovery.js';
export type { ReadSummary, TapeReadStream } from './tape/stream/read/read-stream.js';
export type { ChunkWritable, WriteCallback } from './tape/stream/write/chunk-writable.js';
export type { EarlyWarning, EarlyWarningEvents, StreamListener } from './tape/stream/write/early-warning.js';
export type { WriteStreamOptions } from './tape/stream/write/write-options.js';
export type { TapeWriteStream } from './tape/stream/write/write-stream.js';
export { TapeDrive } from './tape/tape-drive.js';
export type { TapeReports } from './tape/tape-reports.js';
export { type TapeVerification, type VerifiedFile, type VerifyTapeOptions, verifyTape } from './tape/verify-tape.js';
export type { ScsiTransport } from './transport/scsi-transport.js';
export type { NamedStop, ReadOutcome, RecordCallOptions, Transport, WriteOutcome } from './transport/transport.js';
export type { CapturedReply, DriveCapture } from './virtual/capture/capture.js';
export type { Bay } from './virtual/drive/bay.js';
export type { CleaningNeed, EncryptionSettings } from './virtual/drive/drive-record.js';
export {
  type Attention,
  type CartridgeOptions,
  createVirtualDrive,
  createVirtualLibrary,
  type DataPhase,
  type Execution,
  type Fault,
  type LibraryElement,
  type LibraryFault,
  type LibraryIdentity,
  type Nexus,
  type PaceState,
  type RobotSpeed,
  type SpeedFacts,
  type SpeedName,
  type StreamingCounts,
  type StreamingState,
  type Trait,
  VirtualDrive,
  type VirtualDriveIdentity,
  type VirtualDriveOptions,
  VirtualLibrary,
  type VirtualLibraryOptions,
} from './virtual/index.js';
export type { LibraryTrait } from './virtual/library/traits/trait-names.js';
export type { WindingFacts } from './virtual/path/winding.js';
export type { AbortTasks } from './virtual/unit/command.js';
