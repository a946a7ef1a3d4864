import { type CommandNode, leaves, type OptionNode } from '../../src/cli/shell/command-tree.js';

/** What the manual is made of, beside the commands. */
interface Manual {
  readonly version: string;
  readonly root: CommandNode;
  readonly examples: Readonly<Record<string, readonly string[]>>;
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
}

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['LTO_DEVICE', 'the drive, where none is named with --device'],
  ['LTO_LIBRARY', 'the library, where none is named with --library'],
  ['LTO_CATALOGUE', 'the catalogue, where none is named with --catalogue; lto write and append then record in it'],
  ['LTO_KEYSTORE', 'the keystore, where none is named with --keystore'],
  ['LTO_KEYSTORE_PASSPHRASE_FILE', 'file with the passphrase of the keystore'],
  ['NO_COLOR', 'if set, no colours on terminals'],
  ['NODE_LTO_PREBUILD', 'folder with the native addon'],
];

/** lto(1) in the macros of man(7). */
export function manPage({ version, root, examples, exitCodes }: Manual): string {
  const commands = groupsOf(root).flatMap(([heading, nodes]) => [
    `.SS "${text(heading.replace(/:$/, ''))}"`,
    ...nodes.flatMap((node) => commandLines(node, examples[node.path] ?? [])),
  ]);
  const lines = [
    `.TH LTO 1 "" "node-lto ${version}" "User Commands"`,
    '.SH NAME',
    'lto \\- use an LTO tape drive',
    '.SH SYNOPSIS',
    '.B lto',
    '.I command',
    '[\\fIoptions\\fR] [\\fIarguments\\fR]',
    '.SH DESCRIPTION',
    text(root.description),
    '.SH COMMANDS',
    ...commands,
    '.SH EVENTS',
    text(
      'With --json, and if standard error is no terminal, progress and notes are JSON documents, one for each line of standard error, each with a member "event".',
    ),
    '.SH SIGNALS',
    text(
      'After SIGINT, SIGTERM or SIGHUP a command ends at a known position and says which: a file that is being written is closed with a filemark, and a motion is completed. A second signal ends the process at once.',
    ),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => ['.TP', `.B ${text(name)}`, text(meaning)]),
    '.SH EXIT STATUS',
    ...exitCodes.flatMap(({ code, meaning }) => ['.TP', `.B ${code}`, text(meaning)]),
    '.SH SEE ALSO',
    '.BR mt (1),',
    '.BR st (4)',
  ];
  return `${lines.join('\n')}\n`;
}

/** The commands that do something, by the heading of the help that the first word of each is under. */
function groupsOf(root: CommandNode): readonly (readonly [string, readonly CommandNode[]])[] {
  const headings = [...new Set(root.commands.map(({ heading }) => heading))];
  return headings.map((heading) => {
    return [heading, root.commands.filter((node) => node.heading === heading).flatMap(leaves)] as const;
  });
}

function commandLines(node: CommandNode, examples: readonly string[]): readonly string[] {
  const words = node.arguments.map(({ usage }) => ` \\fI${text(usage)}\\fR`).join('');
  return [
    '.TP',
    `.B lto ${text(node.path)}\\fR${words}`,
    text(sentence(node.description)),
    '.RS',
    ...node.arguments.filter(({ description }) => description !== '').flatMap(argumentLines),
    ...node.options.flatMap(optionLines),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:', '.PP', '.nf', ...examples.map(literal), '.fi']),
    '.RE',
  ];
}

function argumentLines({ usage, description }: CommandNode['arguments'][number]): readonly string[] {
  return ['.TP', `.I ${text(usage)}`, text(description)];
}

function optionLines({ flags, description }: OptionNode): readonly string[] {
  return ['.TP', `.B ${text(flags)}`, text(description)];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function literal(line: string): string {
  return `  ${text(line)}`;
}

/** Escaped: a hyphen stays one, and nothing at the beginning of a line is a request. */
function text(words: string): string {
  const escaped = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('’', "'")
    .replaceAll(
      /[^\u0020-\u007e]/g,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
