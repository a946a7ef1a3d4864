import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = 'node-lto.node';
/** A folder of the package with modules: `lib`, `src` or one in them; the package itself is above. */
const OWN_LAYOUT = /^(.*)[\\/](?:lib|src)(?:[\\/][\w-]+)?$/;
/** Bytes of an executable that name the loader of its C library (ELF, PT_INTERP). */
const HEAD_BYTES = 4096;

/** Where the addon was looked for. */
export interface AddonSearch {
  readonly file: string | undefined;
  /** Files and folders that it is not in, in order. */
  readonly places: readonly string[];
}

/**
 * Finds the addon: in the folder that `NODE_LTO_PREBUILD` names; else in the package, beside this module, where a bundler
 * has put it, or beside the program. In each of these: a build in `build/`, the file itself, and
 * `prebuilds/<platform>-<architecture>/` as node-gyp-build has it.
 */
export function findAddon(): AddonSearch {
  const places: string[] = [];
  for (const place of folders().flatMap(placesIn)) {
    const file = place.endsWith('.node') ? existing(place) : prebuilt(place);
    if (file !== undefined) return { file, places };
    places.push(place);
  }
  return { file: undefined, places };
}

function folders(): readonly string[] {
  const named = process.env.NODE_LTO_PREBUILD;
  if (named) return [resolve(named)];
  const own = ownFolder();
  const [, root] = (own && OWN_LAYOUT.exec(own)) ?? [];
  const program = process.argv[1] && dirname(resolve(process.argv[1]));
  return [...new Set([root, own, program].flatMap((folder) => folder || []))];
}

/** A bundler that makes CommonJS leaves `import.meta` empty, and has `__dirname`. */
function ownFolder(): string | undefined {
  if (import.meta.url) return dirname(fileURLToPath(import.meta.url));
  return typeof __dirname === 'string' ? __dirname : undefined;
}

function placesIn(folder: string): string[] {
  const builds = process.env.PREBUILDS_ONLY
    ? []
    : ['Release', 'Debug'].map((kind) => join(folder, 'build', kind, FILE));
  return [...builds, join(folder, FILE), join(folder, 'prebuilds', `${process.platform}-${process.arch}`)];
}

function existing(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

/** `node-lto.glibc.node`: the one for this C library, or for any. */
function prebuilt(folder: string): string | undefined {
  const name = listed(folder).find((file) => {
    return file.endsWith('.node') && !file.includes(libc() === 'musl' ? '.glibc.' : '.musl.');
  });
  return name && join(folder, name);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

/** Of the running program, by the loader that it names. */
export function libc(): 'glibc' | 'musl' {
  return headOf(process.execPath).includes('/ld-musl-') ? 'musl' : 'glibc';
}

function headOf(file: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = openSync(file, 'r');
    try {
      return head.toString('latin1', 0, readSync(fd, head));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
