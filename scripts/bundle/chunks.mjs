// How the modules of the package are put together in files: few of them are read for any one use, and none that the use
// does not need.

/** Floors that are too small for files of their own. */
const LOW = ['addon', 'arguments', 'device', 'errors', 'locks', 'streams', 'transport'];

/**
 * For rolldown's `codeSplitting`: the name of the file that a module goes to; undefined for one of its own.
 * @param {string} source `src/`
 */
export function chunkNames(source) {
  /** All that an entry leads to and that was not taken before, in this order. */
  const parts = {
    shared: `${source}cli/main.ts`,
    scsi: `${source}scsi/index.ts`,
    core: `${source}tape/tape-drive.ts`,
  };
  const transfers = ['write', 'read'].map((action) => `${source}cli/actions/media/${action}.ts`);
  let graph;
  return (id, context) => {
    graph ??= readGraph((module) => context.getModuleInfo(module), parts, transfers);
    // The entry waits for its work, and nothing that the work imports may wait for the entry.
    if (id === parts.shared || id.startsWith(`${source}tapehoard/`)) return undefined;
    // Small works of commands, which need little more than the drive: by the rooms of `actions/`.
    const [, room] = /\/cli\/actions\/(\w+)\/\w[\w-]*\.ts$/.exec(id) ?? [];
    if (room !== undefined && graph.demanded.has(id) && !transfers.includes(id)) return `works-${room}`;
    if (graph.demanded.has(id)) return undefined;
    const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
    if (library !== undefined) return LIBRARIES[library] ?? 'command-output';
    const [floor, inside] = id.startsWith(source) ? id.slice(source.length).split('/') : [];
    if (floor === undefined || inside === undefined) return undefined;
    const part = Object.keys(parts).find((name) => graph[name].has(id));
    if (floor === 'cli') return part === 'shared' ? 'command' : graph.transfers.has(id) ? 'transfers' : 'command-work';
    return part ?? (LOW.includes(floor) ? 'core' : floor);
  };
}

/** Where other people's code goes that more than the command uses, or all of the command. */
const LIBRARIES = { commander: 'command', ignore: 'archive', kysely: 'catalogue', zod: 'zod' };

function readGraph(infoOf, parts, transfers) {
  const imported = (module) => infoOf(module)?.importedIds ?? [];
  const demanded = (module) => infoOf(module)?.dynamicallyImportedIds ?? [];
  const all = reach([parts.shared], (module) => [...imported(module), ...demanded(module)]);
  return {
    demanded: new Set([...all].flatMap(demanded)),
    transfers: reach(transfers, imported),
    ...Object.fromEntries(Object.entries(parts).map(([name, entry]) => [name, reach([entry], imported)])),
  };
}

/** Modules and whatever they lead to. */
function reach(entries, next) {
  const found = new Set(entries);
  for (const module of found) for (const other of next(module)) found.add(other);
  return found;
}
