import { TIMESTAMP_ORIGIN, type Timestamp } from '../../scsi/index.js';

/** The clock of a drive: it counts from power on until a host sets it (SPC-5 5.2). */
export class DriveClock {
  #origin: number = TIMESTAMP_ORIGIN.powerOn;
  /** What the clock showed at the moment that `performance.now()` calls 0. */
  #base = -performance.now();

  read(): Timestamp {
    return { origin: this.#origin, milliseconds: Math.round(this.#base + performance.now()) };
  }

  set(milliseconds: number): void {
    this.#origin = TIMESTAMP_ORIGIN.setTimestamp;
    this.#base = milliseconds - performance.now();
  }
}
