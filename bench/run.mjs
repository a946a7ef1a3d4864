#!/usr/bin/env node
// npm run bench [-- subject…] [--quick] [--json] [--output FILE] [--plots FOLDER] [--rounds N] [--no-lab]
//               [--device /dev/nst0 --overwrite]
//
// Measures the library against what one would use instead, in interleaved rounds on the same device. What needs a real
// `st` runs in the kernel lab, where the bench starts itself again; without the lab it says so and leaves that out.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { labMissing, runInLab } from '../test/lab/run.mjs';
import { machine } from './harness/machine.mjs';
import { sectionText } from './harness/table.mjs';
import { LABS, SUBJECTS } from './subjects/index.mjs';

const SELF = fileURLToPath(import.meta.url);
const FULL_ROUNDS = 5;
const QUICK_ROUNDS = 1;
const LAB_SECONDS = 1200;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
    plots: { type: 'string' },
    rounds: { type: 'string' },
    'no-lab': { type: 'boolean', default: false },
    device: { type: 'string', default: process.env.LTO_TEST_DEVICE },
    overwrite: { type: 'boolean', default: false },
    /** Inside the lab: whose drives these are. */
    lab: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const context = {
  quick: options.quick,
  rounds: Number(options.rounds ?? (options.quick ? QUICK_ROUNDS : FULL_ROUNDS)),
};

function say(text) {
  if (!options.json) process.stdout.write(`${text}\n`);
}

/** Takes note of sections, and shows them. */
function noted(sections, subject) {
  const named = sections.map((section) => ({ subject, ...section, machine: machine() }));
  for (const section of named) say(sectionText(section));
  return named;
}

/** Starts the bench again in a lab, for all subjects that have something to measure there. */
async function inLab(lab, names) {
  const subjects = names.filter((name) => SUBJECTS[name].inLab?.[lab]);
  if (subjects.length === 0) return [];
  const missing = options['no-lab'] ? 'left out by --no-lab' : labMissing();
  if (missing !== undefined) {
    say(`\n${subjects.join(', ')}: not measured on ${lab}: ${missing}`);
    return [];
  }
  // Where the guest sees it: its own temporary folder is not ours.
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-bench-'));
  const output = join(folder, 'result.json');
  const flags = [...(options.quick ? ['--quick'] : []), '--rounds', String(context.rounds)];
  const command = [process.execPath, SELF, ...subjects, '--lab', lab, ...flags, '--json', '--output', output];
  try {
    const status = await runInLab(command, { drive: LABS[lab].drive, timeout: LAB_SECONDS });
    if (status !== 0) {
      process.stderr.write(`bench: what was to be measured on ${lab} is missing: the lab ended with ${status}\n`);
      process.exitCode = 1;
      return [];
    }
    const { sections } = JSON.parse(await readFile(output, 'utf8'));
    for (const section of sections) say(sectionText(section));
    return sections;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(name) {
  const { here, inLab: labs = {}, onDevice } = SUBJECTS[name];
  const { device, lab } = options;
  if (lab !== undefined) return noted(await labs[lab]({ ...context, label: lab }), name);
  if (device === undefined) return here ? noted(await here(context), name) : [];
  return onDevice ? noted(await onDevice({ ...context, device, label: device }), name) : [];
}

async function main() {
  const names = positionals.length > 0 ? positionals : Object.keys(SUBJECTS);
  const unknown = names.find((name) => !Object.hasOwn(SUBJECTS, name));
  if (options.help || unknown !== undefined || !(context.rounds >= 1)) {
    const list = Object.entries(SUBJECTS).map(([name, { about }]) => `  ${name.padEnd(16)}${about}`);
    process.stderr.write(`${unknown ? `bench: there is no subject ${unknown}\n` : ''}Subjects:\n${list.join('\n')}\n`);
    process.stderr.write(
      'Options: --quick --json --output FILE --plots FOLDER --rounds N --no-lab --device NODE --overwrite\n',
    );
    return unknown === undefined && options.help ? 0 : 2;
  }
  if (options.device !== undefined && !options.overwrite) {
    process.stderr.write(`bench: this overwrites the cartridge in ${options.device}; say so with --overwrite\n`);
    return 2;
  }
  say(JSON.stringify(machine()));
  const sections = [];
  for (const name of names) sections.push(...(await measure(name)));
  if (options.lab === undefined && options.device === undefined) {
    // A quick run starts one lab only.
    for (const lab of Object.keys(LABS).slice(0, options.quick ? 1 : undefined))
      sections.push(...(await inLab(lab, names)));
  }
  await report({ machine: machine(), quick: options.quick, rounds: context.rounds, sections });
  return 0;
}

async function report(results) {
  const text = `${JSON.stringify(results, undefined, 2)}\n`;
  if (options.json && options.output === undefined) process.stdout.write(text);
  if (options.output !== undefined) await writeInto(resolve(options.output), text);
  if (options.plots === undefined) return;
  for (const { file, svg } of results.sections.flatMap(({ plots = [] }) => plots)) {
    await writeInto(join(resolve(options.plots), file), svg);
  }
}

async function writeInto(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

process.exitCode = (await main()) || process.exitCode;
