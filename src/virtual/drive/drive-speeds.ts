import { LARGEST_COUNT, type NumberRange, requireNumber } from '../../arguments/number.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { recordingSpeeds } from '../../scsi/index.js';
import { SPEED_NAMES, type SpeedName } from './names.js';
import type { SpeedFacts } from './speed-model.js';

const MIB = 1024 * 1024;

/**
 * By name. No vendor publishes how a drive decides: the restart level and the seconds over which the host's rate is
 * averaged are guesses, and about 3 s is what a stop costs.
 */
const MODELS: Readonly<Record<SpeedName, SpeedFacts>> = {
  lto5: model(256 * MIB, 5),
  lto6: model(512 * MIB, 6),
  lto7: model(1024 * MIB, 7),
  lto8: model(1024 * MIB, 8),
  lto9: model(1024 * MIB, 9),
  lto10: model(1024 * MIB, 10),
};

function model(bufferBytes: number, generation: number): SpeedFacts {
  const speeds = recordingSpeeds(generation);
  return { bufferBytes, speeds, backHitchSeconds: 3, restartLevel: 0.5, matchingSeconds: 10 };
}

const SECONDS = { max: LARGEST_COUNT, unit: 'seconds', fractions: true };
const RANGES = {
  bufferBytes: { min: 1, max: LARGEST_COUNT, unit: 'bytes', fractions: true },
  backHitchSeconds: { ...SECONDS, min: 0 },
  restartLevel: { min: 0, max: 1, unit: 'parts of the buffer', fractions: true },
  matchingSeconds: { ...SECONDS, min: 0.001 },
} satisfies Partial<Record<keyof SpeedFacts, NumberRange>>;

/** The facts of a speed model, by name or as they are. Throws InvalidArgumentError for what no drive can be. */
export function speedFacts(speed: string | SpeedFacts): SpeedFacts {
  const facts = typeof speed === 'string' ? MODELS[speed as SpeedName] : speed;
  if (facts === undefined) {
    throw new InvalidArgumentError(`there is no speed model ${JSON.stringify(speed)}`, {
      next: `Use one of ${SPEED_NAMES.join(', ')}`,
    });
  }
  const { speeds } = facts;
  for (const [name, range] of Object.entries(RANGES)) requireNumber(name, facts[name as keyof typeof RANGES], range);
  const ascending = speeds.every((value, step) => value > (speeds[step - 1] ?? 0) && value < Number.POSITIVE_INFINITY);
  if (speeds.length > 0 && ascending) return facts;
  throw new InvalidArgumentError('the speeds of a drive are positive and ascending, and there is at least one');
}
