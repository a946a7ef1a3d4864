// Formats native/**/*.{h,cc} by .clang-format; with --check only tells which files are not formatted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from '@wasm-fmt/clang-format';

const root = join(import.meta.dirname, '..');
const style = readFileSync(join(root, '.clang-format'), 'utf8');
const checkOnly = process.argv.includes('--check');

const sources = readdirSync(join(root, 'native'), { recursive: true })
  .filter((name) => /\.(h|cc)$/.test(name))
  .map((name) => join('native', name))
  .sort();

const unformatted = sources.filter((name) => {
  const path = join(root, name);
  const source = readFileSync(path, 'utf8');
  const formatted = format(source, name, style);
  if (formatted === source) return false;
  if (!checkOnly) writeFileSync(path, formatted);
  return true;
});

for (const name of unformatted) console.log(`${checkOnly ? 'not formatted' : 'formatted'}: ${name}`);
if (checkOnly && unformatted.length > 0) process.exitCode = 1;
