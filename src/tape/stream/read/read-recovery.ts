import {
  EndOfDataError,
  MediumError,
  ProtectionError,
  type RecordPlace,
  type SenseData,
} from '../../../errors/index.js';
import { isProtectionSense } from '../../../scsi/protection/methods.js';
import { confirmProtection } from '../../block-protection/use-protection.js';
import { RECORDS, space } from '../../motion/motion.js';
import { readStanding } from '../../motion/position.js';
import { goToObject, probeRecord, standsAt, type Verdict } from '../../motion/probe-record.js';
import type { DrivePort } from '../../port/drive-port.js';

/** What happens when the drive can't read a record. */
export type OnBadRecord =
  /** The stream fails with a MediumError that names the record; the default. */
  | 'fail'
  /** The record is left out of the data and listed in `skipped`. */
  | 'skip';

/** A record that was left out. */
export interface SkippedRecord extends RecordPlace {
  /** Sense data for the record; undefined if only the driver received it. */
  readonly sense: SenseData | undefined;
}

/** How reading goes on behind a read that failed. */
export type Recovered =
  | 'read on'
  | 'end of data'
  /** What could not be read was the filemark; the tape stands behind it. */
  | 'end of file';

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
  /** The last record that was read once more since it came damaged. */
  #readAgain: number | undefined;
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
    if (isNew && (await standsAt(this.#port, place.logicalObject))) return 'read on';
    const verdict = await this.#ask(place.logicalObject);
    if (verdict === 'readable') return 'read on';
    if (verdict === 'end of data') return verdict;
    const error = unreadable(this.#port, place, reason, verdict.sense);
    if (this.#onBadRecord === 'fail') throw error;
    // Nothing tells how far a drive gets in a record that it can't read.
    if (!(await goToObject(this.#port, place.logicalObject + 1))) throw error;
    this.skipped.push({ ...place, sense: verdict.sense });
    return (await this.#isBehindFile()) ? 'end of file' : 'read on';
  }

  /**
   * The record behind `records` others came damaged from the drive, which has passed it: goes back, so that it is read once
   * more. Rejects with ProtectionError when that was done already, and with `onBadRecord: 'skip'` leaves it out. No record
   * fits when the drive does not protect any more: then none is left out.
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

  /** What follows would be taken for the rest of this file. */
  async #isBehindFile(): Promise<boolean> {
    const { fileNumber } = await readStanding(this.#port);
    return fileNumber !== undefined && this.#start.fileNumber !== undefined && fileNumber !== this.#start.fileNumber;
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
    if (this.#readable === logicalObject || !(await goToObject(this.#port, logicalObject))) return { sense: undefined };
    const verdict = await probeRecord(this.#port, logicalObject);
    if (verdict === 'readable') this.#readable = logicalObject;
    return verdict;
  }
}

/** For drives that tell no position: `st` gives EIO for a blank tape as for a bad one. */
async function isBlankHere(port: DrivePort): Promise<boolean> {
  return space(port, RECORDS, 1).then(
    () => false,
    (error: unknown) => error instanceof EndOfDataError,
  );
}

/** A record in words. */
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
