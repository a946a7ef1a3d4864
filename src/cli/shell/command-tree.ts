import type { Command } from 'commander';

/** An option as the completion and the manual need it. */
export interface OptionNode {
  /** `--device`. */
  readonly long: string | undefined;
  /** `-d`. */
  readonly short: string | undefined;
  /** `-d, --device <device>`. */
  readonly flags: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The value is the name of a file, a folder or a device. */
  readonly isPath: boolean;
}

export interface ArgumentNode {
  /** `<source...>`, `[file number]`. */
  readonly usage: string;
  readonly description: string;
  /** Words to choose from, if the argument has some. */
  readonly choices: readonly string[];
}

/** A command with its subcommands. */
export interface CommandNode {
  readonly name: string;
  /** `mam set`; empty for `lto` itself. */
  readonly path: string;
  readonly description: string;
  readonly heading: string;
  /** Name of the subcommand that runs if none is given. */
  readonly defaultName: string | undefined;
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
}

const PATHS = /<(?:file|folder|path|device|location)>/;

/** The commands as data, in the order of the help. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const commands = command.commands.map((each) => commandTree(each, [...path, each.name()]));
  return {
    name: command.name(),
    path: path.join(' '),
    description: command.description(),
    heading: command.helpGroup() ?? '',
    defaultName: defaultOf(command),
    options: command.options.map(({ long, short, flags, description, required, optional }) => ({
      long: long ?? undefined,
      short: short ?? undefined,
      flags,
      description,
      takesValue: required || optional,
      isPath: PATHS.test(flags),
    })),
    arguments: command.registeredArguments.map((argument) => ({
      usage: usageOf(argument.name(), argument.required, argument.variadic),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    commands,
  };
}

/** All commands that do something, in the order of the help. */
export function leaves(node: CommandNode): readonly CommandNode[] {
  return node.commands.length === 0 ? [node] : node.commands.flatMap(leaves);
}

/** The node and all below it. */
export function allNodes(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allNodes)];
}

function usageOf(name: string, isRequired: boolean, isVariadic: boolean): string {
  const inside = isVariadic ? `${name}...` : name;
  return isRequired ? `<${inside}>` : `[${inside}]`;
}

/** Commander keeps it to itself; nothing else of it is read that is not public. */
function defaultOf(command: Command): string | undefined {
  const { _defaultCommandName: name } = command as unknown as { readonly _defaultCommandName?: string | null };
  return name ?? undefined;
}
