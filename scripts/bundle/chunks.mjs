// How the modules of the package are put together in files: few of them are read for any one use, and none that the use
// does not need.

/** Floors that are too small for files of their own. */
const LOW = ['backends', 'device', 'streams', 'transport'];
/** Floors on which all others stand. */
const LOWEST = ['addon', 'arguments', 'errors', 'locks'];

/**
 * For rolldown's `codeSplitting`: the name of the file that a module goes to; undefined for one of its own.
 * @param {string} source `src/`
 */
export function chunkNames(source) {
  // Both load what opens a drive when they need it, and nothing of other commands with it.
  const [write, read, device] = ['actions/media/write', 'actions/media/read', 'run/device'].map(
    (name) => `${source}cli/${name}.ts`,
  );
  const transfers = [write, read, device];
  /** All that the entries lead to and that was not taken before, in this order. */
  const parts = {
    shared: [`${source}cli/command.ts`],
    archive: [write, read],
    scsi: [`${source}scsi/index.ts`],
    core: [`${source}tape/tape-drive.ts`],
    embedded: [`${source}backends/virtual/virtual-transport.ts`],
  };
  // Both have no use for a tape.
  const asking = ['list', 'find', 'catalogue'].map((name) => `${source}cli/actions/catalogue/${name}.ts`);
  const store = `${source}catalogue/open-catalogue.ts`;
  let graph;
  return (id, context) => {
    graph ??= readGraph((module) => context.getModuleInfo(module), parts, { transfers, asking, store: [store] });
    // The entry waits for its work, and nothing that the work imports may wait for the entry.
    if (ENTRY.some((name) => id === `${source}cli/${name}.ts`) || id.startsWith(`${source}tapehoard/`))
      return undefined;
    // Small works of commands, which need little more than the drive: by the rooms of `actions/`.
    const together = Object.keys(TOGETHER).find((name) => TOGETHER[name].some((end) => id === `${source}${end}`));
    if (together !== undefined) return together;
    const [, room] = /\/cli\/actions\/(\w+)\/\w[\w-]*\.ts$/.exec(id) ?? [];
    if (room !== undefined && graph.demanded.has(id) && !transfers.includes(id)) return `works-${WORKS[room] ?? room}`;
    const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
    if (graph.demanded.has(id) && library === undefined && !parts.shared.includes(id)) return undefined;
    if (library !== undefined) return LIBRARIES[library] ?? (CHARTS.test(library) ? 'charts' : 'command-output');
    const [floor, inside] = id.startsWith(source) ? id.slice(source.length).split('/') : [];
    if (floor === undefined || inside === undefined) return undefined;
    if (LOWEST.includes(floor)) return 'shared';
    if (floor === 'catalogue') return graph.store.has(id) ? 'catalogue' : 'catalogue-tape';
    const part = Object.keys(parts).find((name) => graph[name].has(id));
    if (floor === 'cli')
      return part === 'shared' || graph.asking.has(id)
        ? 'command'
        : graph.transfers.has(id)
          ? 'transfers'
          : 'command-work';
    return part ?? (LOW.includes(floor) ? 'core' : floor);
  };
}

/** The file of the command, which starts a thread before it loads anything else. */
const ENTRY = ['main', 'no-debugger', 'thread-ahead'];

/** Small modules that are loaded where they are needed, and share a file because that is seldom or in the same place. */
const TOGETHER = {
  seldom: ['cli/input/confirm-loss.ts', 'cli/transfer/read-spanned.ts', 'cli/transfer/record-write.ts'],
  'works-keys': ['cli/input/keystore.ts'],
  'works-library': ['cli/run/cartridge.ts'],
  'works-catalogue-tape': ['rebuild', 'reconcile', 'restore'].map((name) => `cli/actions/catalogue/${name}.ts`),
  shared: ['changes', 'require-changes'].map((name) => `provider/record/${name}.ts`),
  catalogue: ['catalogue/open-catalogue.ts'],
  provider: ['provider/history/history-recorder.ts'],
  // Loaded before everything else, by the command that starts a thread.
  threads: [
    'archive/thread/waiting-thread.ts',
    ...['pack', 'extract'].flatMap((room) => [`archive/${room}/prepare-thread.ts`, `archive/${room}/thread-script.ts`]),
  ],
  'linux-transports': ['backends/linux/linux-transport.ts', 'backends/linux/sg-transport.ts'],
  'virtual-transports': ['changer', 'queries', 'transport'].map((name) => `backends/virtual/virtual-${name}.ts`),
  virtual: ['virtual/virtual-library.ts'],
  // With the validator that they need, which nothing else does.
  zod: ['keys/decode-key-file.ts', 'library/cleaning-log.ts'],
  'virtual-schemas': ['virtual/control/requests.ts', 'virtual/library/library-schema.ts'],
};

/** Rooms whose small works share the file of another room, which needs the same modules. */
const WORKS = { monitor: 'drive', motion: 'drive', shell: 'keys' };
/** Needed by one command. */
const CHARTS = /^(d3-.*|internmap)$/;

/** Where other people's code goes that more than the command uses, or all of the command. */
const LIBRARIES = { commander: 'command', ignore: 'archive', kysely: 'catalogue', zod: 'zod' };

function readGraph(infoOf, parts, others) {
  const imported = (module) => infoOf(module)?.importedIds ?? [];
  const demanded = (module) => infoOf(module)?.dynamicallyImportedIds ?? [];
  const all = reach(parts.shared, (module) => [...imported(module), ...demanded(module)]);
  return {
    demanded: new Set([...all].flatMap(demanded)),
    ...Object.fromEntries(
      Object.entries({ ...parts, ...others }).map(([name, entries]) => [name, reach(entries, imported)]),
    ),
  };
}

/** Modules and whatever they lead to. */
function reach(entries, next) {
  const found = new Set(entries);
  for (const module of found) for (const other of next(module)) found.add(other);
  return found;
}
