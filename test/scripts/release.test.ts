import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/release.mjs', import.meta.url));
const CHANGES = '# Changelog\n\n## Unreleased\n\n## 1.2.3\n\n- Something.\n';

describe('scripts/release.mjs --dry-run', () => {
  let root = '';
  const put = (name: string, content: string) => writeFileSync(join(root, name), content);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: root });
  const release = () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'scripts', 'release.mjs'), '--dry-run'],
      {
        encoding: 'utf8',
      },
    );
    return { status, stdout, stderr };
  };
  const commit = () => {
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
  };
  const putCommitted = (name: string, content: string) => {
    put(name, content);
    commit();
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lto-release-'));
    for (const folder of ['scripts', 'src/addon']) mkdirSync(join(root, folder), { recursive: true });
    cpSync(SCRIPT, join(root, 'scripts', 'release.mjs'));
    put('package.json', JSON.stringify({ version: '1.2.3' }));
    put('package-lock.json', JSON.stringify({ version: '1.2.3' }));
    put('src/addon/version.ts', "export const VERSION = '1.2.3';\n");
    put('CHANGELOG.md', CHANGES);
    git('init', '-q');
    commit();
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('accepts a clean tree whose version is in the changelog, names the steps, and makes nothing', () => {
    const { status, stdout } = release();
    expect(status).toBe(0);
    expect(stdout).toMatch(/1\.2\.3 can be released.*npm run prebuilds -- --required.*npm test.*npm pack/s);
    expect(git('status', '--porcelain').toString()).toBe('');
  });

  it.each<[string, () => void, RegExp]>([
    ['a tree with changes', () => put('left-over', ''), /not committed:\n\?\? left-over/],
    [
      'a version without a section',
      () => putCommitted('CHANGELOG.md', '# Changelog\n\n## 1.2.2\n'),
      /no section "## 1.2.3"/,
    ],
    [
      'changes that are unreleased',
      () => putCommitted('CHANGELOG.md', CHANGES.replace('## 1.2.3', '- More.\n\n## 1.2.3')),
      /under "## Unreleased"/,
    ],
    ['a version that is tagged', () => git('tag', 'v1.2.3'), /the tag v1\.2\.3 exists/],
    [
      'another version in the sources',
      () => putCommitted('src/addon/version.ts', "export const VERSION = '1.2.2';\n"),
      /version\.ts does not say 1\.2\.3/,
    ],
    [
      'another version in the lock',
      () => putCommitted('package-lock.json', '{"version":"1.0.0"}'),
      /package-lock\.json does not say/,
    ],
    ['no version', () => putCommitted('package.json', '{"version":"next"}'), /next is no version/],
  ])('refuses %s', (_what, change, reason) => {
    change();
    const { status, stdout, stderr } = release();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(reason);
  });
});
