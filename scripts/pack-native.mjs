// Puts the sources of the addon into one file for the package, in which CMakeLists.txt finds them where `native/` is not: an
// install of a few files instead of a hundred. The same sources give the same bytes.
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
const ALIKE = [
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u=rwX,go=rX',
  '--format=ustar',
];

const names = ['native/core', 'native/napi'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /\.(?:h|cc)$/.test(name))
    .map((name) => `${folder}/${name}`),
);
const tar = execFileSync('tar', ['-c', ...ALIKE, '-C', ROOT, ...names.toSorted()], { maxBuffer: 64 * 2 ** 20 });
writeFileSync(join(ROOT, 'native.tar.gz'), gzipSync(tar, { level: 9 }));
