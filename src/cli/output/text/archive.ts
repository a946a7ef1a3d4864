import type { LeftOut, PackSummary } from '../../../archive/pack/summary.js';
import { type Fact, facts } from '../table.js';

/** Exit code for a source that could not be read completely; the same as for a source that fails. */
const INCOMPLETE = 12;
const PROBLEMS_SHOWN = 20;

export function archiveExitCode(summary: PackSummary | undefined): number {
  return summary !== undefined && summary.problemCount > 0 ? INCOMPLETE : 0;
}

/** Summary of an archive: content, omissions and problems; empty without an archive. */
export function archiveText(summary: PackSummary | undefined): string {
  if (summary === undefined) return '';
  const { entries, files, leftOut, leftOutPaths, notKept } = summary;
  const rows: Fact[] = [
    ['members', `${entries}, ${files} of them files`],
    ['left out', leftOutText(leftOut)],
    ['not kept', notKept.length === 0 ? undefined : `${notKept.join(' and ')}, which take the native addon`],
    ...leftOutPaths.slice(0, PROBLEMS_SHOWN).map((path): Fact => ['', path]),
  ];
  return `\n${facts(rows)}${problemsText(summary)}`;
}

const LEFT_OUT: readonly (readonly [keyof LeftOut, string])[] = [
  ['sockets', 'sockets'],
  ['special', 'FIFOs and devices'],
  ['excluded', 'excluded'],
  ['older', 'not newer'],
  ['mounts', 'folders of other file systems'],
];

function leftOutText(leftOut: LeftOut): string | undefined {
  const counts = LEFT_OUT.filter(([reason]) => leftOut[reason] > 0).map(
    ([reason, text]) => `${leftOut[reason]} ${text}`,
  );
  return counts.length === 0 ? undefined : counts.join(', ');
}

function problemsText({ problems, problemCount }: PackSummary): string {
  if (problemCount === 0) return '';
  const shown = problems.slice(0, PROBLEMS_SHOWN).map(({ path, reason, code, archived }): Fact => {
    return [`${reason}${code === undefined ? '' : ` (${code})`}`, `${path}${archived ? '' : ' (not archived)'}`];
  });
  const rest = problemCount - shown.length;
  const more: Fact[] = rest > 0 ? [['', `and ${rest} more; --json lists them`]] : [];
  return `\n${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}: the archive is not whole\n${facts([...shown, ...more])}`;
}
