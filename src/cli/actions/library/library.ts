import { InvalidArgumentError } from '../../../errors/index.js';
import type { ElementName } from '../../../library/find-element.js';
import type { Inventory, InventoryElement } from '../../../library/inventory.js';
import type { MoveReceipt, Place } from '../../../library/moves.js';
import { listLibraries } from '../../../library/open/list-libraries.js';
import { TapeLibrary } from '../../../library/tape-library.js';
import { table } from '../../output/table.js';
import { visible } from '../../output/terminal.js';
import type { CommandResult, CommonOptions } from '../../run/action.js';
import { interruptible } from '../../run/interrupt.js';

export interface LibraryOptions extends CommonOptions {
  readonly library?: string;
}

interface WaitOptions extends LibraryOptions {
  readonly wait?: boolean;
}

export async function list() {
  const libraries = await listLibraries();
  const rows = libraries.map(({ device, vendor, product, revision, serialNumber, byId }) => {
    return [device, `${vendor} ${product}`, revision, serialNumber ?? '', byId[0] ?? ''];
  });
  const text =
    rows.length === 0 ? 'no libraries' : table(['device', 'library', 'firmware', 'serial number', 'by id'], rows);
  return { document: { libraries }, text };
}

export function status(options: LibraryOptions) {
  return withLibrary(options, async (library) => told(await library.inventory()));
}

export function audit(options: LibraryOptions) {
  return withLibrary(options, async (library, signal) => {
    const report = await library.audit({ signal });
    const { text } = told(report);
    return { document: report, text: [text, ...report.recovered.map(moveText).map(visible)].join('\n') };
  });
}

export function load(options: LibraryOptions, cartridge: string, drive: string) {
  return withLibrary(options, async (library, signal) => {
    const receipt = await library.load(named(cartridge), named(drive), { signal });
    const { move, barcode } = receipt;
    const text = move ? moveText(move) : `${barcode ?? 'the cartridge'} is in the drive already`;
    return { document: receipt, text: visible(text) };
  });
}

export function unload({ to, ...options }: LibraryOptions & { to?: string }, drive: string) {
  return withLibrary(options, async (library, signal) => {
    return moved([await library.unload(named(drive), { signal, to: to === undefined ? undefined : named(to) })]);
  });
}

export function transfer(options: LibraryOptions, from: string, to: string) {
  return withLibrary(options, async (library, signal) =>
    moved([await library.transfer(named(from), named(to), { signal })]),
  );
}

export function exchange(options: LibraryOptions, from: string, to: string) {
  return withLibrary(options, async (library, signal) =>
    moved(await library.exchange(named(from), named(to), { signal })),
  );
}

export function importAll({ wait, ...options }: WaitOptions) {
  return withLibrary(options, async (library, signal) => moved(await library.import({ wait, signal })));
}

export function exportOne({ wait, ...options }: WaitOptions, cartridge: string) {
  return withLibrary(options, async (library, signal) =>
    moved([await library.export(named(cartridge), { wait, signal })]),
  );
}

export function lock({ off = false, ...options }: LibraryOptions & { off?: boolean }) {
  return withLibrary(options, async (library) => {
    await library.lock(!off);
    return { document: { locked: !off }, text: '' };
  });
}

/** `cleaningLog`: see `LibraryOptions` of the library. */
export function clean(options: LibraryOptions & { cleaningLog?: string | undefined }, drive: string) {
  return withLibrary(options, async (library, signal) => {
    const receipt = await library.clean(named(drive), { signal });
    const { returned, uses, usesLeft, usesCountedBy } = receipt;
    const left = usesLeft === undefined ? '' : `, ${usesLeft} left`;
    const counted =
      usesCountedBy !== 'library' ? `used ${uses} times${left}` : 'its memory does not tell how often it was used';
    return { document: receipt, text: visible(`${moveText(returned)} (${counted})`) };
  });
}

function withLibrary<T extends CommandResult>(
  options: LibraryOptions,
  work: (library: TapeLibrary, signal: AbortSignal) => Promise<T>,
) {
  return openedLibrary(options, (library) => interruptible(({ signal }) => work(library, signal)));
}

/** Opens the named library, and closes it after the work. */
export async function openedLibrary<T>(
  { library: device = process.env.LTO_LIBRARY, cleaningLog }: LibraryOptions & { cleaningLog?: string | undefined },
  work: (library: TapeLibrary) => Promise<T>,
): Promise<T> {
  if (!device) {
    throw new InvalidArgumentError('no library is named', {
      next: 'Name one with --library or LTO_LIBRARY, such as /dev/sg3 or virtual:<folder>',
    });
  }
  const library = await TapeLibrary.open(device, { cleaningLog });
  try {
    return await work(library);
  } finally {
    await library.close();
  }
}

/** A number names a slot or a drive; other text is a barcode, a node or a serial number. */
function named(text: string): string | Extract<ElementName, number> {
  return /^\d{1,5}$/.test(text) ? Number(text) : text;
}

function told(inventory: Inventory) {
  const rows = inventory.elements.filter(({ kind, full }) => kind !== 'hand' || full).map(rowOf);
  return {
    document: inventory,
    text: table(['element', 'address', 'cartridge', 'home', 'medium', 'drive', 'notes'], rows),
  };
}

function rowOf(element: InventoryElement): readonly string[] {
  const { full, barcode, address, home, mediumType, node, driveSerialNumber, kind } = element;
  const drive = kind === 'drive' ? [node ?? `no node (${element.nodeProblem})`, driveSerialNumber ?? ''].join(' ') : '';
  const notes = [
    ...(element.exception === undefined ? [] : [element.exception]),
    ...(element.disabled ? ['disabled'] : []),
    ...(element.accessible || kind === 'hand' ? [] : ['not in reach']),
    ...(element.byOperator ? ['put in by an operator'] : []),
  ];
  const cartridge = full ? (barcode ?? 'no readable label') : '';
  return [
    placeText(element),
    String(address),
    cartridge,
    String(home ?? ''),
    mediumType ?? '',
    drive,
    notes.join(', '),
  ];
}

function moved(receipts: readonly MoveReceipt[]) {
  return { document: { moves: receipts }, text: receipts.map(moveText).map(visible).join('\n') };
}

function moveText({ barcode, from, to }: MoveReceipt): string {
  return `${barcode ?? 'cartridge'}: ${placeText(from)} -> ${placeText(to)}`;
}

/** `slot 3`, `mail slot 9`, `hand`. */
export function placeText({ kind, number }: Place): string {
  return kind === 'hand' ? 'hand' : `${kind.replace('-', ' ')} ${number}`;
}
