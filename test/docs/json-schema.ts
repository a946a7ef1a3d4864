import ts from 'typescript';

export interface Schema {
  readonly [keyword: string]: unknown;
}

interface Definitions {
  readonly names: Map<ts.Type, string>;
  readonly schemas: Map<string, Schema>;
}

/** Makes JSON Schema of types, as JSON.stringify() writes their values. */
export class SchemaMaker {
  readonly #checker: ts.TypeChecker;
  readonly #at: ts.Node;

  /** `at`: a place in the program, for types that depend on it. */
  constructor(checker: ts.TypeChecker, at: ts.Node) {
    this.#checker = checker;
    this.#at = at;
  }

  /** The schema of a document, with the types that occur several times in its `$defs`. */
  document(type: ts.Type): Schema {
    const definitions: Definitions = { names: new Map(), schemas: new Map() };
    const schema = this.#schema(type, definitions);
    return definitions.schemas.size === 0 ? schema : { ...schema, $defs: Object.fromEntries(definitions.schemas) };
  }

  #schema(type: ts.Type, definitions: Definitions): Schema {
    const simple = simpleSchema(type);
    if (simple !== undefined) return simple;
    if (type.isUnion()) return this.#union(type, definitions);
    const json = this.#propertyType(type, 'toJSON');
    const [call] = json?.getCallSignatures() ?? [];
    if (call !== undefined) return hexOr(type, this.#schema(call.getReturnType(), definitions));
    if (isBytes(type)) return HEX;
    if (this.#checker.isTupleType(type) || this.#checker.isArrayType(type)) return this.#list(type, definitions);
    return this.#named(type, definitions);
  }

  #union(type: ts.UnionType, definitions: Definitions): Schema {
    const members = type.types.filter((each) => !isAbsent(each));
    const constants = members.filter(isConstant);
    const others = members.filter((each) => !isConstant(each));
    const schemas = others.map((each) => this.#schema(each, definitions));
    if (constants.length > 0) schemas.push({ enum: constants.map(({ value }) => value) });
    const distinct = [...new Map(schemas.map((each) => [JSON.stringify(each), each])).values()];
    const isBoolean = distinct.filter(
      ({ type: name, const: value }) => name === 'boolean' || typeof value === 'boolean',
    );
    const rest = distinct.filter((each) => !isBoolean.includes(each));
    const all = isBoolean.length > 1 ? [...rest, { type: 'boolean' }] : distinct;
    return all.length === 1 ? (all[0] ?? {}) : { anyOf: all };
  }

  #list(type: ts.Type, definitions: Definitions): Schema {
    const items = this.#checker
      .getTypeArguments(type as ts.TypeReference)
      .map((each) => this.#schema(each, definitions));
    if (!this.#checker.isTupleType(type)) return { type: 'array', items: items[0] ?? {} };
    const { minLength, hasRestElement } = (type as ts.TupleTypeReference).target;
    if (hasRestElement) return { type: 'array', minItems: minLength, items: { anyOf: items } };
    return { type: 'array', prefixItems: items, minItems: minLength, items: false };
  }

  /** An object: those with a name become definitions, which also ends types that contain themselves. */
  #named(type: ts.Type, definitions: Definitions): Schema {
    const wanted = nameOf(type);
    if (wanted === undefined) return this.#object(type, definitions);
    const known = definitions.names.get(type);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    let name = wanted;
    for (let copy = 2; definitions.schemas.has(name); copy += 1) name = `${wanted}${copy}`;
    definitions.names.set(type, name);
    definitions.schemas.set(name, {});
    definitions.schemas.set(name, this.#object(type, definitions));
    return { $ref: `#/$defs/${name}` };
  }

  #object(type: ts.Type, definitions: Definitions): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const of = this.#checker.getTypeOfSymbolAtLocation(property, this.#at);
      if (property.name.startsWith('__@') || of.getCallSignatures().length > 0 || isNever(of)) continue;
      const description = ts.displayPartsToString(property.getDocumentationComment(this.#checker));
      const schema = this.#schema(of, definitions);
      properties[property.name] = description === '' ? schema : { description, ...schema };
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0 || mayBeAbsent(of);
      if (!isOptional) required.push(property.name);
    }
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      properties,
      ...(required.length > 0 && { required: required.toSorted() }),
      additionalProperties: index === undefined ? false : this.#schema(index, definitions),
    };
  }

  #propertyType(type: ts.Type, name: string): ts.Type | undefined {
    const property = this.#checker.getPropertyOfType(type, name);
    return property && this.#checker.getTypeOfSymbolAtLocation(property, this.#at);
  }
}

const HEX: Schema = { type: 'string', pattern: '^(?:[0-9a-f]{2})*$' };

/** Of bytes that write themselves as hexadecimal digits, more is known than that they are text. */
function hexOr(type: ts.Type, schema: Schema): Schema {
  return isBytes(type) ? HEX : schema;
}

function isBytes(type: ts.Type): boolean {
  const names = type.isIntersection() ? type.types.map(symbolName) : [symbolName(type)];
  return names.some((name) => name === 'Uint8Array' || name === 'Buffer');
}

function symbolName(type: ts.Type): string | undefined {
  return type.getSymbol()?.name;
}

/** Names of aliases and interfaces, not those that the compiler gives to what has none. */
function nameOf(type: ts.Type): string | undefined {
  const name = type.aliasSymbol?.name ?? (type.isClassOrInterface() ? symbolName(type) : undefined);
  return name !== undefined && /^[A-Za-z]\w*$/.test(name) && type.aliasTypeArguments === undefined ? name : undefined;
}

function simpleSchema(type: ts.Type): Schema | undefined {
  const { flags } = type;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (isConstant(type)) return { const: type.value };
  if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
  if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
  if (flags & ts.TypeFlags.BooleanLiteral)
    return { const: (type as ts.Type & { intrinsicName: string }).intrinsicName === 'true' };
  if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
  if (flags & ts.TypeFlags.Null) return { type: 'null' };
  if (flags & ts.TypeFlags.NonPrimitive) return { type: 'object' };
  return undefined;
}

function isConstant(type: ts.Type): type is ts.StringLiteralType | ts.NumberLiteralType {
  return type.isStringLiteral() || type.isNumberLiteral();
}

function isAbsent(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0;
}

/** JSON leaves out what is undefined. */
function mayBeAbsent(type: ts.Type): boolean {
  return isAbsent(type) || (type.flags & ts.TypeFlags.Unknown) !== 0 || (type.isUnion() && type.types.some(isAbsent));
}

/** Nothing but undefined: of another variant of the document. */
function isNever(type: ts.Type): boolean {
  return isAbsent(type) || (type.flags & ts.TypeFlags.Never) !== 0;
}
