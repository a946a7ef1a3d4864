import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onLinux } from './addon.js';

/** glibc and libstdc++ of RHEL 9, the oldest system that a prebuilt binary should load on. */
const highest = { GLIBC: [2, 34], GLIBCXX: [3, 4, 29] };

const canLook = onLinux && spawnSync('objdump', ['--version']).status === 0 && !process.env.NODE_LTO_PREBUILD;

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

describe.runIf(canLook)('symbols that the addon needs', () => {
  const { resolve } = createRequire(import.meta.url)('node-gyp-build') as { resolve(folder: string): string };
  const root = join(import.meta.dirname, '..', '..');
  const table = execFileSync('objdump', ['-T', resolve(root)], { encoding: 'utf8' });

  it.each(Object.entries(highest))('%s', (library, floor) => {
    const versions = [...table.matchAll(new RegExp(`\\b${library}_([\\d.]+)`, 'g'))].map(([, version = '']) =>
      version.split('.').map(Number),
    );
    expect(versions.length).toBeGreaterThan(0);
    expect(versions.filter((version) => compareVersions(version, floor) > 0)).toEqual([]);
  });
});
