import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { bashScript } from '../../src/cli/shell/bash.js';
import { commandTree, leaves } from '../../src/cli/shell/command-tree.js';
import { fishScript } from '../../src/cli/shell/fish.js';
import { zshScript } from '../../src/cli/shell/zsh.js';

// Each script is judged by its shell, as a user has it: sourced, and asked what follows a line.

const root = commandTree(createProgram());
let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-completion-'));
  await writeFile(at('lto.bash'), bashScript(root));
  await writeFile(at('_lto'), zshScript(root));
  await writeFile(at('lto.fish'), fishScript(root));
  await writeFile(at('tape.tar'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(shell: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { cwd: folder, encoding: 'utf8', timeout: 50_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What the shells offer after words of a line, the last of which is being typed. */
const LINES: readonly (readonly [words: readonly string[], offered: readonly string[], not: readonly string[]])[] = [
  [['er'], ['erase'], ['eject', 'tape.tar']],
  [
    ['mam', ''],
    ['get', 'set', 'delete'],
    ['erase', 'tape.tar'],
  ],
  [['mam', 'set', '--part'], ['--partition'], ['--json']],
  [['-x', 'mam', 'set', '--js'], ['--json'], []],
  [['write', '--yes'], ['--yes-overwrite'], ['--append']],
  [['write', '--device', 'virtual:x', '--ov'], ['--overwrite'], []],
  [['completion', ''], ['bash', 'zsh', 'fish'], ['tape.tar']],
  [['library', 'load', '--lib'], ['--library'], ['--to']],
  [['virtual', 'create-'], ['create-library'], ['create']],
];

describe.runIf(has('bash'))('bash', () => {
  const offered = (words: readonly string[]) => {
    const script = `source ${at('lto.bash')}; COMP_WORDS=(lto "$@"); COMP_CWORD=$#; _lto; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script, 'bash', ...words])
      .trim()
      .split('\n');
  };

  it.each(LINES)('lto %j', (words, expected, not) => {
    const found = offered(words);
    for (const word of expected) expect(found).toContain(word);
    for (const word of not) expect(found).not.toContain(word);
  });

  it('offers files for words and options that name one, and nothing for other values', () => {
    expect(offered(['write', 't'])).toContain('tape.tar');
    expect(offered(['read', '1', '-o', 't'])).toEqual(['tape.tar']);
    expect(offered(['read', '1', '--start', ''])).toEqual(['']);
  });

  it('knows every command', () => {
    for (const { path } of leaves(root)) expect(offered([...path.split(' '), '--js'])).toEqual(['--json']);
  });
});

describe.runIf(has('fish'))('fish', () => {
  const offered = (words: readonly string[]) => {
    const line = ['lto', ...words].join(' ');
    const lines = run('fish', ['--no-config', '-c', `source ${at('lto.fish')}; complete -C ${JSON.stringify(line)}`]);
    return lines.split('\n').map((each) => each.split('\t')[0]);
  };

  it.each(LINES)('lto %j', (words, expected, not) => {
    const found = offered(words);
    for (const word of expected) expect(found).toContain(word);
    for (const word of not) expect(found).not.toContain(word);
  });
});

describe.runIf(has('zsh'))('zsh', () => {
  /** Types a line with a tab at its end into an interactive zsh, and waits until the terminal shows `expected`. */
  const shows = (line: string, expected: string) => {
    const script = `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z "PROMPT=; RPROMPT=; fpath=(${folder} $fpath); autoload -U compinit; compinit -u -D; print RE''ADY"
      zpty -r z out '*READY*'
      zpty -w -n z ${JSON.stringify(line)}$'\t\t'
      zpty -r z out ${JSON.stringify(`*${expected}*`)}
      print -r -- $out
      zpty -d z`;
    expect(run('zsh', ['-f', '-c', script])).toContain(expected);
  };

  it('offers commands with their descriptions, and options', () => {
    shows('lto mam ', 'delete an attribute of the host');
    shows('lto write --yes-o', '--yes-overwrite');
    shows('lto completion ', 'fish');
  });

  it('reads the script without an error', () => {
    run('zsh', ['-f', '-n', at('_lto')]);
  });
});
