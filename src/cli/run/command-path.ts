import type { Command } from 'commander';

/** `mam set` of `lto mam set`. */
export function commandPath(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${commandPath(parent)} ${command.name()}`;
}
