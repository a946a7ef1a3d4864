import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));
/** What runs where a group is named alone. */
const DEFAULTS: Readonly<Record<string, string>> = { mam: 'mam-get' };

const ajv = new Ajv2020({ strict: false, allErrors: true });
const compiled = new Map<string, ValidateFunction>();

/** Expects the document of a command to be as docs/schemas says. */
export function expectDocument(args: readonly string[], document: unknown): void {
  const name = schemaNameOf(args);
  if (name !== undefined) expectValid(name, document);
}

/** Expects a document to be as a schema of docs/schemas says. */
export function expectValid(name: string, document: unknown): void {
  let validate = compiled.get(name);
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')));
    compiled.set(name, validate);
  }
  const isValid = validate(document);
  const problems = validate.errors?.map(({ instancePath, message, params }) => [instancePath, message, params]);
  expect({ schema: name, isValid, problems }).toEqual({ schema: name, isValid: true, problems: undefined });
}

function schemaNameOf([first = '', second = '']: readonly string[]): string | undefined {
  return [`${first}-${second}`, first, DEFAULTS[first]].find(
    (name) => name !== undefined && /^[\w-]+$/.test(name) && existsSync(`${FOLDER}${name}.json`),
  );
}
