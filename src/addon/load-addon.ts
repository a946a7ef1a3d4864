import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Binding from '../../binding.js';
import { AddonUnavailableError } from '../errors/index.js';

const require = createRequire(import.meta.url);
/** `src/transport` and `lib/transport` lie equally deep. */
const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

let loaded: typeof Binding | undefined;

/**
 * The native addon: a build in `build/`, else the prebuilt binary for this platform. The environment variable
 * `NODE_LTO_PREBUILD` names another folder to look in. Throws AddonUnavailableError when there is none.
 */
export function loadAddon(): typeof Binding {
  loaded ??= load();
  return loaded;
}

function load(): typeof Binding {
  try {
    const nodeGypBuild = require('node-gyp-build') as (folder: string) => typeof Binding;
    return nodeGypBuild(packageRoot);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new AddonUnavailableError(`the native addon could not be loaded on ${describeRuntime()}: ${reason}`, {
      operation: 'load addon',
      next: `${searched()}. ${howToBuild()}. Virtual drives work without it`,
      cause,
    });
  }
}

function describeRuntime(): string {
  return `${process.platform}-${process.arch}, libc ${libc()}, Node ${process.version}, Node-API ${process.versions.napi}`;
}

/** `glibc` or `musl` as in node-gyp-build, but determined from the running binary. */
function libc(): string {
  if (process.platform !== 'linux') return 'none';
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const version = report.header?.glibcVersionRuntime;
  return version === undefined ? 'musl' : `glibc ${version}`;
}

function searched(): string {
  const folder = process.env.NODE_LTO_PREBUILD ?? packageRoot;
  const tuple = `${process.platform}-${process.arch}`;
  const places = [join(folder, 'build', 'Release'), join(folder, 'build', 'Debug'), join(folder, 'prebuilds', tuple)];
  return `Looked for it in ${places.join(', ')}`;
}

function howToBuild(): string {
  if (process.platform !== 'linux') return 'It speaks to the st and sg drivers of Linux and exists for Linux only';
  return (
    'It takes CMake and a C++20 compiler to build it: `npm run build:addon` in a clone, ' +
    '`npx cmake-js compile -d node_modules/node-lto` in a project that depends on it'
  );
}
