import { LARGEST_COUNT, type NumberRange, requireNumber } from '../../arguments/number.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { DETAILED_GENERATIONS, type DetailedGeneration, recordingSpeeds } from '../../scsi/index.js';
import { SPEED_NAMES, speedName } from './names.js';
import type { SpeedFacts } from './speed-model.js';

const MIB = 1024 * 1024;

/** No vendor publishes how a drive decides: restart level and averaging time are guesses; a stop costs about 3 s. */
function model({ generation, bufferMebibytes }: DetailedGeneration): SpeedFacts {
  return {
    bufferBytes: bufferMebibytes * MIB,
    speeds: recordingSpeeds(generation),
    backHitchSeconds: 3,
    restartLevel: 0.5,
    matchingSeconds: 10,
  };
}

const MODELS = new Map<string, SpeedFacts>(
  DETAILED_GENERATIONS.map((facts) => [speedName(facts.generation), model(facts)]),
);

const SECONDS = { max: LARGEST_COUNT, unit: 'seconds', fractions: true };
const RANGES = {
  bufferBytes: { min: 1, max: LARGEST_COUNT, unit: 'bytes', fractions: true },
  backHitchSeconds: { ...SECONDS, min: 0 },
  restartLevel: { min: 0, max: 1, unit: 'parts of the buffer', fractions: true },
  matchingSeconds: { ...SECONDS, min: 0.001 },
} satisfies Partial<Record<keyof SpeedFacts, NumberRange>>;

/** The facts of a speed model, by name or given. Throws InvalidArgumentError for facts that no drive can have. */
export function speedFacts(speed: string | SpeedFacts): SpeedFacts {
  const facts = typeof speed === 'string' ? MODELS.get(speed) : speed;
  if (facts === undefined) {
    throw new InvalidArgumentError(`unknown speed model ${JSON.stringify(speed)}`, {
      next: `Use one of ${SPEED_NAMES.join(', ')}`,
    });
  }
  const { speeds } = facts;
  for (const [name, range] of Object.entries(RANGES)) requireNumber(name, facts[name as keyof typeof RANGES], range);
  const ascending = speeds.every((value, step) => value > (speeds[step - 1] ?? 0) && value < Number.POSITIVE_INFINITY);
  if (speeds.length > 0 && ascending) return facts;
  throw new InvalidArgumentError('the speeds of a drive are positive and ascending, and there is at least one');
}
