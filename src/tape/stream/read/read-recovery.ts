import {
  BeginningOfPartitionError,
  EndOfDataError,
  MediumError,
  ProtectionError,
  type RecordPlace,
  type SenseData,
} from '../../../errors/index.js';
import { isProtectionSense } from '../../../scsi/protection/methods.js';
import { confirmProtection } from '../../block-protection/use-protection.js';
import type { OnBadRecord } from '../../motion/bad-record.js';
import { FILES, RECORDS, space } from '../../motion/motion.js';
import { readStanding } from '../../motion/position.js';
import { goToObject, probeRecord, standsAt, type Verdict } from '../../motion/probe-record.js';
import type { DrivePort } from '../../port/drive-port.js';

/** A record that was left out. */
export interface SkippedRecord extends RecordPlace {
  /** Sense data for the record; undefined if only the driver received it. */
  readonly sense: SenseData | undefined;
}

/** How reading continues after a failed read. */
export type Recovered =
  | 'read on'
  | 'end of data'
  /** The unreadable object was the filemark; the tape stands after it. */
  | 'end of file';

/**
 * Finds out why a read failed with EIO, which `st` does not report, and continues with the same record or after it. If
 * the tape still stands before the record, the record is read once more: a unit attention in the middle of a file
 * (6/2A/01, 6/2A/10, 6/3F/0E) is gone by then. Otherwise the drive is asked at the record with READ, bypassing the
 * driver, which is one more try. Afterwards the driver itself moves to a logical object number, so nothing depends on
 * an earlier position.
 */
export class ReadRecovery {
  readonly skipped: SkippedRecord[] = [];
  readonly #port: DrivePort;
  readonly #start: RecordPlace;
  readonly #onBadRecord: OnBadRecord;
  /** The last record that was read again because it arrived damaged. */
  #readAgain: number | undefined;
  /** Logical object number of the last record that was read again. */
  #repeated: number | undefined;
  /** The last record that the drive could read when asked directly. */
  #readable: number | undefined;

  /** `start` is the first record that is read. */
  constructor(port: DrivePort, start: RecordPlace, onBadRecord: OnBadRecord = 'fail') {
    this.#port = port;
    this.#start = start;
    this.#onBadRecord = onBadRecord;
  }

  /**
   * To be called if the record after `records` records failed for `reason`. Rejects with MediumError, which names the
   * record, or with the drive's error; the tape then stands before that record.
   */
  async goOn(reason: MediumError, records: number): Promise<Recovered> {
    const place = this.#place(records);
    if (place.logicalObject === undefined) {
      if (await isBlankHere(this.#port)) return 'end of data';
      throw unreadable(this.#port, place, reason, undefined);
    }
    const isNew = this.#repeated !== place.logicalObject;
    this.#repeated = place.logicalObject;
    if (isNew && (await standsAt(this.#port, place.logicalObject))) return 'read on';
    const verdict = await this.#ask(place.logicalObject);
    if (verdict === 'readable') return 'read on';
    if (verdict === 'end of data') return verdict;
    const error = unreadable(this.#port, place, reason, verdict.sense);
    if (this.#onBadRecord === 'fail') throw error;
    // How far a drive moves in an unreadable record is unknown.
    if (!(await goToObject(this.#port, place.logicalObject + 1))) throw error;
    this.skipped.push({ ...place, sense: verdict.sense });
    return (await this.#wasFilemark(place.logicalObject, error)) ? 'end of file' : 'read on';
  }

  /**
   * To be called if the record after `records` others arrived damaged and the drive has passed it: goes back so that it
   * is read again. The second time it rejects with ProtectionError, or skips the record with `onBadRecord: 'skip'`. If
   * the drive no longer protects, no record matches its checksum, so none is skipped.
   */
  async readAgain(records: number): Promise<void> {
    const place = this.#place(records);
    const isNew = this.#readAgain !== place.record;
    this.#readAgain = place.record;
    await space(this.#port, RECORDS, -1);
    if (isNew) return;
    await confirmProtection(this.#port, 'read');
    if (this.#onBadRecord === 'fail') throw damaged(this.#port, place);
    await space(this.#port, RECORDS, 1);
    this.skipped.push({ ...place, sense: undefined });
  }

  /**
   * Whether the object that was skipped is the filemark of this file; otherwise the next file would be taken for the rest
   * of this one. A drive that does not report file numbers is spaced back over the nearest filemark: it then stands at the
   * number of that filemark. Rejects with `unknown` if that does not work either.
   */
  async #wasFilemark(logicalObject: number, unknown: Error): Promise<boolean> {
    const { fileNumber } = await readStanding(this.#port);
    if (fileNumber !== undefined && this.#start.fileNumber !== undefined) return fileNumber !== this.#start.fileNumber;
    try {
      await space(this.#port, FILES, -1);
    } catch (error) {
      if (!(error instanceof BeginningOfPartitionError)) throw unknown;
    }
    const isHere = await standsAt(this.#port, logicalObject);
    if (!(await goToObject(this.#port, logicalObject + 1))) throw unknown;
    return isHere;
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

  /** Afterwards the tape stands before the record, or as near as the drive gets. */
  async #ask(logicalObject: number): Promise<Verdict> {
    // A record that is readable alone but not in the stream counts as unreadable; asking again would never end.
    if (this.#readable === logicalObject || !(await goToObject(this.#port, logicalObject))) return { sense: undefined };
    const verdict = await probeRecord(this.#port, logicalObject);
    if (verdict === 'readable') this.#readable = logicalObject;
    return verdict;
  }
}

/** For drives without position: `st` returns EIO for a blank tape as well as for a damaged one. */
async function isBlankHere(port: DrivePort): Promise<boolean> {
  return space(port, RECORDS, 1).then(
    () => false,
    (error: unknown) => error instanceof EndOfDataError,
  );
}

/** A record for messages. */
function named({ fileNumber, record, logicalObject }: RecordPlace): string {
  const file = fileNumber === undefined ? 'here on' : `file ${fileNumber}`;
  const object = logicalObject === undefined ? '' : `, logical object ${logicalObject},`;
  return `record ${record} of ${file}${object}`;
}

function damaged({ device }: DrivePort, place: RecordPlace, sense?: SenseData, cause?: unknown): ProtectionError {
  return new ProtectionError(`${named(place)} did not match its protection information in two reads`, {
    device,
    operation: 'read',
    sense,
    record: place,
    cause,
    next: 'Look at cable, terminator and host adapter; if other tapes can be read, try this one in another drive',
  });
}

function unreadable(
  port: DrivePort,
  place: RecordPlace,
  reason: MediumError,
  sense: SenseData | undefined,
): MediumError | ProtectionError {
  if (sense && isProtectionSense(sense)) return damaged(port, place, sense, reason);
  const { device } = port;
  return new MediumError(`${named(place)} can't be read`, {
    device,
    operation: 'read',
    errno: reason.errno,
    sense: sense ?? reason.sense,
    record: place,
    cause: reason,
    next: 'See `lto health`, and try another drive; `onBadRecord: skip` (`lto read --skip-bad`) skips it and reads on',
  });
}
