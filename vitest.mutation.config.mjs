// What StrykerJS runs for each mutant (scripts/mutation.mjs): the tests of one floor, without the projects of the traits.
import { defineConfig } from 'vitest/config';

const folders = (process.env.MUTATION_TESTS ?? 'test/scsi').split(',');

export default defineConfig({
  test: {
    cache: false,
    // They start and kill processes of their own.
    exclude: ['test/provider/kill.test.ts', 'test/device/cartridge-guard.test.ts'],
    include: folders.map((folder) => (folder.endsWith('.ts') ? folder : `${folder}/**/*.test.ts`)),
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
