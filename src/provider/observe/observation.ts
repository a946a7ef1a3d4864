import type { TapeStatistics } from '../../backends/linux/tape-statistics.js';
import type { Health } from '../../tape/reports/health/health.js';
import type { LiveInfo } from '../monitor/live-info.js';

/** What is known of a drive, without having opened it for use. */
export interface Observation {
  readonly device: string;
  readonly live: LiveInfo;
  /** Undefined while the drive cannot be asked. */
  readonly health: Health | undefined;
  readonly place: TapePlace | undefined;
  /** Undefined where the driver counts nothing. */
  readonly statistics: TapeStatistics | undefined;
  /** What was seen of the transfers meanwhile; undefined where the driver counts nothing. */
  readonly activity: ActivitySeen | undefined;
  /** Process that has the tape node open, if this process may see its files. */
  readonly holder: number | undefined;
  /** Since when the drive has answered nothing; undefined if it answers. */
  readonly silentSince: Date | undefined;
}

/** What looking at the driver's counters several times a second shows. */
export interface ActivitySeen {
  readonly writing: DirectionSeen;
  readonly reading: DirectionSeen;
}

export interface DirectionSeen {
  /** Of the last second. */
  readonly bytesPerSecond: number;
  /**
   * How often the host had nothing for the drive for so long that the tape stopped in the middle of a job: a back-hitch each.
   * A pause of more than a minute is the end of a job.
   */
  readonly backHitches: number;
}

/** Where the tape stands, and how much of what was written is not on it yet. */
export interface TapePlace {
  readonly partition: number | undefined;
  readonly fileNumber: number | undefined;
  readonly logicalObject: number | undefined;
  readonly bufferedBytes: number | undefined;
}

/** What the drive itself has told. */
export type Told = Pick<Observation, 'live' | 'health' | 'place'>;
