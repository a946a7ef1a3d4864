import { runsForward, type TapePlace } from '../../scsi/index.js';

/**
 * How long a drive takes from one place of its tape to another. The tape stops, winds to the place at full speed, and
 * turns there if the wrap runs the other way; meanwhile the head moves to the wrap.
 */
export interface WindingFacts {
  /** Wraps of the whole tape, in four bands. */
  readonly wraps: number;
  readonly metres: number;
  readonly metresPerSecond: number;
  /** Seconds of stopping and starting, and of turning round. */
  readonly startSeconds: number;
  readonly turnSeconds: number;
  /** Seconds in which the head moves to another wrap, and more if that is in another band. */
  readonly wrapSeconds: number;
  readonly bandSeconds: number;
  /** Seconds until data is read: the head follows its track, and the block is found. */
  readonly settleSeconds: number;
}

const BANDS = 4;

/** Seconds from one place to another. */
export function windingSeconds(facts: WindingFacts, from: TapePlace, to: TapePlace): number {
  const perBand = Math.max(1, Math.ceil(facts.wraps / BANDS));
  const way = to.along - from.along;
  const turns = way === 0 ? runsForward(from.wrap) !== runsForward(to.wrap) : way > 0 !== runsForward(to.wrap);
  const winding = (Math.abs(way) * facts.metres) / facts.metresPerSecond + (turns ? facts.turnSeconds : 0);
  const isOtherBand = Math.floor(from.wrap / perBand) !== Math.floor(to.wrap / perBand);
  const head = from.wrap === to.wrap ? 0 : facts.wrapSeconds + (isOtherBand ? facts.bandSeconds : 0);
  return facts.startSeconds + Math.max(winding, head) + facts.settleSeconds;
}
