/**
 * How fast a drive takes and gives data: the level of its buffer, the speeds it can move tape at, and the back-hitches
 * when the buffer runs dry. Pure: the clock is whatever the caller says it is, so that the same model runs a drive in
 * real time and a ten-minute job in milliseconds.
 */

/** Speeds, buffer and back-hitch time of a drive. */
export interface SpeedFacts {
  /** Memory of the drive between host and tape, bytes. */
  readonly bufferBytes: number;
  /** Speeds at which it can record, bytes a second, ascending; below the lowest it has to stop. */
  readonly speeds: readonly number[];
  /** Seconds from running dry until the tape stands where it can go on. */
  readonly backHitchSeconds: number;
  /**
   * Part of the buffer, 0 to 1, that has to be full before a standing tape starts to record, or empty before it starts
   * to read ahead.
   */
  readonly restartLevel: number;
  /** Seconds over which the drive averages the host's rate to choose its speed. */
  readonly matchingSeconds: number;
}

/** What happened so far. */
export interface StreamingCounts {
  /** Stops because the host was too slow, for recording and for reading. */
  readonly backHitches: number;
  /** Bytes that went to the medium or came from it. */
  readonly mediumBytes: number;
  /** Seconds for which the tape moved at a recording speed, and for which it was being put back. */
  readonly movingSeconds: number;
  readonly putBackSeconds: number;
}

/** Where the drive stands now. */
export interface StreamingState extends StreamingCounts {
  /** Bytes in the buffer. */
  readonly level: number;
  /** Bytes a second; 0 while the tape stands or is put back. */
  readonly speed: number;
}

type Direction = 'recording' | 'reading';
type Phase = 'standing' | 'moving' | 'put back';

/** The drive looks at the host's rate this often, seconds. */
const MATCHING_INTERVAL = 0.5;
/** Levels closer than this, in bytes, and times closer than that, in seconds, are the same. */
const ROUNDING = 1e-3;
const INSTANT = 1e-9;

/**
 * One drive with a tape in it. Times are seconds on any clock that never goes back; a time before one that the model
 * has reached counts as that one.
 */
export class SpeedModel {
  readonly facts: SpeedFacts;
  #now = 0;
  #direction: Direction = 'recording';
  #phase: Phase = 'standing';
  #speed = 0;
  /** Bytes that wait for the medium; reading, bytes that wait for the host. */
  #level = 0;
  /** When a tape that is put back can go on. */
  #goesOnAt = 0;
  /** Recording, whether it goes on to the last byte whatever the level is. */
  #flushing = false;
  /** Average rate of the host; undefined until it has been measured once. */
  #hostRate: number | undefined;
  /** What came from the host, or went to it, since `#measuredAt`. */
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

  /** As it is at a time. */
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

  /** The host hands over bytes; returns when the buffer has taken them all. */
  write(now: number, bytes: number): number {
    return this.#transfer(now, 'recording', bytes);
  }

  /** The host asks for bytes; returns when it has them all. */
  read(now: number, bytes: number): number {
    return this.#transfer(now, 'reading', bytes);
  }

  /** A synchronous filemark: returns when everything is on the medium. Ending so is no back-hitch. */
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

  /** The tape goes elsewhere: what waits is recorded first, what was read ahead is dropped. Returns when it may go. */
  leave(now: number): number {
    this.flush(now);
    return this.drop(this.#now);
  }

  /** What is in the buffer is gone. A tape that is being put back is not moved any sooner. */
  drop(now: number): number {
    this.#advance(now);
    this.#level = 0;
    if (this.#phase === 'moving') this.#phase = 'standing';
    // Nothing is read ahead until the host reads again.
    this.#direction = 'recording';
    return this.#now;
  }

  get #room(): number {
    return this.facts.bufferBytes - this.#level;
  }

  /** Bytes that the tape can move before it has to stop. */
  get #reserve(): number {
    return this.#direction === 'recording' ? this.#level : this.#room;
  }

  /** Bytes that the host can move before it has to wait. */
  get #hostReserve(): number {
    return this.#direction === 'recording' ? this.#room : this.#level;
  }

  #transfer(now: number, direction: Direction, bytes: number): number {
    this.#turn(now, direction);
    // Nothing is going on: the host's rate begins to count now.
    if (this.#phase === 'standing' && this.#level <= ROUNDING) this.#measureFrom(this.#now);
    // In steps, so that the speed is matched on the way of a large transfer.
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

  /** Seconds until the tape has moved that many bytes, or moves again. */
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

  /** Seconds until something changes by itself. */
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
   * Chooses the speed for the host's rate: the one below it while the tape is nearer to having to stop, else the one
   * above. A host that had to wait could have been faster.
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

  /** Averages what was measured since the last time; returns the average. */
  #measureHost(): number {
    const elapsed = this.#now - this.#measuredAt;
    const fastest = this.facts.speeds.at(-1) ?? 0;
    // The host has filled the buffer in no time, or has only begun to read.
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
