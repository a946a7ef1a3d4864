import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { EXAMPLES } from '../../src/cli/commands/examples.js';
import { createProgram } from '../../src/cli/program.js';
import { commandPath } from '../../src/cli/run/command-path.js';
import { commandTree, leaves } from '../../src/cli/shell/command-tree.js';

const root = commandTree(createProgram());
const paths = leaves(root).map(({ path }) => path);

it('each command has examples, and no other has', () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(paths.toSorted());
});

/** The words of a line, without quotes; of a pipe the part that is `lto`. */
function wordsOf(line: string): readonly string[] {
  const part = line.split('|').find((each) => each.trim().startsWith('lto ')) ?? '';
  return [...part.replace(/ > .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Replaces what every command does by telling that it was reached. */
function replaceActions(command: Command, reached: (path: string) => void): void {
  for (const each of command.commands) replaceActions(each, reached);
  if (command.commands.length === 0) command.action(() => reached(commandPath(command)));
}

const lines = Object.entries(EXAMPLES).flatMap(([path, examples]) => examples.map((line) => ({ path, line })));

it.each(lines)('$line', async ({ path, line }) => {
  const program = createProgram();
  const found: string[] = [];
  replaceActions(program, (each) => found.push(each));
  await program.parseAsync([...wordsOf(line)].slice(1), { from: 'user' });
  expect(found).toEqual([path]);
});

it('no two options of a command have one name, and all have --json and --quiet', () => {
  const odd = leaves(root).filter(({ options }) => {
    const names = options.flatMap(({ long, short }) => [long, short].flatMap((name) => name ?? []));
    return new Set(names).size !== names.length || !names.includes('--json') || !names.includes('--quiet');
  });
  expect(odd.map(({ path }) => path)).toEqual([]);
});
