import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import { ARCHIVE_STATES, type CatalogueChange } from './changes.js';

type Kind = 'text' | 'number' | 'boolean' | 'list' | 'state';
type Shape = Readonly<Record<string, Kind | `${Kind}?`>>;

/** The members of each change that are looked at before anything is sent to the database. */
const SHAPES: { readonly [T in CatalogueChange['type']]: Shape } = {
  cartridge: {
    cartridge: 'text',
    barcode: 'text?',
    mediumSerial: 'text?',
    generation: 'text?',
    pool: 'text?',
    capacityBytes: 'number?',
    usedBytes: 'number?',
    state: 'text?',
    place: 'text?',
    seenAt: 'number?',
  },
  drive: { serialNumber: 'text', vendor: 'text?', product: 'text?', firmware: 'text?', seenAt: 'number?' },
  archive: {
    archive: 'text',
    state: 'state',
    parts: 'list',
    bytes: 'number',
    checksum: 'text?',
    membersComplete: 'boolean',
    createdAt: 'number',
  },
  members: { archive: 'text', first: 'number', members: 'list' },
  verification: { archive: 'text', at: 'number', ok: 'boolean', serialNumber: 'text?', error: 'text?' },
  reading: { cartridge: 'text', fileNumber: 'number', at: 'number', checksum: 'text?', error: 'text?' },
  overwritten: { cartridge: 'text', from: 'number' },
  forget: { archive: 'text?', cartridge: 'text?' },
};

const PART: Shape = {
  cartridge: 'text',
  fileNumber: 'number',
  firstLogicalObject: 'number?',
  records: 'number',
  bytes: 'number',
  recordSize: 'number',
  checksum: 'text?',
  encryptionKeyId: 'text?',
};
const MEMBER: Shape = {
  path: 'text',
  pathBytes: 'text?',
  type: 'text',
  size: 'number',
  modified: 'number',
  offset: 'number',
  length: 'number',
  target: 'text?',
};
const LISTS: Readonly<Record<string, Shape>> = { parts: PART, members: MEMBER };

/** Throws InvalidArgumentError for changes that cannot be applied: from a file or a tape anything may come. */
export function requireChanges(changes: unknown, details: LtoErrorDetails): asserts changes is CatalogueChange[] {
  if (!Array.isArray(changes)) throw new InvalidArgumentError('changes are a list', details);
  for (const change of changes) {
    requireRecord('a change', change, details);
    const { type } = change as { readonly type?: unknown };
    if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) {
      const next = `Changes are ${Object.keys(SHAPES).join(', ')}`;
      throw new InvalidArgumentError(`there is no change ${JSON.stringify(type)}`, { ...details, next });
    }
    requireShape(`the change '${type}'`, change, SHAPES[type as CatalogueChange['type']], details);
    if (
      type === 'forget' &&
      Object.keys(change).filter((name) => name === 'archive' || name === 'cartridge').length !== 1
    )
      throw new InvalidArgumentError("the change 'forget' names an archive or a cartridge", details);
  }
}

function requireShape(what: string, given: object, shape: Shape, details: LtoErrorDetails): void {
  for (const [name, kind] of Object.entries(shape)) {
    const value: unknown = Reflect.get(given, name);
    if (kind.endsWith('?') && (value === undefined || value === null)) continue;
    if (!IS[kind.replace('?', '') as Kind](value)) {
      throw new InvalidArgumentError(`${name} of ${what} is not a valid ${kind.replace('?', '')}`, details);
    }
    const each = LISTS[name];
    if (each === undefined) continue;
    for (const item of value as readonly unknown[]) {
      requireRecord(`one of ${name}`, item, details);
      requireShape(`one of ${name}`, item, each, details);
    }
  }
}

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  state: (value) => (ARCHIVE_STATES as readonly unknown[]).includes(value),
};
