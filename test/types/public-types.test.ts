import { expect, it } from 'vitest';
import { publicSurface } from './public-surface.js';

const COMPILES_MS = 240_000;

it(
  'every type that an exported declaration leads to is exported, under one name; what is internal is not',
  () => {
    const { exported, unexported } = publicSurface();
    expect(exported.length).toBeGreaterThan(300);
    expect(unexported).toEqual([]);
    const internal = ['requireKeyId', 'lastKnownGood', 'LastKnownGood', 'MemoryAndFormat', 'senseCodes'];
    expect(exported.filter(({ name }) => internal.includes(name))).toEqual([]);
    const twice = exported.filter(({ name, symbol }) =>
      exported.some((other) => other.name === name && other.symbol !== symbol),
    );
    expect(twice.map(({ name }) => name)).toEqual([]);
  },
  COMPILES_MS,
);

it(
  'the check finds types without an export, and those of a constructor where there is one to call',
  () => {
    const file = 'test/types/hidden-types.ts';
    const found = ['Deeper', 'Hidden'].map((name) => `${file}: ${name}`);
    expect(publicSurface([file]).unexported).toEqual([...found, `${file}: OfConstructor`]);
    expect(publicSurface(['test/types/only-the-type.ts']).unexported).toEqual(found);
  },
  COMPILES_MS,
);
