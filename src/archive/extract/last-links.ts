import type { ByteString } from '../encode/byte-string.js';
import { DeferredRecords } from './deferred.js';
import { ATTRIBUTE_COUNT } from './folder/target-folder.js';

type LinkType = 'symbolic link' | 'hard link';

const NUMBERS = ATTRIBUTE_COUNT * 8;
const LENGTHS = NUMBERS + 1;
const TEXTS = LENGTHS + 8;

/** Links that are made when everything else is, in order. */
export class LastLinks {
  readonly #records = new DeferredRecords();

  add(type: LinkType, path: ByteString, target: ByteString, attributes: Float64Array): void {
    const record = this.#records.add(TEXTS + path.length + target.length, 0);
    for (let index = 0; index < ATTRIBUTE_COUNT; index += 1) record.writeDoubleLE(attributes[index] ?? 0, index * 8);
    record[NUMBERS] = type === 'hard link' ? 1 : 0;
    record.writeUInt32LE(path.length, LENGTHS);
    record.writeUInt32LE(target.length, LENGTHS + 4);
    record.write(path, TEXTS, 'latin1');
    record.write(target, TEXTS + path.length, 'latin1');
  }

  /** `attributes` is filled for each. */
  *inOrder(attributes: Float64Array): Generator<{ type: LinkType; path: ByteString; target: ByteString }> {
    for (const record of this.#records.inOrder()) {
      for (let index = 0; index < ATTRIBUTE_COUNT; index += 1) attributes[index] = record.readDoubleLE(index * 8);
      const end = TEXTS + record.readUInt32LE(LENGTHS);
      yield {
        type: record[NUMBERS] === 1 ? 'hard link' : 'symbolic link',
        path: record.toString('latin1', TEXTS, end),
        target: record.toString('latin1', end, end + record.readUInt32LE(LENGTHS + 4)),
      };
    }
  }
}
