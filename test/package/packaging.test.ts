import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../packaging/', import.meta.url));
const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const text = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

describe.runIf(has('systemd-analyze', '--version'))('packaging/lto-archive@.service', () => {
  const inFolder = (judge: (unit: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), 'lto-unit-'));
    try {
      const unit = join(folder, 'lto-archive@nst0.service');
      copyFileSync(join(FOLDER, 'lto-archive@.service'), unit);
      judge(unit);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('is a unit without a warning', () => {
    inFolder((unit) => {
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
        encoding: 'utf8',
      });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    });
  });

  it('exposes little', () => {
    inFolder((unit) => {
      const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
      const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
      expect(Number(exposure)).toBeLessThanOrEqual(2.5);
    });
  });
});

const canVerifyRules = has('udevadm', 'verify', '--help');

it('packaging/70-node-lto.rules gives drives and changers to the group tape', () => {
  const rules = text('70-node-lto.rules')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const term = /^(?:SUBSYSTEM|ATTRS\{type\})=="\w+"$|^(?:GROUP|MODE)="\w+"$/;
  expect(rules).toHaveLength(3);
  for (const rule of rules) expect(rule.split(', ').filter((part) => !term.test(part))).toEqual([]);
});

it.runIf(canVerifyRules)('udevadm finds no fault in the rules', () => {
  const { status, stderr } = spawnSync('udevadm', ['verify', join(FOLDER, '70-node-lto.rules')], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
});

it('packaging/Containerfile runs as a user, and stops by SIGTERM', () => {
  const lines = text('Containerfile').split('\n');
  expect(lines).toContain('USER node');
  expect(lines).toContain('STOPSIGNAL SIGTERM');
  expect(lines.filter((line) => /^(?:ADD|.*--privileged|.*SYS_ADMIN)/.test(line))).toEqual([]);
});

it('npm pack takes what git ignores: the bundle, the binaries of the addon and its sources', () => {
  const built = [
    'lib/index.js',
    'lib/chunks/core.js',
    'native.tar.gz',
    ...['x64', 'arm64'].flatMap((arch) => [
      `prebuilds/linux-${arch}/node-lto.glibc.node`,
      `prebuilds/linux-${arch}/node-lto.musl.node`,
    ]),
  ];
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'lto-pack-'));
  try {
    for (const name of built) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), name);
    }
    for (const name of ['package.json', '.gitignore', 'prebuilds/README.md'])
      copyFileSync(join(root, name), join(folder, name));
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(stdout) as [{ files: readonly { readonly path: string }[] }];
    expect(files.map(({ path }) => path).toSorted()).toEqual(['package.json', ...built].toSorted());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
