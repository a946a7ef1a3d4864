import { allNodes, type CommandNode } from './command-tree.js';

/**
 * A completion script for bash. The words before the cursor lead to a command; then its subcommands, options and files
 * are offered.
 */
export function bashScript(root: CommandNode): string {
  const nodes = allNodes(root);
  return `# Completion of lto for bash; made by \`lto completion bash\`.
_lto() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path= index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$path/\${COMP_WORDS[index]}" in
${nodes
  .filter(({ path }) => path !== '')
  .map(stepCase)
  .join('\n')}
    esac
  done
  case "$path:$before" in
${nodes.flatMap(valueCase).join('\n')}
  esac
  local words files=
  case "$path" in
${nodes.map(wordsCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ $files && $word != -* ]] && COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -o bashdefault -F _lto lto
`;
}

/** The path of a command: its names, each after a slash. */
function pathOf({ path }: CommandNode): string {
  return path === '' ? '' : `/${path.replaceAll(' ', '/')}`;
}

function stepCase(node: CommandNode): string {
  return `      '${pathOf(node)}') path='${pathOf(node)}' ;;`;
}

/** After an option that takes a value, files or nothing. */
function valueCase(node: CommandNode): readonly string[] {
  const names = (isPath: boolean) =>
    node.options
      .filter((option) => option.takesValue && option.isPath === isPath)
      .flatMap(({ long, short }) => [long, short].flatMap((name) => name ?? []))
      .map((name) => `'${pathOf(node)}:${name}'`);
  const row = (patterns: readonly string[], action: string) =>
    patterns.length === 0 ? [] : [`    ${patterns.join(' | ')}) ${action}return ;;`];
  return [...row(names(true), 'COMPREPLY=($(compgen -f -- "$word")); '), ...row(names(false), '')];
}

function wordsCase(node: CommandNode): string {
  const files = takesFiles(node) ? ' files=1' : '';
  return `    '${pathOf(node)}') words='${offered(node).join(' ')}'${files} ;;`;
}

/** Whether a word of it may be the name of a file. */
function takesFiles({ arguments: words }: CommandNode): boolean {
  return words.some(({ choices }) => choices.length === 0);
}

/** Subcommands, choices and long options. */
function offered(node: CommandNode): readonly string[] {
  const options = node.options.flatMap(({ long, short }) => long ?? short ?? []);
  const choices = node.arguments.flatMap((argument) => argument.choices);
  return [...node.commands.map(({ name }) => name), ...choices, ...options, '--help'];
}
