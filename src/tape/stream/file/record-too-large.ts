import { type RecordLimit, type RecordSizes, RecordTooLargeError } from '../../../errors/index.js';

/** Message for each limit, and the remedy when reading. */
const LIMITS: Readonly<Record<RecordLimit, { readonly what: (sizes: RecordSizes) => string; readonly next: string }>> =
  {
    maxRecordSize: {
      what: ({ largest }) => `${largest} bytes`,
      next: 'Read with a larger `maxRecordSize`; the tape stands before that record',
    },
    'READ BLOCK LIMITS': {
      what: ({ largest }) => `${largest} bytes, the most that the drive takes (READ BLOCK LIMITS)`,
      next: 'Read it in a drive that takes larger records; the tape stands before that record',
    },
    path: {
      what: ({ offered, largest }) =>
        `${largest} bytes, the most that the path to the drive carries: a transfer of ${offered} is refused (EBUSY)`,
      next: 'Read it through a host adapter with a longer scatter list (sg_tablesize in /sys/class/scsi_host); the tape stands before that record',
    },
  };

/** For a record of a file that is read. */
export function recordTooLarge(device: string, record: number, sizes: RecordSizes): RecordTooLargeError {
  const { what, next } = LIMITS[sizes.limit];
  return new RecordTooLargeError(`record ${record} of the file is larger than ${what(sizes)}`, {
    device,
    operation: 'read',
    ...sizes,
    next,
  });
}
