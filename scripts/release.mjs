// Makes a release: `npm run release` checks the tree, builds, tests and packs into release/, and says what publishes it. It
// publishes and tags nothing itself. With --dry-run it only checks whether a release could be made, and names the steps.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const MOST_BYTES = 1_000_000;
const MOST_FILES = 60;
/** Binaries that each release has. Those for musl are packed where they were made and there is room: prebuilds/README.md. */
const PREBUILDS = ['x64-glibc', 'arm64-glibc'];

/** In this order; each is a command line of npm. */
const STEPS = [
  ['ci', '--no-audit', '--no-fund'],
  ['run', 'check'],
  ['run', 'build:addon', '--', '--required'],
  ['run', 'build:ts'],
  ['run', 'prebuilds', '--', '--required', ...PREBUILDS],
  ['test'],
];

const read = (name) => readFileSync(join(ROOT, name), 'utf8');
const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** The text of each version, by its name. */
function sectionsOf(changes) {
  const parts = changes.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [/^\[?([\w.-]+)/.exec(part)?.[1], part.slice(part.indexOf('\n')).trim()]));
}

/** Why no release can be made of the tree. */
function problems(version) {
  const tag = `v${version}`;
  const sections = sectionsOf(read('CHANGELOG.md'));
  const dirty = git('status', '--porcelain');
  const found = [];
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) found.push(`${version} is no version`);
  if (dirty !== '') found.push(`the tree has changes that are not committed:\n${dirty}`);
  if (!sections.has(version)) found.push(`CHANGELOG.md has no section "## ${version}"`);
  if (sections.get('Unreleased'))
    found.push('CHANGELOG.md still has changes under "## Unreleased": move them to the section of the version');
  if (git('tag', '--list', tag) !== '') found.push(`the tag ${tag} exists`);
  if (!read('src/addon/version.ts').includes(`'${version}'`))
    found.push(`src/addon/version.ts does not say ${version}`);
  if (JSON.parse(read('package-lock.json')).version !== version)
    found.push(`package-lock.json does not say ${version}`);
  return found;
}

/** Packs, and judges what would be published. */
function pack(version) {
  const folder = join(ROOT, 'release');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const json = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8' });
  const [{ size, entryCount, files }] = JSON.parse(json.slice(json.indexOf('[')));
  const names = files.map(({ path }) => path);
  const binaries = PREBUILDS.map((name) => {
    const [arch, libc] = name.split('-');
    return `prebuilds/linux-${arch}/node-lto.${libc}.node`;
  });
  const missing = [...binaries, 'native.tar.gz', 'lib/index.js', 'lib/index.d.ts', 'man/lto.1'].filter(
    (name) => !names.includes(name),
  );
  if (missing.length > 0) fail([`the tarball lacks ${missing.join(', ')}`]);
  if (size > MOST_BYTES || entryCount > MOST_FILES) {
    fail([`the tarball has ${size} bytes in ${entryCount} files: at most ${MOST_BYTES} in ${MOST_FILES}`]);
  }
  const [name] = readdirSync(folder);
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
  say(`release/${name}: ${size} bytes, ${entryCount} files, sha256 ${hash}`);
  say(`to publish it: git tag v${version} && git push --tags && npm publish release/${name} --provenance`);
}

function say(text) {
  process.stdout.write(`release: ${text}\n`);
}

function fail(reasons) {
  for (const reason of reasons) process.stderr.write(`release: ${reason}\n`);
  process.exit(1);
}

const isDry = process.argv.includes('--dry-run');
if (!existsSync(join(ROOT, '.git'))) fail(['this is no clone of the repository']);
const { version } = JSON.parse(read('package.json'));
const found = problems(version);
if (found.length > 0) fail(found);
say(`${version} can be released`);
for (const step of STEPS) {
  say(`npm ${step.join(' ')}`);
  if (!isDry && spawnSync('npm', step, { cwd: ROOT, stdio: 'inherit' }).status !== 0)
    fail([`npm ${step.join(' ')} failed`]);
}
if (isDry) say('npm pack');
else {
  const changed = git('status', '--porcelain');
  if (changed !== '') fail([`the build has changed the tree:\n${changed}`]);
  pack(version);
}
