import { LARGEST_COUNT, type NumberRange, requireNumber } from '../../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { DETAILED_GENERATIONS, type DetailedGeneration, generationFacts, recordingSpeeds } from '../../scsi/index.js';
import type { WindingFacts } from '../path/winding.js';
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
    winding: winding(generation),
  };
}

/**
 * Wraps and length of the tape are published; the rest is assumed, so that an LTO-9 drive takes 40 s to a random place
 * and its maker's 86 % less in the best order. No figures of LTO-10: those of LTO-9.
 */
function winding(generation: number): WindingFacts {
  const [own, newest] = [generationFacts(generation), generationFacts(9)];
  return {
    wraps: own?.wraps ?? newest?.wraps ?? 1,
    metres: own?.tapeMetres ?? newest?.tapeMetres ?? 1,
    metresPerSecond: 10,
    startSeconds: 1.5,
    turnSeconds: 2,
    wrapSeconds: 0.5,
    bandSeconds: 1.5,
    settleSeconds: 1.5,
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
const FACTS: OptionNames<SpeedFacts> = {
  bufferBytes: true,
  speeds: true,
  backHitchSeconds: true,
  restartLevel: true,
  matchingSeconds: true,
  winding: true,
  clock: true,
};
const WINDING_RANGES: Readonly<Record<keyof WindingFacts, NumberRange>> = {
  wraps: { min: 1, max: 0xffff, unit: 'wraps' },
  metres: { min: 1, max: LARGEST_COUNT, unit: 'metres', fractions: true },
  metresPerSecond: { min: 0.001, max: LARGEST_COUNT, unit: 'metres', fractions: true },
  startSeconds: { ...SECONDS, min: 0 },
  turnSeconds: { ...SECONDS, min: 0 },
  wrapSeconds: { ...SECONDS, min: 0 },
  bandSeconds: { ...SECONDS, min: 0 },
  settleSeconds: { ...SECONDS, min: 0 },
};

function requireWinding(facts: WindingFacts): void {
  requireRecord('winding', facts);
  requireKnownNames(facts, WINDING_RANGES, undefined, 'fact of winding');
  for (const [name, range] of Object.entries(WINDING_RANGES)) {
    requireNumber(name, facts[name as keyof WindingFacts], range);
  }
}

/** The facts of a speed model, by name or given. Throws InvalidArgumentError for facts that no drive can have. */
export function speedFacts(speed: string | SpeedFacts): SpeedFacts {
  const facts = typeof speed === 'string' ? MODELS.get(speed) : speed;
  if (facts === undefined) {
    throw new InvalidArgumentError(`unknown speed model ${JSON.stringify(speed)}`, {
      next: `Use one of ${SPEED_NAMES.join(', ')}`,
    });
  }
  requireRecord('speed', facts);
  requireKnownNames(facts, FACTS, undefined, 'fact of a speed');
  const { speeds, winding: way, clock = 'real' } = facts;
  if (way !== undefined) requireWinding(way);
  if (clock !== 'real' && clock !== 'simulated') {
    throw new InvalidArgumentError(`the clock of a drive is real or simulated, not ${JSON.stringify(clock)}`);
  }
  for (const [name, range] of Object.entries(RANGES)) requireNumber(name, facts[name as keyof typeof RANGES], range);
  const ascending =
    Array.isArray(speeds) &&
    speeds.every((value, step) => value > (speeds[step - 1] ?? 0) && value < Number.POSITIVE_INFINITY);
  if (ascending && speeds.length > 0) return facts;
  throw new InvalidArgumentError('the speeds of a drive are positive and ascending, and there is at least one');
}
