// A module that is imported by `import()` and shares its file with others gets a file of its own that only exports its
// names from there. Who imports such a file imports the other one instead.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FACADE = /^export\{([^}]*)\}from"(\.\/[\w-]+\.js)";\s*$/;
const IMPORT = /\bimport\(`(\.\/[\w-]+\.js)`\)/g;

/** @param {string} folder of files that import each other by `./name.js` */
export function inlineFacades(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const facades = new Map(files.flatMap((name) => facadeOf(name, readFileSync(join(folder, name), 'utf8'))));
  const kept = files.filter((name) => !facades.has(`./${name}`));
  for (const name of kept) {
    const path = join(folder, name);
    const code = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      code.replace(IMPORT, (all, from) => facades.get(from) ?? all),
    );
    for (const facade of facades.keys()) {
      if (code.includes(`from"${facade}"`)) throw new Error(`${name} imports ${facade} by name`);
    }
  }
  for (const facade of facades.keys()) rmSync(join(folder, facade));
}

/** What stands for the import of a facade. */
function facadeOf(name, code) {
  const [, names, from] = FACADE.exec(code) ?? [];
  if (names === undefined) return [];
  const members = names.split(',').map((each) => {
    const [there, here = there] = each.split(' as ');
    return `${here}:m.${there}`;
  });
  return [[`./${name}`, `import(\`${from}\`).then(m=>({${members.join()}}))`]];
}
