import type { ExtendedAttribute } from '../decode/member.js';
import { type ByteString, toBytes } from '../encode/byte-string.js';
import { DeferredRecords } from './deferred.js';
import { ATTRIBUTE_COUNT } from './folder/target-folder.js';

const NUMBERS = ATTRIBUTE_COUNT * 8;

/** Attributes of folders, which are set when nothing more is made in them. */
export class FolderAttributes {
  readonly #records = new DeferredRecords();

  add(path: ByteString, attributes: Float64Array, extended: readonly ExtendedAttribute[]): void {
    const names = extended.map(({ name, value }) => ({ name: toBytes(name), value }));
    const length = names.reduce((sum, { name, value }) => sum + 8 + name.length + value.length, NUMBERS + 6);
    const record = this.#records.add(length + path.length, depthOf(path));
    for (let index = 0; index < ATTRIBUTE_COUNT; index += 1) record.writeDoubleLE(attributes[index] ?? 0, index * 8);
    record.writeUInt32LE(path.length, NUMBERS);
    record.writeUInt16LE(names.length, NUMBERS + 4);
    let at = NUMBERS + 6 + record.write(path, NUMBERS + 6, 'latin1');
    for (const { name, value } of names) {
      record.writeUInt32LE(name.length, at);
      record.writeUInt32LE(value.length, at + 4);
      record.set(name, at + 8);
      record.set(value, at + 8 + name.length);
      at += 8 + name.length + value.length;
    }
  }

  /** The deepest first. `attributes` is filled for each. */
  *deepestFirst(
    attributes: Float64Array,
  ): Generator<{ readonly path: ByteString; readonly extended: readonly ExtendedAttribute[] }> {
    for (const record of this.#records.deepestFirst()) {
      for (let index = 0; index < ATTRIBUTE_COUNT; index += 1) attributes[index] = record.readDoubleLE(index * 8);
      const end = NUMBERS + 6 + record.readUInt32LE(NUMBERS);
      const path = record.toString('latin1', NUMBERS + 6, end);
      yield { path, extended: extendedAt(record, end, record.readUInt16LE(NUMBERS + 4)) };
    }
  }
}

function extendedAt(record: Buffer, from: number, count: number): ExtendedAttribute[] {
  const extended: ExtendedAttribute[] = [];
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const named = at + 8 + record.readUInt32LE(at);
    const end = named + record.readUInt32LE(at + 4);
    extended.push({ name: record.toString('latin1', at + 8, named), value: record.subarray(named, end) });
    at = end;
  }
  return extended;
}

/** 0 for the folder itself. */
function depthOf(path: ByteString): number {
  if (path === '') return 0;
  let depth = 1;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) depth += 1;
  return depth;
}
