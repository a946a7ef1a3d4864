import type { OptionNames } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions } from '../arguments/options.js';
import { WAIT_OPTIONS } from '../tape/motion/wait-until-ready.js';
import { BYTE_RANGE_OPTIONS } from '../tape/stream/read/byte-range.js';
import type { ReadArchiveOptions, VerifyInDriveArchiveOptions } from './archive/read-archive.js';
import type { ReadSpannedOptions } from './archive/read-spanned.js';
import { WRITE_ARCHIVE_OPTIONS, type WriteArchiveOptions } from './archive/write-archive.js';
import type { SpanOptions } from './archive/write-spanned.js';
import type { EraseMediaOptions } from './label/erase-media.js';
import type { InitializeOptions } from './label/initialize.js';
import type { PrepareOptions } from './label/prepare.js';
import type { WatchOptions } from './monitor/watch.js';
import type { ForceOptions, IdentifyOptions } from './provider-options.js';
import type { ReadArchivesOptions } from './read-order/read-archives.js';
import type { ScanContentsOptions } from './scan/scan-contents.js';
import { CARTRIDGE_CHOICE } from './session/connection.js';

const FORCE_OPTIONS: OptionNames<ForceOptions> = { ...CARTRIDGE_CHOICE, force: true };
const IDENTIFY_OPTIONS: OptionNames<IdentifyOptions> = { ...CARTRIDGE_CHOICE, allowIntrusive: true };
const INITIALIZE_OPTIONS: OptionNames<InitializeOptions & CallOptions> = { ...CALL_OPTIONS, overwrite: true };
const PREPARE_OPTIONS: OptionNames<PrepareOptions & CallOptions> = { ...CALL_OPTIONS, closeUnterminated: true };
const WATCH_OPTIONS: OptionNames<WatchOptions> = { ...CALL_OPTIONS, intervalMs: true };
const SPAN_OPTIONS: OptionNames<WriteArchiveOptions & SpanOptions> = {
  ...WRITE_ARCHIVE_OPTIONS,
  archive: true,
  onEndOfMedium: true,
};
const READ_OPTIONS: OptionNames<ReadArchiveOptions & ReadSpannedOptions> = {
  ...CALL_OPTIONS,
  ...BYTE_RANGE_OPTIONS,
  idleTimeoutMs: true,
  bufferBytes: true,
  checksum: true,
  expectedChecksum: true,
  parts: true,
  onNextCartridge: true,
};
const { parts: _parts, onNextCartridge: _next, ...WHOLE } = READ_OPTIONS;
const VERIFY_OPTIONS: OptionNames<ReadArchiveOptions | VerifyInDriveArchiveOptions> = {
  ...WHOLE,
  inDrive: true,
};

const ERASE_OPTIONS: OptionNames<EraseMediaOptions & CallOptions> = { ...CALL_OPTIONS, long: true };

const READ_ARCHIVES_OPTIONS: OptionNames<ReadArchivesOptions> = {
  ...CALL_OPTIONS,
  bufferBytes: true,
  idleTimeoutMs: true,
  onNextCartridge: true,
};
const SCAN_CONTENTS_OPTIONS: OptionNames<ScanContentsOptions> = {
  ...CALL_OPTIONS,
  index: true,
  members: true,
  onFile: true,
  passFrom: true,
  whole: true,
};

/** Which options the methods of the provider take. */
export const OPTIONS_TO = {
  erase: ERASE_OPTIONS,
  wait: { ...WAIT_OPTIONS, ...CARTRIDGE_CHOICE },
  force: FORCE_OPTIONS,
  identify: IDENTIFY_OPTIONS,
  initialize: INITIALIZE_OPTIONS,
  prepare: PREPARE_OPTIONS,
  watch: WATCH_OPTIONS,
  write: SPAN_OPTIONS,
  read: READ_OPTIONS,
  readArchives: READ_ARCHIVES_OPTIONS,
  scan: SCAN_CONTENTS_OPTIONS,
  verify: VERIFY_OPTIONS,
} as const;
