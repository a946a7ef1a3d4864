import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nowhere } from '../../../tape/stream/read/read-file.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { createVirtualDrive } from '../../../virtual/index.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import { table } from '../../output/table.js';
import { formatBytes, formatRate } from '../../output/units.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';
import { interruptibleOn } from '../../run/interrupted-drive.js';
import { readTapeFile } from '../../transfer/read-file.js';
import { writeSource } from '../../transfer/write-source.js';

interface BenchOptions extends DeviceOptions {
  readonly size: string;
  readonly recordSize?: string;
  readonly runs: string;
}

/** One transfer, as it was measured. */
interface Measured {
  readonly bytes: number;
  readonly seconds: number;
  readonly bytesPerSecond: number;
  /** Of one core of this machine. */
  readonly cpuShare: number;
}

interface Run {
  readonly fileNumber: number;
  readonly written: Measured;
  readonly read: Measured;
}

/** Written again and again: longer than any drive looks back when it compresses. */
const PATTERN_BYTES = 64 * 2 ** 20;
const CHUNK_BYTES = 4 * 2 ** 20;

/** Appends data that no drive can compress, and reads it back. Without a drive, with a virtual one that keeps no data. */
export async function bench(options: BenchOptions) {
  const size = parseSize(options.size);
  const runs = Math.max(1, parseCount(options.runs));
  const recordSize = options.recordSize === undefined ? undefined : parseSize(options.recordSize);
  const { device = process.env.LTO_DEVICE } = options;
  const measure = (named: string) =>
    withDrive({ device: named }, (drive) => measureRuns(drive, size, runs, recordSize));
  if (device) return measure(device);
  const folder = await mkdtemp(join(tmpdir(), 'lto-bench-'));
  try {
    await createVirtualDrive(join(folder, 'drive'), { cartridge: { barcode: 'BENCH1L8', discardsData: true } });
    return await measure(`virtual:${join(folder, 'drive')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureRuns(drive: TapeDrive, size: number, count: number, recordSize: number | undefined) {
  const { vendor, product, revision } = await drive.identity();
  const pattern = randomBytes(Math.min(PATTERN_BYTES, Math.max(size, 1)));
  const runs: Run[] = [];
  for (let run = 0; run < count; run += 1) runs.push(await measureRun(drive, pattern, size, recordSize));
  const rows = runs.map(({ fileNumber, written, read }) => [String(fileNumber), ...cells(written), ...cells(read)]);
  return {
    document: { device: drive.device, drive: { vendor, product, revision }, size, recordSize, runs },
    text: [
      `${vendor} ${product}, ${formatBytes(size)} that cannot be compressed`,
      table(['file', 'written', 'of a core', 'read', 'of a core'], rows),
    ].join('\n'),
  };
}

async function measureRun(
  drive: TapeDrive,
  pattern: Buffer,
  size: number,
  recordSize: number | undefined,
): Promise<Run> {
  const source = { stream: Readable.from(chunks(pattern, size), { objectMode: false }), bytes: size };
  const written = await measured(size, () =>
    interruptibleOn(drive, (interruption) => writeSource(drive, source, { recordSize }, interruption)),
  );
  const { fileNumber, checksum } = written.result;
  await drive.locateFile(fileNumber);
  const options = { fileNumber, expectedChecksum: isDiscarding(drive) ? undefined : checksum, reuseChunks: true };
  const read = await measured(size, () =>
    readTapeFile(drive, options, (stream, signal) => pipeline(stream, nowhere(), { signal })),
  );
  return { fileNumber, written: written.told, read: read.told };
}

/** What is read from a virtual cartridge that keeps no data are zeros. */
function isDiscarding({ device }: TapeDrive): boolean {
  return device.includes('lto-bench-');
}

function* chunks(pattern: Buffer, size: number): Generator<Buffer> {
  for (let done = 0; done < size; ) {
    const at = done % pattern.length;
    const length = Math.min(CHUNK_BYTES, pattern.length - at, size - done);
    yield pattern.subarray(at, at + length);
    done += length;
  }
}

async function measured<T>(bytes: number, work: () => Promise<T>): Promise<{ result: T; told: Measured }> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const seconds = Math.max(1, Math.round(performance.now() - begun)) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpuShare = Math.round((user + system) / 1e4 / seconds) / 100;
  return { result, told: { bytes, seconds, bytesPerSecond: Math.round(bytes / seconds), cpuShare } };
}

function cells({ bytesPerSecond, cpuShare }: Measured): readonly string[] {
  return [formatRate(bytesPerSecond), `${Math.round(cpuShare * 100)} %`];
}
