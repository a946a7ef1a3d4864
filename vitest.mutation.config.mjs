// How scripts/mutation.mjs runs tests: those of one floor, without the projects of the traits, on the copy of the source
// that has the mutants.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

const folders = (process.env.MUTATION_TESTS ?? 'test/scsi').split(',');
const folder = process.env.MUTATION_FOLDER ?? 'build/mutation';

const withMutants = {
  name: 'with-mutants',
  enforce: 'pre',
  load(id) {
    const copy = join(folder, 'code', relative(import.meta.dirname, id.split('?')[0]));
    return existsSync(copy) ? readFileSync(copy, 'utf8') : undefined;
  },
};

/** They fill cartridges, which takes long each time: what others have killed need not meet them. */
const LONG = /spanning|spanned|full-medium|full\.test|unattended|attack/;

class LongLast extends BaseSequencer {
  async sort(files) {
    const isLong = ({ moduleId }) => LONG.test(moduleId);
    return [...files.filter((file) => !isLong(file)), ...files.filter(isLong)];
  }
}

export default defineConfig({
  plugins: [withMutants],
  test: {
    cache: false,
    // They start and kill processes of their own.
    exclude: ['test/provider/kill.test.ts', 'test/device/cartridge-guard.test.ts'],
    include: folders.map((name) => (name.endsWith('.ts') ? name : `${name}/**/*.test.ts`)),
    runner: './scripts/mutation/runner.mjs',
    sequence: { sequencer: LongLast },
    pool: 'forks',
    maxWorkers: 1,
    // Modules are loaded once for all files.
    isolate: false,
    reporters: ['default'],
    // They are counted as failures of the mutant.
    dangerouslyIgnoreUnhandledErrors: true,
    // Of a whole test with all its repetitions, on a machine that has other work.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
