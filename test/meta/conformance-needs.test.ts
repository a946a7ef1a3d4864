import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

// The conformance suite runs on other people's drives: what a test does to one that its owner may not want, it declares,
// so that a profile can leave it out.

const SUITE = fileURLToPath(new URL('../conformance/', import.meta.url));

/** What a test needs that makes such a call, on anything but a promise or a stream of its own. */
const NEEDED_BY_CALL: Readonly<Record<string, string>> = {
  'backend.reset': 'reset',
  fill: 'fills-up',
  untilWarned: 'fills-up',
  '.erase': 'erase',
  '.unload': 'load',
  '.load': 'load',
  '.eject': 'load',
  '.formatMedium': 'format',
  '.setCapacity': 'format',
};
const DECLARATIONS = new Set(['conforms', 'moves', 'answers']);

interface Problem {
  readonly test: string;
  readonly undeclared: string;
}

/** The tests of a file that make a call, themselves or by functions of the file, without the need that it stands for. */
function problemsIn(source: string): Problem[] {
  const file = ts.createSourceFile('suite.ts', source, ts.ScriptTarget.Latest, true);
  const functions = functionsOf(file);
  return callsIn(file).flatMap((call) => {
    if (!ts.isIdentifier(call.expression) || !DECLARATIONS.has(call.expression.text)) return [];
    const [name, needs, body] = call.arguments;
    if (name === undefined || needs === undefined || body === undefined) return [];
    const declared = needs.getText();
    return [...needsOf(body, functions, new Set())]
      .filter((need) => !declared.includes(`'${need}'`))
      .map((undeclared) => ({ test: name.getText(), undeclared }));
  });
}

function needsOf(body: ts.Node, functions: ReadonlyMap<string, ts.Node>, seen: Set<string>): Set<string> {
  const needs = new Set<string>();
  for (const { expression } of callsIn(body)) {
    const text = expression.getText();
    const method = ts.isPropertyAccessExpression(expression) ? `.${expression.name.text}` : text;
    const need = NEEDED_BY_CALL[text] ?? NEEDED_BY_CALL[method];
    if (need !== undefined) needs.add(need);
    const called = functions.get(text);
    if (called === undefined || seen.has(text)) continue;
    seen.add(text);
    for (const further of needsOf(called, functions, seen)) needs.add(further);
  }
  return needs;
}

function functionsOf(file: ts.SourceFile): ReadonlyMap<string, ts.Node> {
  const functions = new Map<string, ts.Node>();
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer && ts.isArrowFunction(initializer)) functions.set(name.getText(), initializer);
    }
  }
  return functions;
}

function callsIn(node: ts.Node): ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isCallExpression(child)) calls.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return calls;
}

describe('tests of the conformance suite', async () => {
  const names = (await readdir(SUITE)).filter((name) => name.endsWith('.test.ts'));

  it.each(names)('in %s declare when they reset, fill, erase, unload or reformat', async (name) => {
    expect(problemsIn(await readFile(join(SUITE, name), 'utf8'))).toEqual([]);
  });

  it('are found when they do not', () => {
    const helper = 'async function spoil(t) { await backend.reset(t); }\nconst fill = () => write();\n';
    const tests = [
      `conforms('resets', ['mam'], async () => { await spoil(transport); });`,
      `moves('unloads', [], async () => { await drive.unload(); });`,
      `conforms('fills', ['fills-up'], async () => { await fill(); });`,
    ];
    expect(problemsIn(helper + tests.join('\n'))).toEqual([
      { test: "'resets'", undeclared: 'reset' },
      { test: "'unloads'", undeclared: 'load' },
    ]);
  });
});
