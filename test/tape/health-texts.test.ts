// Every reason for a verdict, at the number from which it is told and the one before, on one page.
import { expect, it } from 'vitest';
import type { HealthFacts } from '../../src/tape/reports/health/facts.js';
import { healthReasons } from '../../src/tape/reports/health/rules.js';

type Cartridge = NonNullable<HealthFacts['cartridge']>;

const SOUND = { alerts: undefined, drive: undefined, cleaning: {}, writing: {}, reading: {}, cartridge: undefined };
const facts = (other: Record<string, unknown>) => ({ ...SOUND, ...other }) as unknown as HealthFacts;
const cartridge = (wear: Partial<Cartridge>) => facts({ cartridge: wear });

const CASES: Readonly<Record<string, HealthFacts>> = {
  'a sound drive': facts({}),
  'cleaning asked for': facts({ cleaning: { requested: true } }),
  'cleaning required': facts({ cleaning: { required: true, requested: true } }),
  'no errors': facts({ writing: { uncorrected: 0 }, reading: { uncorrected: 0 } }),
  'errors while writing': facts({ writing: { uncorrected: 2 } }),
  'errors while reading': facts({ reading: { uncorrected: 3 } }),
  'errors of the last mount': cartridge({ lastMountUnrecoveredErrors: 4 }),
  'errors of a life': cartridge({ unrecoveredWriteErrors: 2, unrecoveredReadErrors: 3 }),
  '15999 loads': cartridge({ loads: 15_999 }),
  '16000 loads': cartridge({ loads: 16_000 }),
  '19999 loads': cartridge({ loads: 19_999 }),
  '20000 loads': cartridge({ loads: 20_000 }),
  '11 % of a life': cartridge({ lifeRemainingPercent: 11 }),
  '10 % of a life': cartridge({ lifeRemainingPercent: 10 }),
  '1 % of a life': cartridge({ lifeRemainingPercent: 1 }),
  'no life left': cartridge({ lifeRemainingPercent: 0 }),
  'a hot cartridge': cartridge({ temperatureExceeded: true }),
  'a hot drive': facts({ drive: { temperatureExceeded: true } }),
  '6 cleanings': cartridge({ cleaningsLeft: 6 }),
  '5 cleanings': cartridge({ cleaningsLeft: 5 }),
  'no cleaning': cartridge({ cleaningsLeft: 0 }),
};

it('is told', () => {
  const page = Object.entries(CASES).map(([name, told]) => {
    const reasons = healthReasons(told).map(
      ({ code, verdict, what, action }) => `  ${verdict}, ${code}: ${what}. ${action}`,
    );
    return [name, ...(reasons.length > 0 ? reasons : ['  good'])].join('\n');
  });
  expect(`${page.join('\n')}\n`).toMatchSnapshot();
});

it('the most severe first', () => {
  const all = facts({ cleaning: { requested: true }, writing: { uncorrected: 1 }, cartridge: { loads: 20_000 } });
  expect(healthReasons(all).map(({ verdict }) => verdict)).toEqual(['bad', 'bad', 'attention']);
});
