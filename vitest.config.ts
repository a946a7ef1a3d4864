import { defineConfig } from 'vitest/config';
import { TRAIT_NAMES } from './src/virtual/drive/names.js';

const { LTO_LAB_SUITE: labSuite, LTO_LAB: lab, LTO_TEST_DEVICE: device } = process.env;

const CONFORMANCE = 'test/conformance/**/*.test.ts';

/**
 * Files share a process and its modules: most of the time of a short file goes into loading the library. Files of these
 * folders have one of their own: they look at what a process has (handles, threads, memory), fill it with a compiler, or
 * start and kill many. One puts modules in the place of the library's.
 */
const APART = [
  ...testsIn(['bench', 'device', 'docs', 'kill', 'native', 'package', 'scripts', 'types']),
  'test/scsi/generations.test.ts',
];

/**
 * For what hangs, not for what is slow: on a loaded machine a test that starts many processes takes minutes. Real drives
 * take as long to find a file, and two hours for the first load of an LTO-9 cartridge.
 */
const TIMEOUT = device === undefined ? 180_000 : 3 * 3_600_000;

const options = {
  pool: 'forks',
  testTimeout: TIMEOUT,
  hookTimeout: TIMEOUT,
  globalSetup: device === undefined ? [] : ['test/conformance/device-setup.ts'],
} as const;

function testsIn(folders: readonly string[]): string[] {
  return folders.map((folder) => `test/${folder}/**/*.test.ts`);
}

/** On this machine the conformance suite runs once more for each trait that a virtual drive can have. */
function traitProjects() {
  if (device !== undefined || lab !== undefined) return [];
  return TRAIT_NAMES.map((trait) => ({
    test: { ...options, name: trait, isolate: false, include: [CONFORMANCE], env: { LTO_TEST_TRAIT: trait } },
  }));
}

/**
 * On a device of the user's: the conformance suite. Inside the kernel lab: the folders that are named, which are about
 * that lab's drive. Outside: everything else; `all*` is every test once.
 */
function projects() {
  const all = { ...options, name: 'all', isolate: false };
  if (device !== undefined) return [{ test: { ...all, include: [CONFORMANCE] } }];
  if (labSuite !== undefined) {
    return [{ test: { ...all, include: testsIn(labSuite.split(',')) } }];
  }
  return [
    { test: { ...all, include: ['test/**/*.test.ts'], exclude: ['test/lab/**', ...APART] } },
    { test: { ...options, name: 'all-apart', include: APART } },
  ];
}

export default defineConfig({
  test: {
    // Several runs may go on at a time, and would read what another has written half of.
    cache: false,
    // There is one tape: its tests take turns.
    fileParallelism: lab === undefined && device === undefined,
    projects: [...projects(), ...traitProjects()],
  },
});
