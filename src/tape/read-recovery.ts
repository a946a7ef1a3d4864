import { EndOfDataError, MediumError, type RecordPlace, type SenseData } from '../errors/index.js';
import { read6 } from '../scsi/commands/transfer.js';
import { isSystemError } from '../transport/system-error.js';
import type { DrivePort } from './drive-port.js';
import { RECORDS, space } from './motion.js';

/** What becomes of a record that the drive can't read. */
export type OnBadRecord =
  /** The stream fails with a MediumError that names the record; the default. */
  | 'fail'
  /** It is left out of what is read, and listed. */
  | 'skip';

/** A record that was left out. */
export interface SkippedRecord extends RecordPlace {
  /** What the drive said of it; undefined where it said so to the driver alone. */
  readonly sense: SenseData | undefined;
}

/** How reading goes on behind a read that failed. */
export type Recovered = 'read on' | 'end of data';

/** Bytes asked for to learn what is the matter with a record: any number will do, as its length is not looked at. */
const PROBE_BYTES = 4096;

/** What the drive itself says of a record. */
type Verdict = Recovered | { readonly sense: SenseData | undefined };

/**
 * Finds out what a read that failed with EIO has met, which `st` tells nobody, and goes on with the same record or behind
 * it. Where the tape still stands before the record it is read once more: a unit attention in the middle of a file
 * (6/2A/01, 6/2A/10, 6/3F/0E) has gone by then. Else the drive is asked by READ past the driver, at the record, which is
 * one more try. What follows is the driver's own motion to a logical object number, so that it never relies on a position
 * from before.
 */
export class ReadRecovery {
  readonly skipped: SkippedRecord[] = [];
  readonly #port: DrivePort;
  readonly #start: RecordPlace;
  readonly #onBadRecord: OnBadRecord;
  /** The last record that was read once more, by its logical object number. */
  #repeated: number | undefined;
  /** The last record that the drive could read when it was asked by itself. */
  #readable: number | undefined;

  /** `start` is the first record that is read. */
  constructor(port: DrivePort, start: RecordPlace, onBadRecord: OnBadRecord = 'fail') {
    this.#port = port;
    this.#start = start;
    this.#onBadRecord = onBadRecord;
  }

  /**
   * After `records` records were read, the next failed for `reason`. Rejects with MediumError, which names the record, or
   * with what else the drive says of it; the tape then stands before that record.
   */
  async goOn(reason: MediumError, records: number): Promise<Recovered> {
    const place = this.#place(records);
    if (place.logicalObject === undefined) {
      if (await isBlankHere(this.#port)) return 'end of data';
      throw unreadable(this.#port, place, reason, undefined);
    }
    const isNew = this.#repeated !== place.logicalObject;
    this.#repeated = place.logicalObject;
    if (isNew && (await this.#stands(place.logicalObject))) return 'read on';
    const verdict = await this.#ask(place.logicalObject);
    if (typeof verdict !== 'object') return verdict;
    const error = unreadable(this.#port, place, reason, verdict.sense);
    if (this.#onBadRecord === 'fail') throw error;
    // Nothing tells how far a drive gets in a record that it can't read.
    if (!(await this.#goTo(place.logicalObject + 1))) throw error;
    this.skipped.push({ ...place, sense: verdict.sense });
    return 'read on';
  }

  #place(records: number): RecordPlace {
    const passed = records + this.skipped.length;
    const { fileNumber, record, logicalObject } = this.#start;
    return {
      fileNumber,
      record: record + passed,
      logicalObject: logicalObject === undefined ? undefined : logicalObject + passed,
    };
  }

  /** The tape stands before the record afterwards, or as near as the drive gets. */
  async #ask(logicalObject: number): Promise<Verdict> {
    // What is readable by itself and not in the stream is not readable: asking again would never end.
    if (this.#readable === logicalObject || !(await this.#goTo(logicalObject))) return { sense: undefined };
    const verdict = await probe(this.#port).finally(() => this.#goTo(logicalObject));
    if (verdict === 'read on') this.#readable = logicalObject;
    return verdict;
  }

  /** Whether the tape then stands there. */
  async #goTo(logicalObject: number): Promise<boolean> {
    this.#port.requirePosition('read');
    if (await this.#stands(logicalObject)) return true;
    await this.#port.mt('MTSEEK', logicalObject).catch((error: unknown) => {
      if (!(error instanceof MediumError)) throw error;
    });
    return this.#stands(logicalObject);
  }

  async #stands(logicalObject: number): Promise<boolean> {
    return (await this.#port.transport.tell().catch(() => undefined)) === logicalObject;
  }
}

/** Rejects with what is the matter with the drive or its keys rather than with the record. */
async function probe(port: DrivePort): Promise<Verdict> {
  try {
    await port.query(read6({ length: PROBE_BYTES }), { mediumChanges: port.mediumChanges });
    return 'read on';
  } catch (error) {
    if (error instanceof EndOfDataError) return 'end of data';
    const isOfRecord = error instanceof MediumError || isSystemError(error);
    if (isOfRecord) return { sense: error instanceof MediumError ? error.sense : undefined };
    throw error;
  }
}

/** For drives that tell no position: `st` gives EIO for a blank tape as for a bad one. */
async function isBlankHere(port: DrivePort): Promise<boolean> {
  return space(port, RECORDS, 1).then(
    () => false,
    (error: unknown) => error instanceof EndOfDataError,
  );
}

function unreadable(
  { device }: DrivePort,
  place: RecordPlace,
  reason: MediumError,
  sense: SenseData | undefined,
): MediumError {
  const { fileNumber, record, logicalObject } = place;
  const file = fileNumber === undefined ? 'here on' : `file ${fileNumber}`;
  const object = logicalObject === undefined ? '' : `, logical object ${logicalObject},`;
  return new MediumError(`record ${record} of ${file}${object} can't be read`, {
    device,
    operation: 'read',
    errno: reason.errno,
    sense: sense ?? reason.sense,
    record: place,
    cause: reason,
    next: 'See `lto health`, and try another drive; `onBadRecord: skip` (`lto read --skip-bad`) reads on behind it',
  });
}
