import type { WindingFacts } from '../path/winding.js';

/**
 * How fast a drive takes and delivers data: the level of its buffer, its tape speeds, and back-hitches when the buffer
 * runs dry. Pure: the caller supplies the clock, so the same model runs a drive in real time and a ten-minute job in
 * milliseconds.
 */

/** Speeds, buffer and back-hitch time of a drive. */
export interface SpeedFacts {
  /** Buffer of the drive in bytes. */
  readonly bufferBytes: number;
  /** Recording speeds in bytes per second, ascending; below the lowest, the drive must stop. */
  readonly speeds: readonly number[];
  /** Seconds of a back-hitch: from running dry until the tape can continue. */
  readonly backHitchSeconds: number;
  /**
   * Part of the buffer, 0 to 1, that must be full before a stopped tape starts to record, or empty before it starts to
   * read ahead.
   */
  readonly restartLevel: number;
  /** Seconds over which the drive averages the host's rate to choose its speed. */
  readonly matchingSeconds: number;
  /** How long it takes to another place of the tape; undefined: no time. */
  readonly winding?: WindingFacts | undefined;
  /** `simulated`: nothing waits, and the time that everything would take is counted in `seconds`. Default: `real`. */
  readonly clock?: 'real' | 'simulated' | undefined;
}

/** Counters since the model was created. */
export interface StreamingCounts {
  /** Stops because the host was too slow, for writing and for reading. */
  readonly backHitches: number;
  /** Bytes moved to or from the medium. */
  readonly mediumBytes: number;
  /** Seconds in which the tape moved at a recording speed, and in which it was repositioned. */
  readonly movingSeconds: number;
  readonly putBackSeconds: number;
}

/** Current state of the drive. */
export interface StreamingState extends StreamingCounts {
  /** Bytes in the buffer. */
  readonly level: number;
  /** Tape speed in bytes per second; 0 while the tape is stopped or repositioned. */
  readonly speed: number;
}

type Direction = 'recording' | 'reading';
type Phase = 'standing' | 'moving' | 'put back';

/** Interval of the drive's speed matching, in seconds. */
const MATCHING_INTERVAL = 0.5;
/** Levels in bytes, and times in seconds, that differ by less count as equal. */
const ROUNDING = 1e-3;
const INSTANT = 1e-9;

/**
 * One drive with a tape. Times are seconds of any monotonic clock; a time before the model's current time counts as the
 * current time.
 */
export class SpeedModel {
  readonly facts: SpeedFacts;
  #now = 0;
  #direction: Direction = 'recording';
  #phase: Phase = 'standing';
  #speed = 0;
  /** Bytes in the buffer: waiting for the medium when recording, for the host when reading. */
  #level = 0;
  /** Time at which a repositioned tape can continue. */
  #goesOnAt = 0;
  /** Whether recording continues to the last byte at any level. */
  #flushing = false;
  /** Average rate of the host; undefined until it has been measured once. */
  #hostRate: number | undefined;
  /** Bytes moved from or to the host since `#measuredAt`. */
  #hostBytes = 0;
  #measuredAt = 0;
  /** Whether the host had to wait since then. */
  #hostWaited = false;
  #backHitches = 0;
  #mediumBytes = 0;
  #movingSeconds = 0;
  #putBackSeconds = 0;

  constructor(facts: SpeedFacts) {
    this.facts = facts;
  }

  /** State at a time. */
  at(now: number): StreamingState {
    this.#advance(now);
    return {
      backHitches: this.#backHitches,
      mediumBytes: this.#mediumBytes,
      movingSeconds: this.#movingSeconds,
      putBackSeconds: this.#putBackSeconds,
      level: this.#level,
      speed: this.#phase === 'moving' ? this.#speed : 0,
    };
  }

  /** The host writes bytes; returns the time at which the buffer has taken them all. */
  write(now: number, bytes: number): number {
    return this.#transfer(now, 'recording', bytes);
  }

  /** The host reads bytes; returns the time at which it has them all. */
  read(now: number, bytes: number): number {
    return this.#transfer(now, 'reading', bytes);
  }

  /**
   * A synchronous filemark: returns the time at which everything is on the medium. This stop does not count as a
   * back-hitch.
   */
  flush(now: number): number {
    this.#advance(now);
    if (this.#direction === 'reading' || this.#level <= ROUNDING) return this.#now;
    this.#flushing = true;
    while (this.#level > ROUNDING) this.#advance(this.#now + this.#untilMoved(this.#level));
    this.#flushing = false;
    this.#level = 0;
    this.#putBack();
    return this.#now;
  }

  /**
   * The tape is moved: buffered data is recorded first, read-ahead data is dropped. Returns the time at which it may
   * move.
   */
  leave(now: number): number {
    this.flush(now);
    return this.drop(this.#now);
  }

  /** Drops the content of the buffer. A repositioning in progress still takes its time. */
  drop(now: number): number {
    this.#advance(now);
    this.#level = 0;
    if (this.#phase === 'moving') this.#phase = 'standing';
    // No read-ahead until the host reads again.
    this.#direction = 'recording';
    return this.#now;
  }

  get #room(): number {
    return this.facts.bufferBytes - this.#level;
  }

  /** Bytes that the tape can move before it must stop. */
  get #reserve(): number {
    return this.#direction === 'recording' ? this.#level : this.#room;
  }

  /** Bytes that the host can move before it must wait. */
  get #hostReserve(): number {
    return this.#direction === 'recording' ? this.#room : this.#level;
  }

  #transfer(now: number, direction: Direction, bytes: number): number {
    this.#turn(now, direction);
    // Idle until now: the measurement of the host's rate begins here.
    if (this.#phase === 'standing' && this.#level <= ROUNDING) this.#measureFrom(this.#now);
    // In steps, so that the speed is matched during a large transfer.
    const step = this.facts.bufferBytes / 8;
    for (let left = bytes; left > ROUNDING; ) {
      const part = Math.min(left, this.#hostReserve);
      this.#hostBytes += part;
      this.#level += direction === 'recording' ? part : -part;
      left -= part;
      if (left <= ROUNDING) break;
      this.#hostWaited = true;
      this.#advance(this.#now + this.#untilMoved(Math.min(left, step) - this.#hostReserve));
    }
    this.#advance(this.#now);
    return this.#now;
  }

  #turn(now: number, direction: Direction): void {
    this.#advance(now);
    if (this.#direction === direction) return;
    this.leave(this.#now);
    this.#direction = direction;
  }

  /** Seconds until the tape has moved `bytes` bytes, or moves again. */
  #untilMoved(bytes: number): number {
    return Math.max(INSTANT, this.#phase === 'moving' ? bytes / this.#speed : this.#untilMoving());
  }

  #untilMoving(): number {
    return Math.max(0, this.#goesOnAt - this.#now);
  }

  #advance(to: number): void {
    this.#startIfDue();
    while (this.#now < to) {
      const step = Math.min(to - this.#now, this.#untilNextEvent());
      this.#pass(step);
      this.#startIfDue();
    }
  }

  /** Seconds until the next state change without the host. */
  #untilNextEvent(): number {
    if (this.#phase === 'put back') return this.#untilMoving();
    if (this.#phase === 'standing') return Number.POSITIVE_INFINITY;
    const untilMatch = Math.max(0, this.#measuredAt + MATCHING_INTERVAL - this.#now);
    return Math.min(this.#reserve / this.#speed, untilMatch);
  }

  #pass(seconds: number): void {
    this.#now += seconds;
    if (this.#phase === 'put back') this.#passPuttingBack(seconds);
    else if (this.#phase === 'moving') this.#passMotion(seconds);
  }

  #passPuttingBack(seconds: number): void {
    this.#putBackSeconds += seconds;
    if (this.#now >= this.#goesOnAt - INSTANT) this.#phase = 'standing';
  }

  #passMotion(seconds: number): void {
    const bytes = seconds * this.#speed;
    this.#movingSeconds += seconds;
    this.#mediumBytes += bytes;
    this.#level += this.#direction === 'recording' ? -bytes : bytes;
    if (this.#reserve <= ROUNDING) this.#runOut();
    else if (this.#now >= this.#measuredAt + MATCHING_INTERVAL - INSTANT) this.#match();
  }

  #runOut(): void {
    this.#level = this.#direction === 'recording' ? 0 : this.facts.bufferBytes;
    this.#phase = 'standing';
    if (this.#flushing) return;
    this.#backHitches += 1;
    this.#putBack();
  }

  #putBack(): void {
    this.#phase = 'put back';
    this.#goesOnAt = this.#now + this.facts.backHitchSeconds;
  }

  #startIfDue(): void {
    if (this.#phase !== 'standing' || this.#reserve <= ROUNDING) return;
    const { bufferBytes, restartLevel } = this.facts;
    if (!this.#flushing && this.#reserve < bufferBytes * restartLevel - ROUNDING) return;
    this.#phase = 'moving';
    this.#match();
  }

  /**
   * Chooses the speed for the host's rate: the next lower one while the buffer is closer to running dry, otherwise the
   * next higher one. A host that had to wait could have been faster.
   */
  #match(): void {
    const rate = this.#measureHost();
    const { speeds, bufferBytes } = this.facts;
    const [slowest = 0, fastest = slowest] = [speeds[0], speeds.at(-1)];
    const below = speeds.findLast((speed) => speed <= rate) ?? slowest;
    const above = speeds.find((speed) => speed >= rate) ?? fastest;
    const next = speeds.find((speed) => speed > rate) ?? fastest;
    if (this.#hostWaited) this.#speed = next;
    else this.#speed = this.#reserve < bufferBytes / 2 ? below : above;
    this.#measureFrom(this.#now);
  }

  /** Adds the measurement since the last call to the average; returns the average. */
  #measureHost(): number {
    const elapsed = this.#now - this.#measuredAt;
    const fastest = this.facts.speeds.at(-1) ?? 0;
    // The host filled the buffer instantly, or has just begun to read.
    if (elapsed < INSTANT) return this.#hostRate ?? (this.#direction === 'recording' ? fastest : 0);
    const measured = Math.min(this.#hostBytes / elapsed, fastest);
    const weight = 1 - Math.exp(-elapsed / this.facts.matchingSeconds);
    const before = this.#hostRate ?? measured;
    const average = before + weight * (measured - before);
    this.#hostRate = this.#hostWaited ? Math.max(average, this.#speed) : average;
    return this.#hostRate;
  }

  #measureFrom(now: number): void {
    this.#measuredAt = now;
    this.#hostBytes = 0;
    this.#hostWaited = false;
  }
}
