import type { Command } from 'commander';
import { InvalidArgumentError } from '../../../errors/index.js';
import { bashScript } from '../../shell/bash.js';
import { type CommandNode, commandTree } from '../../shell/command-tree.js';
import { fishScript } from '../../shell/fish.js';
import { zshScript } from '../../shell/zsh.js';

const SCRIPTS: Readonly<Record<string, (root: CommandNode) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export async function completion(program: Command, shell: string) {
  const make = SCRIPTS[shell];
  // Commander has refused all others.
  if (make === undefined) throw new InvalidArgumentError(`there is no completion for ${JSON.stringify(shell)}`);
  const script = make(commandTree(program));
  return { document: { shell, script }, text: script.trimEnd() };
}
