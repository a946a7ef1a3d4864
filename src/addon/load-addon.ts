import { createRequire } from 'node:module';
import type * as Binding from '../../binding.js';
import { AddonUnavailableError } from '../errors/index.js';
import { type AddonSearch, findAddon, libc } from './find-addon.js';

let loaded: typeof Binding | undefined;
let search: AddonSearch | undefined;

/**
 * The native addon: a build in `build/`, else the prebuilt binary for this platform. The environment variable
 * `NODE_LTO_PREBUILD` names another folder to look in. Throws AddonUnavailableError when there is none.
 */
export function loadAddon(): typeof Binding {
  loaded ??= load();
  return loaded;
}

/** Null after a failed load, so that the search is not repeated. */
let known: typeof Binding | null | undefined;

/** The native addon where there is one, for what works without it, too. */
export function optionalAddon(): typeof Binding | undefined {
  if (known === undefined) known = loadIfAny();
  return known ?? undefined;
}

function loadIfAny(): typeof Binding | null {
  try {
    return loadAddon();
  } catch (error) {
    if (error instanceof AddonUnavailableError) return null;
    throw error;
  }
}

/** Where the addon is, or where it was looked for. */
export function addonSearch(): AddonSearch {
  search ??= findAddon();
  return search;
}

/** For a thread: what its starter has found. The thread's own script may be nowhere near the addon. */
export function useAddonSearch(found: AddonSearch): void {
  search = found;
}

function load(): typeof Binding {
  const { file, places } = addonSearch();
  if (file === undefined) throw unavailable('it was not found', searched(places));
  try {
    return createRequire(file)(file) as typeof Binding;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
    throw unavailable(reason, `${file} does not fit this system`, cause);
  }
}

function unavailable(reason: string, where: string, cause?: unknown): AddonUnavailableError {
  return new AddonUnavailableError(`the native addon could not be loaded on ${describeRuntime()}: ${reason}`, {
    operation: 'load addon',
    next: `${where}. ${howToBuild()}. Virtual drives work without it`,
    cause,
  });
}

function describeRuntime(): string {
  const { version, versions, platform, arch } = process;
  return `${platform}-${arch}, libc ${libcVersion()}, Node ${version}, Node-API ${versions.napi}`;
}

function libcVersion(): string {
  if (process.platform !== 'linux') return 'none';
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return `${libc()} ${report.header?.glibcVersionRuntime ?? ''}`.trim();
}

function searched(places: readonly string[]): string {
  return `Looked for it in ${places.join(', ')}; NODE_LTO_PREBUILD names another folder`;
}

function howToBuild(): string {
  if (process.platform !== 'linux') return 'It speaks to the st and sg drivers of Linux and exists for Linux only';
  return (
    'It takes CMake and a C++20 compiler to build it: `npm run build:addon` in a clone, ' +
    '`npx cmake-js compile -d node_modules/node-lto` in a project that depends on it'
  );
}
