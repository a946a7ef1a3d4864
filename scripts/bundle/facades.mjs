// A module that is imported by `import()` and shares its file with others gets a file of its own that only exports its
// names from there. Who imports such a file imports the other one instead.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const FACADE = /^export\{([^}]*)\}from"\.\/([\w-]+\.js)";\s*$/;

/**
 * @param {string} folder of files that import each other by `./name.js`
 * @param {readonly string[]} entries paths of other files that import them
 */
export function inlineFacades(folder, entries) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const facades = new Map(files.flatMap((name) => facadeOf(name, readFileSync(join(folder, name), 'utf8'))));
  const kept = files.filter((name) => !facades.has(name));
  for (const name of kept) inlineInto(join(folder, name), './', facades);
  for (const path of entries) inlineInto(path, pathTo(folder, dirname(path)), facades);
  for (const facade of facades.keys()) rmSync(join(folder, facade));
}

function pathTo(folder, from) {
  const path = relative(from, folder);
  return path.startsWith('.') ? `${path}/` : `./${path}/`;
}

function inlineInto(path, folder, facades) {
  const code = readFileSync(path, 'utf8');
  const inlined = code.replace(/\bimport\(`([./\w]+\/)([\w-]+\.js)`\)/g, (all, at, name) => {
    const facade = at === folder ? facades.get(name) : undefined;
    return facade === undefined ? all : `import(\`${folder}${facade.from}\`).then(m=>({${facade.members}}))`;
  });
  writeFileSync(path, inlined);
  for (const facade of facades.keys()) {
    if (inlined.includes(`${folder}${facade}`)) throw new Error(`${path} imports ${facade} by name`);
  }
}

/** What stands for the import of a facade. */
function facadeOf(name, code) {
  const [, names, from] = FACADE.exec(code) ?? [];
  if (names === undefined) return [];
  const members = names.split(',').map((each) => {
    const [there, here = there] = each.split(' as ');
    return `${here}:m.${there}`;
  });
  return [[name, { from, members: members.join() }]];
}
