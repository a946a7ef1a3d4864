import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** A source file by its path below `src/`, and the files that it imports, types included. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Every file of a folder of sources, with its length in lines. */
export function readLengths(root: string): Map<string, number> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(root, name), 'utf8').split('\n').length - 1]));
}

/** What each file of a folder of sources imports from that folder. */
export function readImports(root: string): Imports {
  const names = [...readLengths(root).keys()];
  const known = new Set(names);
  return new Map(
    names.map((name) => {
      const specifiers = importedBy(readFileSync(join(root, name), 'utf8'));
      const paths = specifiers.map((specifier) => join(dirname(name), specifier).replace(/\.js$/, '.ts'));
      return [name, [...new Set(paths)].filter((path) => known.has(path)).sort()];
    }),
  );
}

/**
 * The relative modules that a source names: in `import` and `export`, statically, dynamically or as a type, and in
 * `new URL('./worker.js', import.meta.url)`, which is how a thread is started.
 */
export function importedBy(text: string): string[] {
  const found: string[] = [];
  const take = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteral(node) && node.text.startsWith('.')) found.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal);
    if (ts.isNewExpression(node) && node.expression.getText() === 'URL') take(node.arguments?.[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}
