import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type CatalogueChange, reconcile } from '../../../catalogue/index.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { facts } from '../../output/table.js';
import { jsonLines } from '../../output/terminal.js';
import { formatBytes } from '../../output/units.js';
import type { CommandResult, CommonOptions } from '../../run/action.js';
import { type ArchiveDevice, withArchiveProvider } from '../../run/archive-provider.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';
import { interruptible } from '../../run/interrupt.js';

type Options = CommonOptions & CatalogueOptions;

/** Changes to record in one transaction. */
const AT_ONCE = 50;

export function stats(options: Options): Promise<CommandResult> {
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
    for await (const change of catalogue.export({ cartridge: options.cartridge })) {
      if (!process.stdout.write(jsonLines(change))) await once(process.stdout, 'drain');
    }
    return undefined;
  });
}

export function importAll(options: Options, file: string): Promise<CommandResult> {
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
    throw new InvalidArgumentError(`line ${number} is no JSON`, { next: 'Give what `lto catalogue export` printed' });
  }
}

export function forget(
  options: Options & { readonly cartridge?: string; readonly archive?: string },
): Promise<CommandResult> {
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

export function reconcileCartridge(
  options: Options & KeystoreOptions & ArchiveDevice & { readonly verify?: boolean },
  cartridge: string,
): Promise<CommandResult> {
  return withCatalogue(options, async (catalogue) => {
    const found = await withArchiveProvider(options, keysOf(options), (provider) =>
      interruptible(({ signal }) => reconcile(catalogue, provider, cartridge, { verify: options.verify, signal })),
    );
    const names = (list: readonly string[]) => (list.length === 0 ? undefined : list.join(', '));
    const rows = facts([
      ['now durable', names(found.durable)],
      ['found on tape', names(found.found)],
      ['lost', names(found.lost)],
    ]);
    return { document: found, text: rows === '' ? 'the catalogue agrees with the cartridge' : rows };
  });
}
