import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { QUERIES } from '../../src/cli/run/queries.js';
import { commandTree, leaves } from '../../src/cli/shell/command-tree.js';
import { createVirtualLibrary } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const KEYS = ['--keystore', 'keys', '--passphrase-file', 'passphrase'];
const CATALOGUE = ['--catalogue', 'catalogue.sqlite'];

/** Command lines of what only tells something, by the command. */
const LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  list: [['1'], CATALOGUE],
  scan: [[]],
  find: [['photo', ...CATALOGUE]],
  'catalogue stats': [CATALOGUE],
  'catalogue export': [CATALOGUE],
  drives: [[]],
  status: [[]],
  inspect: [[]],
  health: [[]],
  'mam get': [[]],
  log: [['17']],
  'encryption status': [[]],
  capture: [[]],
  watch: [
    ['--interval', '0.25'],
    ['--interval', '0.25', '--json'],
  ],
  report: [[]],
  metrics: [[]],
  'reserve status': [[]],
  'library list': [[]],
  'library status': [['-l', 'virtual:library']],
  // A new library first reports that its power came on.
  'library watch': [['-l', 'virtual:new', '--interval', '0.01']],
  'key list': [KEYS],
  completion: [['bash']],
};

async function prepare(): Promise<void> {
  await lto.run(['virtual', 'create', lto.path('drive'), '--barcode', 'ABC001L8']);
  for (const folder of ['library', 'new'])
    await createVirtualLibrary(lto.path(folder), { slots: 2, cartridges: 1, capacityBytes: 1e6 });
  await writeFile(lto.path('passphrase'), 'correct horse battery staple', { mode: 0o600 });
  await writeFile(lto.path('photo'), 'a photo');
  await lto.document(['key', 'generate', 'offsite', ...KEYS]);
  await lto.document(['label', 'ABC001L8']);
  await lto.document(['write', '-C', '.', 'photo', ...CATALOGUE]);
}

it('names commands that there are', () => {
  const paths = leaves(commandTree(createProgram())).map(({ path }) => path);
  expect([...QUERIES].filter((path) => !paths.includes(path))).toEqual([]);
});

it('what only tells something ends without a message when its reader has gone', { timeout: 300_000 }, async () => {
  expect(Object.keys(LINES).toSorted()).toEqual([...QUERIES].toSorted());
  await prepare();
  for (const [path, lines] of Object.entries(LINES)) {
    for (const args of lines) {
      const running = lto.start([...path.split(' '), ...args]);
      running.closeStdout();
      running.stdin.end();
      const { code, stderr } = await running.ended;
      // Progress and notes may be there.
      const failure = stderr.split('\n').find((line) => line.includes('[LTO_') || line.includes('EPIPE'));
      expect({ path, args, code, failure }).toEqual({ path, args, code: 141, failure: undefined });
    }
  }
});

it('a list of many members ends with `| head -1`, quietly', { timeout: 300_000 }, async () => {
  await lto.run(['virtual', 'create', lto.path('drive')]);
  await mkdir(lto.path('many'));
  await Promise.all(Array.from({ length: 3000 }, (_, i) => writeFile(lto.path('many', `member-${i}`), '')));
  await lto.document(['write', 'many']);
  const [node, command] = lto.program;
  const line = 'set -o pipefail; "$0" "$1" list 0 | head -1';
  const env = { ...process.env, LTO_DEVICE: `virtual:${lto.path('drive')}` };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line, node ?? '', command ?? ''], {
    encoding: 'utf8',
    env,
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 141,
    stdout: expect.stringMatching(/^d\S+ .*many\/?\n$/),
    stderr: '',
  });
});
