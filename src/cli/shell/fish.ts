import { allNodes, type CommandNode, type OptionNode } from './command-tree.js';

/** A completion script for fish, with descriptions. */
export function fishScript(root: CommandNode): string {
  const groups = allNodes(root)
    .filter(({ commands, path }) => commands.length > 0 && path !== '')
    .map(({ path }) => path.split(' ').at(-1));
  return `# Completion of lto for fish; made by \`lto completion fish\`.
function __lto_at
    set -l found
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word; and continue
        if test (count $found) -eq 0; or __lto_grouped $found
            set -a found $word
        end
    end
    test "$found" = "$argv"
end
function __lto_grouped
    contains -- "$argv" ${[...new Set(groups)].join(' ')}
end
complete -c lto -n '__lto_at' -f
${allNodes(root).flatMap(rows).join('\n')}
`;
}

function rows(node: CommandNode): readonly string[] {
  const condition = `-n '__lto_at${node.path === '' ? '' : ` ${node.path}`}'`;
  const commands = node.commands.map(
    ({ name, description }) => `complete -c lto ${condition} -f -a ${quoted(name)} -d ${quoted(description)}`,
  );
  const choices = node.arguments
    .flatMap((argument) => argument.choices)
    .map((choice) => `complete -c lto ${condition} -f -a ${quoted(choice)}`);
  return [...commands, ...choices, ...node.options.map((option) => optionRow(condition, option))];
}

function optionRow(condition: string, { long, short, description, takesValue, isPath }: OptionNode): string {
  const names = [long && `-l ${long.slice(2)}`, short && `-s ${short.slice(1)}`].filter(Boolean).join(' ');
  const value = takesValue ? (isPath ? ' -r -F' : ' -x') : '';
  return `complete -c lto ${condition} ${names}${value} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
