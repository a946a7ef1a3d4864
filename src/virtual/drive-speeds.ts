import { InvalidArgumentError } from '../errors/index.js';
import type { SpeedFacts } from './speed-model.js';

/** Names of the speed models that there are. */
export const SPEED_NAMES = ['lto5', 'lto6', 'lto7', 'lto8', 'lto9', 'lto10'] as const;
export type SpeedName = (typeof SPEED_NAMES)[number];

const MB = 1e6;
const MIB = 1024 * 1024;

/** LTO-7 to 9, MB/s: the rates that IBM publishes for full-height drives, the highest at the rated native speed. */
const LTO_7 = [101.46, 120.11, 138.52, 157.67, 175.46, 194.26, 213.06, 231.86, 250.66, 268.56, 287.52, 300];
const LTO_8 = [112, 135, 157.5, 180, 203, 226, 249.5, 273, 295, 318, 341, 360];
const LTO_9 = [177, 203, 223, 244, 263, 284, 305, 325, 347, 366, 385, 400];

/**
 * By name. No vendor publishes how a drive decides: the restart level and the seconds over which the host's rate is
 * averaged are guesses, and about 3 s is what a stop costs. LTO-5 and 6 get twelve even steps from a third of the native
 * speed, and LTO-10 the steps of LTO-9, which has the same native speed.
 */
const MODELS: Readonly<Record<SpeedName, SpeedFacts>> = {
  lto5: model(256 * MIB, evenSteps(140)),
  lto6: model(512 * MIB, evenSteps(160)),
  lto7: model(1024 * MIB, LTO_7),
  lto8: model(1024 * MIB, LTO_8),
  lto9: model(1024 * MIB, LTO_9),
  lto10: model(1024 * MIB, LTO_9),
};

function model(bufferBytes: number, megabytes: readonly number[]): SpeedFacts {
  const speeds = megabytes.map((speed) => speed * MB);
  return { bufferBytes, speeds, backHitchSeconds: 3, restartLevel: 0.5, matchingSeconds: 10 };
}

function evenSteps(native: number): number[] {
  const lowest = native / 3;
  return Array.from({ length: 12 }, (_, step) => lowest + ((native - lowest) * step) / 11);
}

/** The facts of a speed model, by name or as they are. Throws InvalidArgumentError for what no drive can be. */
export function speedFacts(speed: string | SpeedFacts): SpeedFacts {
  const facts = typeof speed === 'string' ? MODELS[speed as SpeedName] : speed;
  if (facts === undefined) {
    throw new InvalidArgumentError(`there is no speed model ${JSON.stringify(speed)}`, {
      next: `Use one of ${SPEED_NAMES.join(', ')}`,
    });
  }
  const { bufferBytes, speeds, backHitchSeconds, restartLevel, matchingSeconds } = facts;
  requireNumber('bufferBytes', bufferBytes, 1);
  requireNumber('backHitchSeconds', backHitchSeconds, 0);
  requireNumber('restartLevel', restartLevel, 0, 1);
  requireNumber('matchingSeconds', matchingSeconds, 0.001);
  const ascending = speeds.every((value, step) => value > (speeds[step - 1] ?? 0) && value < Number.POSITIVE_INFINITY);
  if (speeds.length > 0 && ascending) return facts;
  throw new InvalidArgumentError('the speeds of a drive are positive and ascending, and there is at least one');
}

function requireNumber(name: string, value: number, least: number, most = Number.MAX_VALUE): void {
  if (value >= least && value <= most) return;
  throw new InvalidArgumentError(`${name} of a speed model must not be ${value}`);
}
