import { counter, entry } from './entry.js';
import { FLAG, SIGNED, TEMPERATURE } from './kinds.js';
import type { LogTable } from './values.js';

/** Parameter control byte: bounded data counter, saved by the drive (TSD 0). */
const COUNTER_CONTROL = 0x00;
/** Parameter control byte: binary list. */
const LIST_CONTROL = 0x03;

const ERROR_COUNTERS = [
  counter(0, 'correctedWithoutDelay', 'Errors corrected without substantial delay', 4),
  counter(1, 'correctedWithDelay', 'Errors corrected with possible delays', 4),
  counter(2, 'retries', 'Total rewrites or rereads', 4),
  counter(3, 'corrected', 'Total errors corrected', 4),
  counter(4, 'correctionRuns', 'Total times correction algorithm processed', 4),
  counter(5, 'bytesProcessed', 'Total bytes processed', 8, 'bytes'),
  counter(6, 'uncorrected', 'Total uncorrected errors', 4),
] as const;

export const WRITE_ERROR_COUNTERS = {
  page: 0x02,
  subpage: 0,
  name: 'Write error counters',
  control: COUNTER_CONTROL,
  entries: ERROR_COUNTERS,
} as const satisfies LogTable;

export const READ_ERROR_COUNTERS = {
  page: 0x03,
  subpage: 0,
  name: 'Read error counters',
  control: COUNTER_CONTROL,
  entries: ERROR_COUNTERS,
} as const satisfies LogTable;

/** Parameters 4 to 8 refer to the current partition (SSC-5). */
export const SEQUENTIAL_ACCESS_LOG = {
  page: 0x0c,
  subpage: 0,
  name: 'Sequential access device',
  control: COUNTER_CONTROL,
  entries: [
    counter(0, 'bytesFromHost', 'Data bytes received with WRITE commands', 8, 'bytes'),
    counter(1, 'bytesToMedium', 'Data bytes written to media by WRITE commands', 8, 'bytes'),
    counter(2, 'bytesFromMedium', 'Data bytes read from media by READ commands', 8, 'bytes'),
    counter(3, 'bytesToHost', 'Data bytes transferred by READ commands', 8, 'bytes'),
    counter(4, 'nativeToEndOfData', 'Native capacity from BOP to EOD', 4, 'MB'),
    counter(5, 'nativeToEarlyWarning', 'Native capacity from BOP to EW of current partition', 4, 'MB'),
    counter(6, 'nativeEarlyWarningToEnd', 'Minimum native capacity from EW to EOP of current partition', 4, 'MB'),
    counter(7, 'nativeToPosition', 'Native capacity from BOP to current position', 4, 'MB'),
    counter(8, 'nativeInBuffer', 'Maximum native capacity in device object buffer', 4, 'MB'),
    entry(0x100, 'cleaningRequired', 'Cleaning action required', FLAG, 8),
  ],
} as const satisfies LogTable;

export const TEMPERATURES = {
  page: 0x0d,
  subpage: 0,
  name: 'Temperature',
  control: LIST_CONTROL,
  entries: [
    entry(0, 'current', 'Current temperature', TEMPERATURE, 2, '°C'),
    entry(1, 'reference', 'Reference temperature', TEMPERATURE, 2, '°C'),
  ],
} as const satisfies LogTable;

const COMPRESSION = [
  counter(0, 'readRatio', 'Read compression ratio x100', 2, 'ratio x 100'),
  counter(1, 'writeRatio', 'Write compression ratio x100', 2, 'ratio x 100'),
  // Each pair is one amount: whole megabytes, and the remaining bytes; HP rounds, so the remainder may be negative.
  counter(2, 'megabytesToHost', 'Megabytes transferred to server', 4, 'MB'),
  entry(3, 'bytesToHost', 'Bytes transferred to server', SIGNED, 4, 'bytes'),
  counter(4, 'megabytesFromMedium', 'Megabytes read from tape', 4, 'MB'),
  entry(5, 'bytesFromMedium', 'Bytes read from tape', SIGNED, 4, 'bytes'),
  counter(6, 'megabytesFromHost', 'Megabytes transferred from server', 4, 'MB'),
  entry(7, 'bytesFromHost', 'Bytes transferred from server', SIGNED, 4, 'bytes'),
  counter(8, 'megabytesToMedium', 'Megabytes written to tape', 4, 'MB'),
  entry(9, 'bytesToMedium', 'Bytes written to tape', SIGNED, 4, 'bytes'),
  entry(0x100, 'enabled', 'Data compression enabled', FLAG, 1),
] as const;

export const DATA_COMPRESSION_LOG = {
  page: 0x1b,
  subpage: 0,
  name: 'Data compression',
  control: COUNTER_CONTROL,
  entries: COMPRESSION,
} as const satisfies LogTable;

/** LTO-5 and older, all vendors. */
export const TAPE_USAGE = {
  page: 0x30,
  subpage: 0,
  name: 'Tape usage',
  control: COUNTER_CONTROL,
  entries: [
    counter(1, 'mounts', 'Thread count', 4),
    counter(2, 'dataSetsWritten', 'Total data sets written', 8),
    counter(3, 'writeRetries', 'Total write retries', 4),
    counter(4, 'unrecoveredWriteErrors', 'Total unrecovered write errors', 2),
    counter(5, 'suspendedWrites', 'Total suspended writes', 2),
    counter(6, 'fatalSuspendedWrites', 'Total fatal suspended writes', 2),
    counter(7, 'dataSetsRead', 'Total data sets read', 8),
    counter(8, 'readRetries', 'Total read retries', 4),
    counter(9, 'unrecoveredReadErrors', 'Total unrecovered read errors', 2),
    counter(10, 'suspendedReads', 'Total suspended reads', 2),
    counter(11, 'fatalSuspendedReads', 'Total fatal suspended reads', 2),
  ],
} as const satisfies LogTable;

/** HP and IBM count MiB here; Seagate's first generations counted MB. */
export const TAPE_CAPACITY = {
  page: 0x31,
  subpage: 0,
  name: 'Tape capacity',
  control: COUNTER_CONTROL,
  entries: [
    counter(1, 'mainRemaining', 'Main partition remaining capacity', 4, 'MiB'),
    counter(2, 'alternateRemaining', 'Alternate partition remaining capacity', 4, 'MiB'),
    counter(3, 'mainMaximum', 'Main partition maximum capacity', 4, 'MiB'),
    counter(4, 'alternateMaximum', 'Alternate partition maximum capacity', 4, 'MiB'),
  ],
} as const satisfies LogTable;

/** LTO-5: the forerunner of page 1B. */
export const TAPE_COMPRESSION = {
  page: 0x32,
  subpage: 0,
  name: 'Data compression (LTO-5)',
  control: COUNTER_CONTROL,
  entries: COMPRESSION,
} as const satisfies LogTable;
