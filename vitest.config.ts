import { defineConfig } from 'vitest/config';

/** Inside the kernel lab: the conformance suite and what is about that lab's drive. Outside: everything else. */
function include(): string[] {
  const { LTO_LAB_SUITE: suite } = process.env;
  if (suite !== undefined) return suite.split(',').map((path) => `test/${path}/**/*.test.ts`);
  return ['test/!(lab)/**/*.test.ts'];
}

export default defineConfig({
  test: {
    include: include(),
    pool: 'forks',
    // The tape of the lab is one: its tests take turns.
    fileParallelism: process.env.LTO_LAB === undefined,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
