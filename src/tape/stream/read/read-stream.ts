import type { StreamLease } from '../../../device/lease.js';
import { type RecordPlace, VerificationError } from '../../../errors/index.js';
import { decodeBlockLimits } from '../../../scsi/commands/block-limits.js';
import { readBlockLimits } from '../../../scsi/commands/transfer.js';
import { protectionBytes } from '../../../scsi/protection/methods.js';
import { destroyOnAbort } from '../../../streams/destroy-on-abort.js';
import { EventLoopBudget } from '../../../streams/event-loop-budget.js';
import { LendingReadable } from '../../../streams/lending-readable.js';
import { wantsProtection } from '../../block-protection/session.js';
import { useProtection } from '../../block-protection/use-protection.js';
import { unlock } from '../../encryption/unlock.js';
import { locateRecord } from '../../motion/locate-record.js';
import { locateFile } from '../../motion/motion.js';
import { enterPartition, requirePartition } from '../../motion/partition.js';
import { readStanding } from '../../motion/position.js';
import type { DrivePort } from '../../port/drive-port.js';
import { requireReady } from '../../reports/readiness.js';
import { algorithmOf, createRecordChecksum, type RecordChecksum } from '../file/checksum.js';
import { useVariableBlocks } from '../file/start-file.js';
import { DEFAULT_READ_BUFFER, LARGEST_OFFER, LARGEST_SLAB, READ_SLAB } from '../memory/memory.js';
import { ByteRange, type BytesRead, isPart } from './byte-range.js';
import type { ReadStreamOptions } from './read-options.js';
import { ReadRecovery, type SkippedRecord } from './read-recovery.js';
import { RecordReader, type RecordReaderOptions } from './record-reader.js';

/** Summary of what was read, available when the stream has ended. */
export interface ReadSummary {
  /** Undefined if neither drive nor driver reports it, after `locate()`. */
  readonly fileNumber: number | undefined;
  /** Records that were read from tape. */
  readonly records: number;
  readonly bytes: number;
  readonly largestRecord: number;
  /** The bytes that were read, with `start` or `end`; absent for a whole file. */
  readonly range?: BytesRead;
  /** Checksum over the data of a whole file; undefined for part of one. */
  readonly checksum: string | undefined;
  /** With `onBadRecord: 'skip'`, the records that the drive could not read: they are missing from the data. */
  readonly skipped: readonly SkippedRecord[];
}

const MIB = 1024 * 1024;

/**
 * A file on tape, as a Readable that ends at the filemark. The tape then stands after the filemark, and `summary` is
 * set. After an early destroy, and at the end of a range of bytes, the tape stands inside the file, ahead of the data
 * that was consumed.
 */
export class TapeReadStream extends LendingReadable {
  summary: ReadSummary | undefined;
  readonly #port: DrivePort;
  readonly #options: ReadStreamOptions;
  readonly #checksum: RecordChecksum | undefined;
  readonly #lease: StreamLease;
  readonly #budget = new EventLoopBudget();
  readonly #range: ByteRange | undefined;
  #reader: RecordReader | undefined;
  #chunks: AsyncGenerator<Buffer, void> | undefined;
  #recovery: ReadRecovery | undefined;
  #first: RecordPlace | undefined;

  /** Made by `TapeDrive.createReadStream()`. */
  constructor(port: DrivePort, options: ReadStreamOptions, lease: StreamLease) {
    const { checksum, expectedChecksum } = options;
    const byDefault = wantsProtection(port, options.protection) ? 'crc32c' : 'crc32';
    const algorithm = checksum ?? (expectedChecksum === undefined ? byDefault : algorithmOf(expectedChecksum));
    const range = isPart(options) ? new ByteRange(options) : undefined;
    const recordChecksum = algorithm && !range ? createRecordChecksum(algorithm, port.transport) : undefined;
    super({ highWaterMark: MIB }, options.reuseChunks);
    this.#port = port;
    this.#options = options;
    this.#range = range;
    this.#checksum = recordChecksum;
    this.#lease = lease;
    destroyOnAbort(this, options.signal);
  }

  /** Bytes that the drive has delivered so far. */
  get bytesRead(): number {
    return this.#reader?.bytes ?? 0;
  }

  /** Records that the drive has delivered so far. */
  get recordsRead(): number {
    return this.#reader?.records ?? 0;
  }

  /** Bytes of the largest record so far. */
  get largestRecord(): number {
    return this.#reader?.largestRecord ?? 0;
  }

  /** Records that were left out so far, with `onBadRecord: 'skip'`; also available when the stream fails. */
  get skipped(): readonly SkippedRecord[] {
    return this.#recovery?.skipped ?? [];
  }

  /** Logical object number of the record that reading began with, once it has; undefined if the drive does not report it. */
  get firstLogicalObject(): number | undefined {
    return this.#first?.logicalObject;
  }

  protected override takeBack(chunk: Buffer): void {
    this.#reader?.release(chunk);
  }

  override destroy(error?: Error): this {
    this.#lease.giveUp();
    return super.destroy(error);
  }

  override _construct(callback: (error?: Error | null) => void): void {
    this.#begin().then(() => callback(), callback);
  }

  override _read(): void {
    this.#next().catch((error: Error) => this.destroy(error));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#lease.ending();
    Promise.resolve(this.#chunks?.return())
      .then(
        () => callback(error),
        (reason: Error) => callback(error ?? reason),
      )
      .finally(this.#lease.release);
  }

  async #begin(): Promise<void> {
    const { bufferBytes = DEFAULT_READ_BUFFER } = this.#options;
    await this.#lease.turn;
    if (this.destroyed) return;
    await requireReady(this.#port);
    await useVariableBlocks(this.#port);
    const protection = await useProtection(this.#port, this.#options.protection);
    await this.#goToFirst();
    await this.#port.confirmPosition('read');
    const { keyStore } = this.#options;
    if (keyStore) await unlock(this.#port, keyStore);
    const first = await this.#firstRecord();
    this.#first = first;
    this.#recovery = new ReadRecovery(this.#port, first, this.#options.onBadRecord);
    this.#reader = new RecordReader(this.#port, {
      ...(await this.#largestRecord(protectionBytes(protection))),
      protection,
      bufferBytes,
      largestSlab: this.isReleasing ? LARGEST_SLAB : READ_SLAB,
      recordSize: this.#range?.recordSize,
      records: this.#range?.records,
      checksum: this.#checksum?.followsRecords,
      recovery: this.#recovery,
      keyStore,
      onWaited: () => this.#budget.reset(),
    });
    this.#chunks = this.#reader.chunks();
  }

  async #goToFirst(): Promise<void> {
    const { fileNumber, partition } = this.#options;
    const { firstRecord: record = 0, firstLogicalObject } = this.#range ?? {};
    if (fileNumber !== undefined && record > 0) {
      await locateRecord(this.#port, { fileNumber, record, firstLogicalObject }, { partition });
    } else if (fileNumber !== undefined) await locateFile(this.#port, fileNumber, { partition });
    else if (partition !== undefined) await enterPartition(this.#port, partition);
    else await requirePartition(this.#port, this.#port.partition, 'read');
  }

  /** Where reading begins. After `locate()` or spacing backwards, the place in the file may be unknown. */
  async #firstRecord(): Promise<RecordPlace> {
    const { fileNumber, logicalObject } = await readStanding(this.#port);
    const status = await this.#port.status();
    const record = status.fileNumber === fileNumber ? status.blockNumber : undefined;
    return { fileNumber, record: this.#range?.firstRecord ?? record ?? 0, logicalObject };
  }

  /** An offer above the drive's own limit is refused (EINVAL on scsi_debug), whatever the caller would accept. */
  async #largestRecord(extra: number): Promise<Pick<RecordReaderOptions, 'maxRecordSize' | 'limit'>> {
    const reply = await this.#port.queryIfSupported(readBlockLimits());
    const told = reply === undefined ? 0 : decodeBlockLimits(reply.data).maximumBlockLength;
    const ofDrive = (told === 0 ? LARGEST_OFFER : told) - extra;
    const { maxRecordSize = ofDrive } = this.#options;
    if (maxRecordSize < ofDrive) return { maxRecordSize, limit: 'maxRecordSize' };
    return { maxRecordSize: ofDrive, limit: 'READ BLOCK LIMITS' };
  }

  async #next(): Promise<void> {
    if (this.#budget.isSpent()) await this.#budget.yield();
    const chunk = await this.#nextChunk();
    if (chunk) {
      this.#checksum?.update(chunk);
      this.pass(chunk);
      return;
    }
    this.summary = this.#summarise();
    this.#requireExpected(this.summary.checksum);
    this.push(null);
  }

  /** Undefined at the end of the file, or of the range. */
  async #nextChunk(): Promise<Buffer | undefined> {
    while (!this.#range?.isComplete) {
      const { done, value } = (await this.#chunks?.next()) ?? { done: true };
      if (done || !value) break;
      const part = this.#range?.cut(value, this.skipped.length) ?? value;
      if (part.length > 0) return part;
    }
    if (!this.#range) return undefined;
    await this.#chunks?.return();
    this.#range.requireReached({ device: this.#port.device, operation: 'read' });
    return undefined;
  }

  #summarise(): ReadSummary {
    const { records = 0, bytes = 0, largestRecord = 0 } = this.#reader ?? {};
    const [fileNumber, checksum] = [this.#first?.fileNumber, this.#checksum?.digest()];
    const whole = { fileNumber, records, bytes, largestRecord, checksum, skipped: [...this.skipped] };
    if (!this.#range) return whole;
    const range = this.#range.bytesRead;
    return { ...whole, bytes: range.end - range.start + 1, range };
  }

  #requireExpected(checksum: string | undefined): void {
    const { expectedChecksum } = this.#options;
    if (expectedChecksum === undefined || expectedChecksum === checksum) return;
    throw new VerificationError(
      `file ${this.#first?.fileNumber ?? '?'} has the checksum ${checksum}, not ${expectedChecksum}`,
      {
        device: this.#port.device,
        operation: 'read',
        checksum,
        next: 'Do not use what was read: read the file again, or another copy',
      },
    );
  }
}
