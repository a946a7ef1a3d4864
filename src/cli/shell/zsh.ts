import { allNodes, type CommandNode, type OptionNode } from './command-tree.js';

/** A completion script for zsh, with descriptions: a function for each command. */
export function zshScript(root: CommandNode): string {
  const functions = allNodes(root).map((node) =>
    node.commands.length === 0 ? leafFunction(node) : groupFunction(node),
  );
  return `#compdef lto
# Completion of lto for zsh; made by \`lto completion zsh\`.
${functions.join('\n')}
if [[ "$funcstack[1]" == "_lto" ]]; then
  _lto "$@"
else
  compdef _lto lto
fi
`;
}

function functionName({ path }: CommandNode): string {
  return path === '' ? '_lto' : `_lto_${path.replaceAll(/[ -]/g, '_')}`;
}

function groupFunction(node: CommandNode): string {
  const rows = node.commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = node.commands.map((each) => `        ${each.name}) ${functionName(each)} ;;`);
  return `${functionName(node)}() {
  local line state
  local -a commands=(
${rows.join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[show help]' '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
`;
}

function leafFunction(node: CommandNode): string {
  const words = node.arguments.map(({ usage, choices }) => {
    const many = usage.includes('...') ? '*' : '';
    const action = choices.length === 0 ? '_files' : `(${choices.join(' ')})`;
    return `    ${quoted(`${many}:${usage.replaceAll(/[<>[\].:]/g, '')}:${action}`)}`;
  });
  const specs = [...node.options.flatMap(optionSpecs), `    '(- *)--help[show help]'`, ...words];
  return `${functionName(node)}() {
  _arguments -s \\
${specs.join(' \\\n')}
}
`;
}

/** One for each name of the option. */
function optionSpecs({ long, short, description, takesValue, isPath }: OptionNode): readonly string[] {
  const value = takesValue ? `:value:${isPath ? '_files' : ''}` : '';
  const text = description.replaceAll(/[\\[\]:]/g, '\\$&');
  return [long, short].flatMap((name) => (name ? [`    ${quoted(`*${name}[${text}]${value}`)}`] : []));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
