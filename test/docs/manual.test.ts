import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { VERSION } from '../../src/addon/version.js';
import { EXAMPLES } from '../../src/cli/commands/examples.js';
import { createProgram } from '../../src/cli/program.js';
import { EXIT_CODES } from '../../src/cli/run/exit-codes.js';
import { commandTree, leaves } from '../../src/cli/shell/command-tree.js';
import { manPage } from './man-page.js';

const PAGE = fileURLToPath(new URL('../../man/lto.1', import.meta.url));
const root = commandTree(createProgram());
const hasMan = spawnSync('man', ['--version']).status === 0;

it('man/lto.1 is made from the commands; `npx vitest run test/docs -u` makes it anew', async () => {
  const page = manPage({ version: VERSION, root, examples: EXAMPLES, exitCodes: EXIT_CODES });
  await expect(page).toMatchFileSnapshot(PAGE);
});

it.runIf(hasMan)('man shows it without a warning, with every command', () => {
  const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-l', PAGE], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8', MANROFFSEQ: '' },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const shown = stdout.replaceAll(/\s+/g, ' ');
  const missing = leaves(root).filter(({ path }) => !shown.includes(`lto ${path}`));
  expect(missing.map(({ path }) => path)).toEqual([]);
});

it('the package names the manual', () => {
  const { man, files } = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
  );
  expect(man).toBe('./man/lto.1');
  expect(files).toContain('man');
});
