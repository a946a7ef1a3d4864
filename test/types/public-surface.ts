import { join } from 'node:path';
import ts from 'typescript';

// What a user of the package sees: the declarations that the compiler emits, held in memory.

const ROOT = new URL('../../', import.meta.url).pathname;
/** Of the `exports` of package.json. */
const ENTRIES = ['src/index.ts', 'src/scsi/index.ts'];

export interface PublicName {
  readonly name: string;
  /** The declaration behind all its exports. */
  readonly symbol: ts.Symbol;
  readonly isValue: boolean;
}

export interface PublicSurface {
  /** What the entries export, by name. */
  readonly exported: readonly PublicName[];
  /** Declarations of ours that an exported one mentions, itself or through others: `file: name`. */
  readonly unexported: readonly string[];
  readonly checker: ts.TypeChecker;
}

/** Compiles the declarations of the sources and reads them as a user's compiler would. */
export function publicSurface(entries: readonly string[] = ENTRIES): PublicSurface {
  const declarations = emitDeclarations(entries);
  const options = { ...compilerOptions(), noEmit: true, skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (path) => declarations.get(path) ?? read(path);
  host.fileExists = (path) => declarations.has(path) || (!isSource(path) && fileExists(path));
  host.getSourceFile = (path, target) => {
    const text = declarations.get(path);
    return text === undefined ? getSourceFile(path, target) : ts.createSourceFile(path, text, target, true);
  };
  const roots = entries.map((entry) => join(ROOT, entry.replace(/\.ts$/, '.d.ts')));
  const program = ts.createProgram(roots, options, host);
  const checker = program.getTypeChecker();
  const exported = roots
    .flatMap((root) => exportsOf(checker, program.getSourceFile(root)))
    .map((symbol) => ({ name: symbol.name, symbol: target(checker, symbol), isValue: !isTypeOnly(symbol) }));
  return { exported, unexported: unexportedOf(checker, exported, declarations), checker };
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.build.json');
  return ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, ROOT).options;
}

/** Beside their sources, so that relative imports lead to them. */
function emitDeclarations(entries: readonly string[]): Map<string, string> {
  const options = { ...compilerOptions(), noEmit: false, declaration: true, emitDeclarationOnly: true };
  const program = ts.createProgram(
    entries.map((entry) => join(ROOT, entry)),
    options,
  );
  const declarations = new Map<string, string>();
  for (const file of program.getSourceFiles()) {
    if (!isSource(file.fileName)) continue;
    const path = file.fileName.replace(/\.ts$/, '.d.ts');
    program.emit(file, (_name, text) => declarations.set(path, text), undefined, true);
  }
  return declarations;
}

function isSource(path: string): boolean {
  return path.startsWith(ROOT) && !path.includes('/node_modules/') && path.endsWith('.ts') && !path.endsWith('.d.ts');
}

function exportsOf(checker: ts.TypeChecker, file: ts.SourceFile | undefined): ts.Symbol[] {
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error('the entry exports nothing');
  return checker.getExportsOfModule(module);
}

/** Exported with `export type`. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((node) => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node));
}

function target(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function unexportedOf(
  checker: ts.TypeChecker,
  exported: readonly PublicName[],
  declarations: ReadonlyMap<string, string>,
): string[] {
  const reached = new Set(exported.map(({ symbol }) => symbol));
  const constructible = new Set(exported.filter(({ isValue }) => isValue).map(({ symbol }) => symbol));
  const missing: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      const named = symbol && target(checker, symbol);
      const declaration = named?.declarations?.find((each) => isTopLevelType(each) || isTopLevelValue(each));
      if (named && declaration && !reached.has(named)) {
        reached.add(named);
        const path = declaration.getSourceFile().fileName;
        const isOurs = declarations.has(path) && isTopLevelType(declaration);
        if (isOurs) missing.push(`${path.slice(ROOT.length).replace(/\.d\.ts$/, '.ts')}: ${named.name}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  // A set that grows while it is walked.
  for (const symbol of reached) {
    for (const declaration of symbol.declarations ?? []) {
      if (!declarations.has(declaration.getSourceFile().fileName)) continue;
      ts.forEachChild(declaration, (child) => {
        // Who has a class as a type only can't construct it.
        if (!ts.isConstructorDeclaration(child) || constructible.has(symbol)) visit(child);
      });
    }
  }
  return missing.toSorted();
}

/** A type that a module could export by name. A constant or a function is there for its type, which is shown as it is. */
function isTopLevelType(node: ts.Node): boolean {
  return (
    (ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node)) &&
    ts.isSourceFile(node.parent)
  );
}

/** What is walked into for the types that it mentions. */
function isTopLevelValue(node: ts.Node): boolean {
  if (ts.isVariableDeclaration(node)) return ts.isSourceFile(node.parent.parent.parent);
  return ts.isFunctionDeclaration(node) && ts.isSourceFile(node.parent);
}
