import type { TapeStatistics } from '../../../backends/linux/tape-statistics.js';
import { counter, type Family, gauge, type Sample } from './family.js';

// What Linux's st counts, whichever program uses the drive, and what looking at it shows.

type Name = keyof TapeStatistics;

function ofDriver(name: string, help: string, key: Name): Family {
  return counter(name, help, ({ statistics }) => [{ value: statistics?.[key] }]);
}

function byDirection(name: string, help: string, writing: Name, reading: Name): Family {
  return counter(name, help, ({ statistics }) => directions(statistics?.[writing], statistics?.[reading]));
}

function directions(writing: number | undefined, reading: number | undefined): Sample[] {
  return [
    { labels: { direction: 'writing' }, value: writing },
    { labels: { direction: 'reading' }, value: reading },
  ];
}

export const DRIVER_FAMILIES: readonly Family[] = [
  byDirection('lto_drive_bytes_total', 'Bytes that the driver moved, of all programs.', 'bytesWritten', 'bytesRead'),
  byDirection('lto_drive_records_total', 'Records that the driver moved, of all programs.', 'writes', 'reads'),
  byDirection(
    'lto_drive_transfer_seconds_total',
    'Time that programs waited for the drive to take or give records.',
    'writeSeconds',
    'readSeconds',
  ),
  ofDriver('lto_drive_motions_total', 'Motions, filemarks and other operations of the driver.', 'others'),
  ofDriver('lto_drive_operation_seconds_total', 'Time of all operations of the driver.', 'seconds'),
  ofDriver('lto_drive_residuals_total', 'Transfers of another length than asked for.', 'residuals'),
  gauge('lto_drive_queue_operations', 'Operations that the driver waits for.', ({ statistics }) => [
    { value: statistics?.inFlight },
  ]),
  counter(
    'lto_drive_back_hitches_total',
    'Pauses of the host in a job that let the tape stop, as far as they were seen.',
    ({ activity }) => directions(activity?.writing.backHitches, activity?.reading.backHitches),
  ),
  gauge('lto_drive_buffered_bytes', 'Bytes in the buffer of the drive that are not on the medium yet.', ({ place }) => [
    { value: place?.bufferedBytes },
  ]),
  gauge(
    'lto_drive_file_number',
    'Filemarks between the beginning of the partition and the tape’s place.',
    ({ place }) => [{ value: place?.fileNumber }],
  ),
  gauge('lto_drive_held', 'Whether a process has the tape node open, as far as that can be seen.', (facts) => {
    return 'holder' in facts ? [{ value: Number(facts.holder !== undefined) }] : [];
  }),
  gauge('lto_drive_answers', 'Whether the drive answered in time; 0: the other values are older.', (facts) => {
    return 'silentSince' in facts ? [{ value: Number(facts.silentSince === undefined) }] : [];
  }),
];
