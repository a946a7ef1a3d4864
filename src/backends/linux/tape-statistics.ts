import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What Linux's st counts for a drive since it was found: `/sys/class/scsi_tape/<node>/stats`. */
export interface TapeStatistics {
  /** Operations that the driver has given to the drive and that have not ended. */
  readonly inFlight: number;
  readonly bytesWritten: number;
  readonly bytesRead: number;
  /** Calls of write(2), each of which is a record in variable block mode. */
  readonly writes: number;
  readonly reads: number;
  /** Motions, filemarks and everything else. */
  readonly others: number;
  /** Transfers that were shorter or longer than what was asked for. */
  readonly residuals: number;
  readonly writeSeconds: number;
  readonly readSeconds: number;
  /** Of all operations. */
  readonly seconds: number;
}

/** Files of the folder by our names. */
const COUNTS = {
  inFlight: 'in_flight',
  bytesWritten: 'write_byte_cnt',
  bytesRead: 'read_byte_cnt',
  writes: 'write_cnt',
  reads: 'read_cnt',
  others: 'other_cnt',
  residuals: 'resid_cnt',
} as const;
const TIMES = { writeSeconds: 'write_ns', readSeconds: 'read_ns', seconds: 'io_ns' } as const;
const NS = 1e9;

/** Reads them without opening the drive; undefined if the driver keeps none. `node`: such as `nst0`. */
export async function readTapeStatistics(node: string, root = '/'): Promise<TapeStatistics | undefined> {
  const folder = join(root, 'sys/class/scsi_tape', node, 'stats');
  const read = async ([name, file]: [string, string]) => [name, await count(join(folder, file))] as const;
  const counts = await Promise.all(Object.entries(COUNTS).map(read));
  const times = await Promise.all(Object.entries(TIMES).map(read));
  const values = [
    ...counts,
    ...times.map(([name, value]) => [name, value === undefined ? value : value / NS] as const),
  ];
  if (values.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(values) as unknown as TapeStatistics;
}

async function count(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'latin1').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}
