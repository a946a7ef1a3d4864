/** What each node points at. */
export type Graph = ReadonlyMap<string, Iterable<string>>;

/** The nodes that reach themselves, sorted: the members of circles. */
export function circular(graph: Graph): string[] {
  return [...graph.keys()].filter((node) => reachable(graph, node).has(node)).sort();
}

/** What can be reached from a node by one arrow or more. */
export function reachable(graph: Graph, from: string): Set<string> {
  const seen = new Set<string>();
  const open = [...(graph.get(from) ?? [])];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...(graph.get(node) ?? []));
  }
  return seen;
}

/** The graph of groups of nodes; arrows within a group are left out. */
export function grouped(graph: Graph, group: (node: string) => string): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [node, targets] of graph) {
    const from = group(node);
    const arrows = groups.get(from) ?? new Set();
    groups.set(from, arrows);
    for (const target of targets) if (group(target) !== from) arrows.add(group(target));
  }
  return groups;
}

/** Of a graph without circles: the arrows that no longer way replaces, so that a drawing can be read. */
export function reduced(graph: Graph): Map<string, string[]> {
  return new Map(
    [...graph].map(([node, targets]) => {
      const direct = [...targets];
      const longer = new Set(direct.flatMap((target) => [...reachable(graph, target)]));
      return [node, direct.filter((target) => !longer.has(target)).sort()];
    }),
  );
}
