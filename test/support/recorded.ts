import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTap } from '../virtual/tap-parser.js';

/** What lies on the tape of a virtual cartridge: P for a plain record, E for an encrypted one, | for a filemark. */
export async function recordedOn(folder: string, cartridge: string): Promise<string> {
  const image = await readFile(join(folder, 'cartridges', cartridge, 'partition-0.tap'));
  return parseTap(image)
    .map((object) => (object === 'filemark' ? '|' : kindOf(object)))
    .join('');
}

function kindOf(record: Buffer): 'E' | 'P' {
  return record.subarray(0, 15).toString('latin1') === 'NODE-LTO BLOCK1' && record[15] === 1 ? 'E' : 'P';
}
