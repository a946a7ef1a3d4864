#!/usr/bin/env node
// Runs a command inside the kernel lab: npm run lab -- [--drive NAME[,option…]] [--memory MiB] [--timeout s] <command…>
// LTO_LAB_KERNEL=6.1 boots that kernel instead of Debian sid's, once `npm run lab:setup -- --kernel 6.1` has fetched it.
// The command sees the host's file system, a Linux kernel with st and sg, and the drive; its output and exit status
// come out here.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
/** The kernel's version, or undefined for Debian sid's; others are in folders of their own. */
const kernelVersion = process.env.LTO_LAB_KERNEL || undefined;
const labs = process.env.NODE_LTO_LAB_DIR ?? resolve(here, '../../.lab');
const lab = folderOf(kernelVersion);
/** What the command finds the newer tools by that `npm run lab:setup` fetches. */
const NEWER_TOOLS = { LTO_LAB_NEWER_TOOLS: join(labs, 'newer', 'bin') };

/** Exit status of this program when the lab itself could not do its work (as env(1) and chroot(1) use it). */
const LAB_FAILED = 125;
/** Variables of the host that mean nothing, or something else, inside the guest. */
const NOT_PASSED = new Set(['TMPDIR', 'PWD', 'OLDPWD', '_', 'SHLVL', 'LTO_LAB', 'LTO_LAB_DRIVE']);

/** @param {string | undefined} version of the kernel; undefined for Debian sid's */
function folderOf(version) {
  return join(labs, version ?? '');
}

/**
 * Why the lab cannot run here, or undefined.
 * @param {string | undefined} version of the kernel
 */
export function labMissing(version = kernelVersion) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the kernel lab needs Linux on x86_64 (this is ${process.platform} on ${process.arch})`;
  }
  if (!existsSync(join(folderOf(version), 'linux.uml'))) {
    const option = version === undefined ? '' : ` -- --kernel ${version}`;
    return `the lab has no such kernel yet: run \`npm run lab:setup${option}\` (Debian or Ubuntu, as root for the tools)`;
  }
  return undefined;
}

/**
 * Why a kernel that is there cannot boot on this processor, or undefined. Linux 6.1 as User-Mode Linux saves the state
 * of a process in a buffer of a fixed size, and dies in its first process (`put_fp_registers`) where AMX makes that larger.
 * @param {string | undefined} version of the kernel
 */
export function kernelUnfit(version = kernelVersion) {
  if (version !== '6.1') return undefined;
  const { flags = '' } = /^flags\s*:(?<flags>.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.groups ?? {};
  return flags.split(' ').includes('amx_tile') ? `Linux ${version} cannot boot on a processor with AMX` : undefined;
}

/**
 * Boots the kernel, runs the command and resolves with its exit status.
 * @param {string[]} command
 * @param {{ drive?: string, memory?: number, timeout?: number }} options drive: name and options by comma; memory in
 *   MiB; timeout in seconds.
 */
export async function runInLab(command, { drive = 'scsi_debug', memory = 2048, timeout = 1200 } = {}) {
  const run = await prepareRun(command, drive);
  try {
    const kernel = spawn(join(lab, 'linux.uml'), kernelArguments(run, memory), {
      // fd 3 and 4 are the guest's serial lines, which carry the command's standard output and error.
      stdio: ['ignore', 'ignore', 'ignore', process.stdout.fd, process.stderr.fd],
      detached: true,
    });
    const kill = () => killGroup(kernel.pid);
    const timer = setTimeout(() => {
      process.stderr.write(`lab: no end after ${timeout} s, stopped\n`);
      kill();
    }, timeout * 1000);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const interrupted = (signal) => {
      kill();
      process.exitCode = 128 + constants.signals[signal];
    };
    for (const signal of signals) process.once(signal, interrupted);
    await new Promise((done, failed) => kernel.once('error', failed).once('exit', done));
    clearTimeout(timer);
    for (const signal of signals) process.removeListener(signal, interrupted);
    killGroup(kernel.pid);
    const status = await readFile(join(run, 'status'), 'utf8').catch(() => undefined);
    return status === undefined ? LAB_FAILED : Number(status);
  } finally {
    await rm(run, { recursive: true, force: true });
  }
}

async function prepareRun(command, drive) {
  await mkdir(join(lab, 'runs'), { recursive: true });
  const run = await mkdtemp(join(lab, 'runs', 'run-'));
  const environment = Object.entries({ ...process.env, ...NEWER_TOOLS }).filter(([name]) => !NOT_PASSED.has(name));
  await Promise.all([
    writeFile(join(run, 'command'), command.map((word) => `${word}\0`).join('')),
    writeFile(join(run, 'environment'), environment.map(([name, value]) => `${name}=${value}\0`).join('')),
    writeFile(join(run, 'cwd'), process.cwd()),
    writeFile(join(run, 'drive'), `${drive.split(',').join('\n')}\n`),
    writeFile(join(run, 'modules'), await readFile(join(lab, 'modules'))),
  ]);
  return run;
}

function kernelArguments(run, memory) {
  return [
    // Half the cost of a system call; kernels from 6.16.
    ...(kernelVersion === undefined ? ['seccomp=on'] : []),
    `mem=${memory}M`,
    'rootfstype=hostfs',
    'rootflags=/',
    'rw',
    `init=${join(here, 'guest', 'init.sh')}`,
    'con=null',
    'ssl=null',
    'ssl0=null,fd:3',
    'ssl1=null,fd:4',
    'quiet',
    `LAB_RUN=${run}`,
  ];
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      drive: { type: 'string' },
      memory: { type: 'string' },
      timeout: { type: 'string' },
    },
    args: optionsFirst(process.argv.slice(2)),
    allowPositionals: true,
  });
  const missing = labMissing() ?? kernelUnfit();
  if (missing !== undefined || positionals.length === 0) {
    process.stderr.write(`lab: ${missing ?? 'which command? npm run lab -- [--drive NAME] <command…>'}\n`);
    return LAB_FAILED;
  }
  return runInLab(positionals, {
    ...(values.drive && { drive: values.drive }),
    ...(values.memory && { memory: Number(values.memory) }),
    ...(values.timeout && { timeout: Number(values.timeout) }),
  });
}

/** Puts `--` before the first word that is not an option of ours, so that the command keeps its own options. */
function optionsFirst(words) {
  let i = 0;
  while (words[i]?.startsWith('--') && words[i] !== '--') i += words[i].includes('=') ? 1 : 2;
  return words[i] === '--' ? words : [...words.slice(0, i), '--', ...words.slice(i)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
