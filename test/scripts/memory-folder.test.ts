import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { memoryFolder } from '../../scripts/memory-folder.mjs';

const SCRIPT = fileURLToPath(new URL('../../scripts/memory-folder.mjs', import.meta.url));
/** TMPFS_MAGIC */
const TMPFS = 0x01021994;
const folder = memoryFolder();

it.skipIf(folder === undefined)('is in memory, open to every user, and goes with its process', () => {
  const path = folder ?? '';
  onTestFinished(() => rmSync(path, { recursive: true }));
  expect(statfsSync(path).type).toBe(TMPFS);
  expect(statSync(path).mode & 0o7777).toBe(0o1777);
  // What the tests need of it.
  execFileSync('sh', ['-ec', 'printf "#!/bin/sh\\nexit 0\\n" >program; chmod +x program; ./program'], { cwd: path });
  const made = execFileSync(process.execPath, [
    '--input-type=module',
    '-e',
    'const { memoryFolder } = await import(process.argv[1]); console.log(memoryFolder());',
    SCRIPT,
  ]);
  const other = String(made).trim();
  expect(other).toMatch(join(path, '..'));
  expect(existsSync(other)).toBe(false);
});
