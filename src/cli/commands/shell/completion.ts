import { Argument, type Command } from 'commander';
import { jsonCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

/** The shells, and where each looks for the script. */
const COMPLETIONS = {
  bash: '/etc/bash_completion.d/lto',
  zsh: '/usr/local/share/zsh/site-functions/_lto',
  fish: '~/.config/fish/completions/lto.fish',
} as const;

export function addCompletion(program: Command): void {
  jsonCommand(program, 'completion', 'print the completion script of a shell, which knows all commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETIONS)))
    .addHelpText(
      'after',
      `\nWhere the shells look for it:\n${Object.entries(COMPLETIONS)
        .map(([shell, path]) => `  ${shell.padEnd(5)} ${path}`)
        .join('\n')}`,
    )
    .action(
      actionOf(async () => {
        const { completion } = await import('../../actions/shell/completion.js');
        return (_options, shell) => completion(program, shell);
      }),
    );
}
