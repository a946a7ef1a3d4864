import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runPhases } from '../../scripts/phases.mjs';
import { temporaryFolder } from '../virtual/support.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/phases.mjs', import.meta.url));

/** A phase whose program is a line of the shell. */
function shell(title: string, line: string) {
  return { title, run: async (start: Start) => (await start('sh', ['-c', line])) === 0 };
}
type Start = (command: string, args: string[], env?: Record<string, string>) => Promise<number>;

/** What failed, and everything that was written. */
async function run(phases: Parameters<typeof runPhases>[0], options: { jobs: number; progressEvery?: number }) {
  let said = '';
  const write = (words: string) => {
    said += words;
  };
  const failed = await runPhases(phases, { ...options, folder: await temporaryFolder(), write });
  return { failed, said };
}

it('shows the output of each phase whole, and which have failed, in their order', async () => {
  const slow = shell('slow', 'echo slow 1; sleep 0.1; echo slow 2 >&2; exit 3');
  const quick = shell('quick', 'for i in 1 2 3; do echo quick $i; sleep 0.03; done; printf end; false');
  const quickEnds = new EventEmitter();
  const ended = once(quickEnds, 'end');
  const slower = {
    ...slow,
    run: async (start: Start) => {
      const good = await slow.run(start);
      await ended;
      await delay(10);
      return good;
    },
  };
  const quicker = {
    ...quick,
    run: async (start: Start) => {
      const good = await quick.run(start);
      quickEnds.emit('end');
      return good;
    },
  };
  const { failed, said } = await run([slower, quicker, shell('good', 'true')], { jobs: 2 });
  expect(failed).toEqual(['slow', 'quick']);
  expect(said).toMatch(/--- quick \(\d+ s\)\nquick 1\nquick 2\nquick 3\nend\n/);
  expect(said).toMatch(/--- slow \(\d+ s\)\nslow 1\nslow 2\n/);
  expect(said.indexOf('--- quick')).toBeLessThan(said.indexOf('--- slow'));
});

it('has no more at a time than it may', async () => {
  let now = 0;
  let most = 0;
  const phases = Array.from({ length: 7 }, (_, index) => ({
    title: `phase ${index}`,
    run: async () => {
      now += 1;
      most = Math.max(most, now);
      await delay(10);
      now -= 1;
      return true;
    },
  }));
  expect((await run(phases, { jobs: 3 })).failed).toEqual([]);
  expect(most).toBe(3);
});

it('tells now and then what is under way', async () => {
  const { said } = await run([shell('long', 'echo first; echo second; sleep 0.5')], { jobs: 2, progressEvery: 100 });
  expect(said).toContain('      long: second\n');
});

it('takes a program that cannot be started, and one that was killed, for a failure', async () => {
  const none = { title: 'none', run: async (start: Start) => (await start('/nonesuch', [])) === 0 };
  const { failed, said } = await run([none, shell('killed', 'kill -9 $$')], { jobs: 2 });
  expect(failed).toEqual(['none', 'killed']);
  expect(said).toContain('ENOENT');
});

it('ends what it has started when it is told to end, and shows what there was', async () => {
  const folder = await temporaryFolder();
  const pids = join(folder, 'pids');
  const line = `echo working; sleep 600 & echo $! >>${pids}; wait`;
  const program = `import { runPhases } from ${JSON.stringify(SCRIPT)};
    const run = async (start) => (await start('sh', ['-c', ${JSON.stringify(line)}])) === 0;
    await runPhases([{ title: 'a', run }, { title: 'b', run }], { jobs: 2, folder: ${JSON.stringify(folder)} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const said = text(child.stdout);
  const started = () =>
    readFile(pids, 'utf8').then(
      (lines) => lines.trim().split('\n').map(Number),
      () => [],
    );
  while ((await started()).length < 2) await delay(20);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([143, null]);
  expect(await said).toMatch(/--- a\nworking\n[\s\S]*--- b\nworking\n/);
  for (const pid of await started()) await ended(pid);
});

/** Resolves when a process is no more, or only waits to be collected. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (state === '' || / Z /.test(state)) return;
    await delay(20);
  }
}
