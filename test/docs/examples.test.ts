import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { compiledSources } from '../support/compiled.js';
import { openWorld } from './example-world.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** The names of `World`, and how an example gets each. */
const WORLD = Object.keys(openWorld('nowhere')).filter((name) => name !== 'close');
const EXPORTED = new Set(Object.keys(library));
const OPENED = new Set(['drive', 'provider']);
/** Names of Node.js that short examples use without an import. */
const NODE: Readonly<Record<string, string>> = {
  createReadStream: 'node:fs',
  createWriteStream: 'node:fs',
  pipeline: 'node:stream/promises',
};
/** Devices and folders of a real machine, and what stands for them in the folder of an example. */
const REAL: readonly (readonly [RegExp, string])[] = [
  [/'\/dev\/nst0'/g, "'virtual:drive'"],
  [/'\/dev\/tape\/by-id\/[^']*-changer'/g, "'virtual:library'"],
  [/'\/home'/g, "'photos'"],
  [/'\/var\/lib\/backup\/([\w.]+)'/g, "'$1'"],
];

interface Example {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

async function readExamples(): Promise<Example[]> {
  const docs = (await readdir(join(PACKAGE, 'docs'), { recursive: true })).filter(
    (name) => name.endsWith('.md') && !name.startsWith('api'),
  );
  const pages = ['README.md', 'CONTRIBUTING.md', ...docs.toSorted().map((name) => `docs/${name}`)];
  const examples: Example[] = [];
  for (const page of pages) {
    const text = await readFile(join(PACKAGE, page), 'utf8').catch(() => '');
    for (const found of text.matchAll(/^```(ts|js|mjs|typescript|javascript)\n(.*?)^```/gms))
      examples.push({ page, line: text.slice(0, found.index).split('\n').length, code: found[2] ?? '' });
  }
  return examples;
}

/** Names that the code uses and does not declare. */
function freeNames(code: string): Set<string> {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isParameter(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node;
      if (isDeclared) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return new Set([...used].filter((name) => !declared.has(name)));
}

/** Where each entry of the package is. */
type Entries = Readonly<Record<'main' | 'catalogue' | 'scsi' | 'tapehoard', string>>;

function entriesBy(place: (path: string) => string): Entries {
  const of = (name: string) => place(`${name}/index.js`);
  return { main: place('index.js'), catalogue: of('catalogue'), scsi: of('scsi'), tapehoard: of('tapehoard') };
}

/** An example as a module, with what it takes for granted before it. `entry` is where `node-lto` is, `world` the module of the world. */
function moduleOf({ code }: Example, entry: Entries, world: string): string {
  const free = freeNames(code);
  const lines: string[] = [];
  const fromLibrary = [...free].filter((name) => EXPORTED.has(name) && !WORLD.includes(name));
  if (fromLibrary.length > 0) lines.push(`import { ${fromLibrary.join(', ')} } from 'node-lto';`);
  for (const [name, module] of Object.entries(NODE))
    if (free.has(name)) lines.push(`import { ${name} } from '${module}';`);
  lines.push(`import { current } from '${world}';`);
  for (const name of WORLD.filter((each) => free.has(each)))
    lines.push(OPENED.has(name) ? `const ${name} = await current().${name}();` : `const { ${name} } = current();`);
  const real = REAL.reduce((text, [device, virtual]) => text.replace(device, virtual), code);
  return `${lines.join('\n')}\n${real}\nexport {};\n`
    .replaceAll("from 'node-lto/catalogue'", `from '${entry.catalogue}'`)
    .replaceAll("from 'node-lto/scsi'", `from '${entry.scsi}'`)
    .replaceAll("from 'node-lto/tapehoard'", `from '${entry.tapehoard}'`)
    .replaceAll("from 'node-lto'", `from '${entry.main}'`);
}

/** JavaScript that runs on every Node.js that this package supports, which `using` as such does not. */
function transpiled(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** Runs an example in the folder that is the process's, with the world of it. */
const HARNESS = `
import { makeFolder, openWorld, setCurrent } from './world.js';
const [example] = process.argv.slice(2);
if (example === undefined) await makeFolder(process.cwd());
else {
  const world = openWorld(process.cwd());
  setCurrent(world);
  await import(example);
  await world.close();
}
`;

/** What the compiler says against the modules, one text for each error. */
function typeErrors(paths: readonly string[]): string[] {
  const { config } = ts.readConfigFile(join(PACKAGE, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PACKAGE);
  // An example may name a result to show that there is one.
  const program = ts.createProgram(paths, { ...options, noUnusedLocals: false, noUnusedParameters: false });
  // Only theirs: what they import is checked by `tsc`.
  const files = paths.flatMap((path) => program.getSourceFile(path) ?? []);
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  expect(files).toHaveLength(paths.length);
  return found.map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.text.slice(0, start).split('\n').length : 0;
    return `${file?.fileName.split('/').at(-1)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

const EXAMPLES = await readExamples();
const nameOf = ({ page, line }: Example): string => `${page.replace(/\W/g, '-')}-${line}`;

describe('the examples of README and docs', () => {
  const compiled = compiledSources();
  let modules = '';
  let prepared = '';

  const run = (folder: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(modules, 'run', 'harness.mjs'), ...args], { cwd: folder });

  beforeAll(async () => {
    // Within the package, so that its types and dependencies are found.
    await mkdir(join(PACKAGE, 'build'), { recursive: true });
    modules = await mkdtemp(join(PACKAGE, 'build', 'examples-'));
    await mkdir(join(modules, 'run'));
    const sources = entriesBy((path) => join(PACKAGE, 'src', path));
    const built = entriesBy((path) => compiled.url(path));
    const world = join(PACKAGE, 'test', 'docs', 'example-world.js');
    for (const example of EXAMPLES) {
      await writeFile(join(modules, `${nameOf(example)}.ts`), moduleOf(example, sources, world));
      await writeFile(
        join(modules, 'run', `${nameOf(example)}.mjs`),
        transpiled(moduleOf(example, built, './world.js')),
      );
    }
    const worldSource = await readFile(world.replace(/js$/, 'ts'), 'utf8');
    await writeFile(
      join(modules, 'run', 'world.js'),
      transpiled(worldSource).replaceAll("'../../src/index.js'", `'${built.main}'`),
    );
    await writeFile(join(modules, 'run', 'harness.mjs'), HARNESS);
    prepared = await mkdtemp(join(tmpdir(), 'lto-examples-'));
    await run(prepared);
  });

  afterAll(async () => {
    await rm(modules, { recursive: true, force: true });
    await rm(prepared, { recursive: true, force: true });
  });

  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThan(15);
  });

  it('compile, strictly', { timeout: 300_000 }, () => {
    expect(typeErrors(EXAMPLES.map((example) => join(modules, `${nameOf(example)}.ts`)))).toEqual([]);
  });

  it.each(EXAMPLES)('$page:$line runs against the embedded drive', async (example) => {
    const folder = await mkdtemp(join(tmpdir(), 'lto-example-'));
    try {
      await cp(prepared, folder, { recursive: true });
      await run(folder, `./${nameOf(example)}.mjs`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
