import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { commandTree, leaves } from '../../src/cli/shell/command-tree.js';
import { type Schema, SchemaMaker } from './json-schema.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = fileURLToPath(new URL('command-documents.ts', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));
const MADE_MS = 300_000;

const commands = new Map(leaves(commandTree(createProgram())).map(({ path, description }) => [path, description]));
const TITLES: Readonly<Record<string, string>> = {
  error: 'what any command prints in place of its document when it fails',
  event: 'progress and notes, one for each line of standard error',
};

/** By name, made of the types of the documents. */
function makeSchemas(): ReadonlyMap<string, Schema> {
  const { config } = ts.readConfigFile(`${ROOT}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([SOURCE], { ...options, noEmit: true, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(SOURCE);
  const declared = file?.statements.find(ts.isInterfaceDeclaration);
  if (declared === undefined) throw new Error('the documents are not there');
  const maker = new SchemaMaker(checker, declared);
  const properties = checker.getPropertiesOfType(checker.getTypeAtLocation(declared));
  return new Map(
    properties.map((property) => {
      const { name } = property;
      const title = commands.has(name) ? `lto ${name}` : name;
      const description = commands.get(name) ?? TITLES[name];
      const schema = maker.document(checker.getTypeOfSymbolAtLocation(property, declared));
      return [name, { $schema: 'https://json-schema.org/draft/2020-12/schema', title, description, ...schema }];
    }),
  );
}

describe('docs/schemas', () => {
  it(
    'are made of the documents; `npx vitest run test/docs -u` makes them anew',
    async () => {
      const schemas = makeSchemas();
      for (const [name, schema] of schemas) {
        const path = `${FOLDER}${name.replaceAll(' ', '-')}.json`;
        await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot(path);
        // A document of nothing would be valid whatever is printed.
        const { type, anyOf, $ref } = schema;
        expect([name, type ?? anyOf ?? $ref]).toEqual([name, expect.anything()]);
        new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, strictTuples: false }).compile(schema);
      }
      const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
      expect(files.toSorted()).toEqual(
        [...schemas.keys()].map((name) => `${name.replaceAll(' ', '-')}.json`).toSorted(),
      );
      expect([...schemas.keys()].toSorted()).toEqual([...commands.keys(), 'error', 'event'].toSorted());
    },
    MADE_MS,
  );
});
