/** The name with the smallest edit distance (Levenshtein) to `given`; the first of equals. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const [first] = names
    .map((name) => ({ name, edits: editDistance(given.slice(0, LONGEST).toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits);
  return first?.name;
}

/** Longer than any name of an option or attribute. */
const LONGEST = 64;

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replaced = (row[j] ?? 0) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
