import { defineConfig } from 'vitest/config';
import { TRAIT_NAMES } from './src/virtual/drive/names.js';

const { LTO_LAB_SUITE: labSuite, LTO_LAB: lab, LTO_TEST_DEVICE: device } = process.env;

const CONFORMANCE = 'test/conformance/**/*.test.ts';

/**
 * On a device of the user's: the conformance suite. Inside the kernel lab: the folders that are named, which are about
 * that lab's drive. Outside: everything else.
 */
function include(): string[] {
  if (device !== undefined) return [CONFORMANCE];
  if (labSuite !== undefined) return labSuite.split(',').map((path) => `test/${path}/**/*.test.ts`);
  return ['test/!(lab)/**/*.test.ts'];
}

/** Real drives take minutes to find a file, and two hours for the first load of an LTO-9 cartridge. */
const TIMEOUT = device === undefined ? 60_000 : 3 * 3_600_000;

const options = {
  pool: 'forks',
  testTimeout: TIMEOUT,
  hookTimeout: TIMEOUT,
  globalSetup: device === undefined ? [] : ['test/conformance/device-setup.ts'],
} as const;

/** On this machine the conformance suite runs once more for each trait that a virtual drive can have. */
function traitProjects() {
  if (device !== undefined || lab !== undefined) return [];
  return TRAIT_NAMES.map((trait) => ({
    test: { ...options, name: trait, include: [CONFORMANCE], env: { LTO_TEST_TRAIT: trait } },
  }));
}

export default defineConfig({
  test: {
    // Several runs may go on at a time, and would read what another has written half of.
    cache: false,
    // There is one tape: its tests take turns.
    fileParallelism: lab === undefined && device === undefined,
    projects: [{ test: { ...options, name: 'all', include: include() } }, ...traitProjects()],
  },
});
