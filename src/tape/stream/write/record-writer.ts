import type { Crc32, RecordOptions } from '../../../../binding.js';
import { logged } from '../../../device/command-log.js';
import { isSystemError } from '../../../errors/system-error.js';
import type { ProtectionName } from '../../../scsi/protection/methods.js';
import { piecesBehind, recordsOf } from '../../../transport/record-pieces.js';
import type { Transport, WriteOutcome } from '../../../transport/transport.js';
import { nextStreamNumber } from '../../port/stream-number.js';

/** Why no further record can be written. */
export interface WriterStop {
  /** `allowance`: the drive would take more, but the rest of the medium is reserved for the filemark. */
  readonly kind: 'end-of-medium' | 'allowance' | 'error';
  /** Outcome of the driver, for `end-of-medium` and `error`. */
  readonly outcome?: WriteOutcome;
}

export class WriterStopped extends Error {
  readonly stop: WriterStop;
  constructor(stop: WriterStop) {
    super(stop.kind);
    this.stop = stop;
  }
}

/** See `RecordOptions` in binding.d.ts. */
type SubmitOptions = Pick<RecordOptions, 'quiet' | 'exclusive'>;

export interface RecordWriterOptions {
  readonly transport: Transport;
  readonly recordSize: number;
  /** Follows the records that the drive took. */
  readonly checksum?: Crc32 | undefined;
  /** Bytes that are still written after early warning was met. */
  readonly earlyWarningAllowance: number;
  /** Called when early warning is reached, after `records` records. */
  readonly onEarlyWarning: () => void;
  /** Throws if nothing may be written any more; called before each record after early warning. */
  readonly requireWriting: () => void;
  /** Whether only the failed record is missing and can be sent again. */
  readonly canRepeat: (logicalObject: number) => Promise<boolean>;
}

/**
 * Sends pieces of memory that hold whole records to the drive, in order and several calls deep, and counts what the
 * drive took.
 *
 * Before early warning calls overlap, so that the drive never waits for JavaScript. From early warning on, records go
 * one at a time. `st` answers every other write there with ENOSPC. The record may nevertheless be on tape (with direct
 * I/O, the one that reached early warning is, as the kernel lab shows); the drive's position decides. A record that is
 * not is sent once more, and only a second refusal is the end of the medium.
 *
 * A record that failed otherwise is sent once more if only it is missing. Later records in flight were not written;
 * they follow in order before calls overlap again.
 */
export class RecordWriter {
  /** Protection of each record between host and drive; set before the first call. */
  protection: ProtectionName | undefined;
  /** Logical object number of the first record, set before the first call; undefined if unknown. */
  firstLogicalObject: number | undefined;
  /** Records and bytes that the drive took. */
  records = 0;
  bytes = 0;
  readonly #options: RecordWriterOptions;
  #stream = nextStreamNumber();
  #tail: Promise<unknown> = Promise.resolve();
  /** Calls to `submit` that have not ended. */
  #pending = 0;
  /** Calls no longer overlap, because one failed together with those queued after it. */
  #inOrder = false;
  /** The last record that was sent again. */
  #repeated: number | undefined;
  #bytesAtWarning: number | undefined;
  /** Once set, nothing more is written: a record after a missing one would leave a hole in the file. */
  #stopped: unknown;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the drive took all of the pieces, or a little later with `quiet` (see binding.d.ts); rejects with
   * WriterStopped, or a SystemError, when it took less.
   */
  submit(pieces: readonly Uint8Array[], { quiet, exclusive }: SubmitOptions = {}): Promise<void> {
    if (this.#pending === 0) this.#inOrder = false;
    this.#pending += 1;
    const overlaps = !this.#isWarned && !this.#inOrder && !this.#stopped;
    const early = overlaps ? this.#send(pieces, this.#stream, { quiet, exclusive }) : undefined;
    // Settled in order below; without this an early rejection would count as unhandled.
    early?.catch(() => undefined);
    const done = this.#tail
      .then(() => this.#complete(pieces, early))
      .catch((error: unknown) => {
        this.#stopped ??= error;
        throw error;
      })
      .finally(() => {
        this.#pending -= 1;
      });
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  #send(pieces: readonly Uint8Array[], stream: number, how: SubmitOptions = {}): Promise<WriteOutcome> {
    const { transport, recordSize, checksum } = this.#options;
    // If the position is unavailable, only the driver's result for each record keeps the count exact.
    const options = { ...how, checksum, protection: this.protection, checkEach: this.firstLogicalObject === undefined };
    const work = () => transport.writeRecords(pieces, recordSize, stream, options);
    return logged({ device: transport.device, operation: 'write' }, work, ({ stop }) => stop);
  }

  async #complete(pieces: readonly Uint8Array[], early: Promise<WriteOutcome> | undefined): Promise<void> {
    let rest = pieces;
    if (early) rest = await this.#settle(rest, await early.catch(notWritten));
    if (this.#stopped) throw this.#stopped;
    while (rest.length > 0 && !this.#isWarned) {
      this.#options.requireWriting();
      rest = await this.#settle(rest, await this.#send(rest, nextStreamNumber()));
    }
    for (const record of recordsOf(rest, this.#options.recordSize)) await this.#writePastWarning(record);
  }

  /** The rest of a call's pieces. */
  async #settle(pieces: readonly Uint8Array[], outcome: WriteOutcome | undefined): Promise<readonly Uint8Array[]> {
    if (this.#stopped) throw this.#stopped;
    if (outcome === undefined) return pieces;
    let rest = piecesBehind(pieces, this.#count(outcome));
    const [refused] = recordsOf(rest, this.#options.recordSize);
    if (outcome.stop === 'end-of-medium' && refused) {
      rest = piecesBehind(rest, await this.#countRefused(refused, outcome));
    }
    if (outcome.stop === 'error') await this.#requireRepeatable(outcome);
    else if (outcome.stop !== 'done') this.#warned();
    return rest;
  }

  /** Throws WriterStopped unless the record that failed can be sent again, and was not already. */
  async #requireRepeatable(outcome: WriteOutcome): Promise<void> {
    const { firstLogicalObject, records } = this;
    const isNew = this.#repeated !== records;
    this.#repeated = records;
    this.#inOrder = true;
    this.#stream = nextStreamNumber();
    if (!isNew || firstLogicalObject === undefined || outcome.code !== 'EIO') this.#stop({ kind: 'error', outcome });
    if (!(await this.#options.canRepeat(firstLogicalObject + records))) this.#stop({ kind: 'error', outcome });
  }

  async #writePastWarning(record: Uint8Array): Promise<void> {
    const past = this.bytes - (this.#bytesAtWarning ?? this.bytes);
    if (past + record.length > this.#options.earlyWarningAllowance) this.#stop({ kind: 'allowance' });
    for (let refusals = 0; ; ) {
      this.#options.requireWriting();
      const outcome = await this.#send([record], nextStreamNumber());
      this.#count(outcome);
      if (outcome.stop === 'error') {
        await this.#requireRepeatable(outcome);
        continue;
      }
      if (outcome.stop !== 'end-of-medium' || (await this.#countRefused(record, outcome)) > 0) return;
      if (refusals > 0) this.#stop({ kind: 'end-of-medium', outcome });
      refusals += 1;
    }
  }

  /**
   * Counts a record that got ENOSPC if the drive nevertheless took it; returns its bytes. Without the drive's position
   * this cannot be decided, and writing stops rather than writing a record twice.
   */
  async #countRefused(record: Uint8Array, outcome: WriteOutcome): Promise<number> {
    if (this.firstLogicalObject === undefined) return this.#stop({ kind: 'end-of-medium', outcome });
    const taken = (await this.#options.transport.tell()) - this.firstLogicalObject - this.records;
    if (taken === 0) return 0;
    // Any other position means that a reset or another program moved the tape.
    if (taken !== 1) return this.#stop({ kind: 'error', outcome });
    this.#options.checksum?.update(record);
    return this.#count({ records: 1, bytes: record.length, stop: 'done' });
  }

  /** Adds up what was taken; returns its bytes. */
  #count({ records, bytes }: WriteOutcome): number {
    this.records += records;
    this.bytes += bytes;
    return bytes;
  }

  get #isWarned(): boolean {
    return this.#bytesAtWarning !== undefined;
  }

  #warned(): void {
    if (this.#isWarned) return;
    this.#bytesAtWarning = this.bytes;
    this.#options.onEarlyWarning();
  }

  #stop(stop: WriterStop): never {
    throw new WriterStopped(stop);
  }
}

/** Undefined for a call that was failed unwritten because an earlier one of its stream stopped. */
function notWritten(error: unknown): undefined {
  if (isSystemError(error) && error.code === 'ECANCELED') return undefined;
  throw error;
}
