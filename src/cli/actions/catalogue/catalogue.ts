import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { CatalogueChange } from '../../../catalogue/index.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import { pipeOut } from '../../output/standard-output.js';
import { facts } from '../../output/table.js';
import { jsonLines } from '../../output/terminal.js';
import { formatBytes } from '../../output/units.js';
import type { CommonOptions } from '../../run/action.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';

type Options = CommonOptions & CatalogueOptions;

/** Changes to record in one transaction. */
const AT_ONCE = 50;

export function stats(options: Options) {
  return withCatalogue(options, async (catalogue) => {
    const found = await catalogue.stats();
    const states = Object.entries(found.archives).filter(([, count]) => count > 0);
    const text = facts([
      ['cartridges', found.cartridges],
      ['drives', found.drives],
      ...states.map(([state, count]) => [`archives ${state}`, count] as const),
      ['bytes', `${found.archiveBytes} (${formatBytes(found.archiveBytes)})`],
      ['members', found.members],
    ]);
    return { document: found, text };
  });
}

export function exportAll(options: Options & { readonly cartridge?: string }): Promise<undefined> {
  return withCatalogue(options, async (catalogue) => {
    await pipeOut(Readable.from(linesOf(catalogue.export({ cartridge: options.cartridge }))));
    return undefined;
  });
}

async function* linesOf(changes: AsyncIterable<CatalogueChange>): AsyncGenerator<string> {
  for await (const change of changes) yield jsonLines(change);
}

export function importAll(options: Options, file: string) {
  return withCatalogue(options, async (catalogue) => {
    const input = file === '-' ? process.stdin : createReadStream(file);
    let waiting: CatalogueChange[] = [];
    let changes = 0;
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() === '') continue;
      waiting.push(parseLine(line, number));
      changes += 1;
      if (waiting.length < AT_ONCE) continue;
      await catalogue.apply(waiting);
      waiting = [];
    }
    await catalogue.apply(waiting);
    return { document: { changes }, text: facts([['recorded', `${changes} lines`]]) };
  });
}

function parseLine(line: string, number: number): CatalogueChange {
  try {
    return JSON.parse(line) as CatalogueChange;
  } catch {
    throw new InvalidArgumentError(`line ${number} is not JSON`, { next: 'Give what `lto catalogue export` printed' });
  }
}

export function forget(options: Options & { readonly cartridge?: string; readonly archive?: string }) {
  const { cartridge, archive } = options;
  return withCatalogue(options, async (catalogue) => {
    if ((cartridge === undefined) === (archive === undefined)) {
      throw new InvalidArgumentError('forget takes either --cartridge or --archive');
    }
    const change = cartridge === undefined ? { archive: archive ?? '' } : { cartridge };
    await catalogue.apply([{ type: 'forget', ...change }]);
    return { document: change, text: '' };
  });
}
