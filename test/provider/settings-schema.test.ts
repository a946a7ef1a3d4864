import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { CONFIGURATION_SCHEMA, parseConfiguration } from '../../src/provider/session/configuration.js';
import { RUNS } from '../support/property.js';

// What the configuration takes, against an independent judge of the same schema.

const judge = new Ajv2020({ strict: false, formats: { password: true } }).compile(CONFIGURATION_SCHEMA);

const text = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom('', '\n', 'key', 'key\n', '\u{1f4fc}'.repeat(80), 'x'.repeat(81), 'x'.repeat(160), 'x'.repeat(161)),
  fc.constantFrom('LTO-8', 'LTO-4', 'crc32c', 'off', 'a'.repeat(64), 'a'.repeat(65), 'label name', 'label.name'),
);
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer({ min: -2, max: 2 ** 25 }),
  fc.constantFrom(512, 1000, 262_144, 16_776_704, 16_777_216, 2 ** 53, 0.5, -0, Number.NaN, Infinity),
  fc.array(fc.oneof(text, fc.integer({ min: -1, max: 3 }), fc.constant(1.5), fc.boolean()), { maxLength: 3 }),
  fc.constantFrom({}, [[]]),
);
const names = Object.keys(CONFIGURATION_SCHEMA.properties as object);
const settings = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });

/** What the schema does not say. */
function fitTogether({ devicePath, library, drives, pool, cleaningLog }: Record<string, unknown>): boolean {
  return library === undefined ? !(drives || pool || cleaningLog) : devicePath === undefined;
}

it('takes what its JSON Schema allows, and refuses everything else by the name of its key', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const isValid = judge(given);
      const wrong = new Set((judge.errors ?? []).map(({ instancePath }) => instancePath.split('/')[1] ?? ''));
      try {
        const configuration = parseConfiguration(given);
        expect(isValid).toBe(true);
        expect(fitTogether(given)).toBe(true);
        const { encryptionKey: _, ...kept } = given;
        expect(configuration).toMatchObject(kept);
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        expect(isValid && fitTogether(given)).toBe(false);
        for (const key of wrong) expect(error.message).toContain(`${key}: `);
      }
    }),
    RUNS,
  );
});

it('each fault says what the key takes', () => {
  const refusal = (given: object) => {
    try {
      return parseConfiguration(given);
    } catch (error) {
      return /not valid: (.*)\. Keys are/.exec((error as Error).message)?.[1];
    }
  };
  expect(refusal({ devicePath: '' })).toBe('devicePath: takes at least 1 character');
  expect(refusal({ owningHost: 'x'.repeat(81) })).toBe('owningHost: takes at most 80 characters');
  expect(refusal({ recordSize: 1000 })).toBe(
    'recordSize: takes a whole number from 512 to 16776704, a multiple of 512',
  );
  expect(refusal({ throttleMs: -1 })).toBe('throttleMs: takes a whole number of at least 0');
  expect(refusal({ protection: 'on' })).toBe('protection: takes one of "auto", "crc32c", "reed-solomon", "off"');
  expect(refusal({ library: 'l', pool: [] })).toBe('pool: takes at least 1 element');
  expect(refusal({ library: 'l', drives: ['a', 0] })).toBe(
    'drives: element 1 takes a whole number of at least 1, or takes a string',
  );
  expect(refusal({ labelName: 'a/b' })).toBe('labelName: takes 1 to 99 letters, digits, dots, dashes and underscores');
  expect(refusal({ library: 'l', devicePath: 'd' })).toBe('give either devicePath or library');
  expect(refusal({ pool: ['a'] })).toBe('drives, pool and cleaningLog need a library');
});

it('a copy that a form has changed changes nothing here', () => {
  const { properties } = CONFIGURATION_SCHEMA as { properties: { compression: { default: boolean } } };
  properties.compression.default = false;
  try {
    expect(parseConfiguration({}).compression).toBe(true);
  } finally {
    properties.compression.default = true;
  }
});
