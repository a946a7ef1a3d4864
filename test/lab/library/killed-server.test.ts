import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openLibraryControls } from '../../../src/virtual/index.js';
import { command } from '../command.js';

// The power of the library is cut while mtx moves cartridges through Linux's sg, and comes back.

const { LTO_LAB_LIBRARY: folder = '', LTO_LAB_CHANGER: changer = '', LTO_LAB_SERVER: first = '' } = process.env;
const LTO = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));
const KILLS = 4;

/** Names by element, as the library itself knows them. */
async function truth(): Promise<Record<string, string>> {
  const controls = await openLibraryControls(folder);
  try {
    const { elements } = await controls.state();
    const full = elements.flatMap(({ element, cartridge }) => (cartridge === null ? [] : [[element, cartridge]]));
    return Object.fromEntries(full) as Record<string, string>;
  } finally {
    await controls.close();
  }
}

/** Serves the library again, by a process whose number it gives when the library can be reached. */
async function serve(): Promise<number> {
  const child = spawn(process.execPath, [LTO, 'serve-virtual', '--json', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  // It goes on after the test, for those that follow.
  child.stdout.destroy();
  child.unref();
  return child.pid ?? 0;
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/fd/0`)) await delay(20);
}

it('a server that is killed in the middle of moves has every cartridge in one place', {
  timeout: 240_000,
}, async () => {
  let pid = Number(first);
  const all = Object.values(await truth()).toSorted();
  for (let kill = 0; kill < KILLS; kill++) {
    const moves = (async () => {
      for (let move = 0; move < 30; move++) {
        const [from, to] = [1 + ((7 * move + kill) % 8), 1 + ((3 * move + 5) % 8)];
        await command('mtx', '-f', changer, 'transfer', String(from), String(to)).catch(() => undefined);
      }
    })();
    await delay(80 + 60 * kill);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    pid = await serve();
    // The kernel's initiator logs in again, and mtx goes on.
    await moves;
    expect(Object.values(await truth()).toSorted()).toEqual(all);
  }
  const listed = (await command('mtx', '-f', changer, 'status')).matchAll(/VolumeTag ?= ?(\S+)/g);
  expect([...listed].map(([, tag]) => tag).toSorted()).toEqual(all);
});
