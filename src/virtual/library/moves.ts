import {
  decodeCdb,
  EXCHANGE_MEDIUM,
  IMPORT_EXPORT_ACTION,
  MOVE_MEDIUM,
  OPEN_CLOSE_IMPORT_EXPORT,
  POSITION_TO_ELEMENT,
  PREVENT_ALLOW,
} from '../../scsi/index.js';
import { CheckCondition, invalidFieldInCdb, sense } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { TRANSPORT } from './element-map.js';
import type { Library } from './library.js';
import type { Stored } from './library-record.js';
import { CHANGER_ALERT } from './log.js';

// A cartridge leaves its drive, then its new place is recorded, then the other drive loads it. After a power cut, the
// record alone decides. A cartridge that cannot be placed stays in the robot's hand, which can then only place it
// elsewhere.

/** MOVE MEDIUM */
export async function moveMedium(library: Library, { cdb }: Request): Promise<undefined> {
  const { transport, source, destination, invert } = decodeCdb(MOVE_MEDIUM, cdb);
  requireHand(transport);
  if (invert) throw invalidFieldInCdb(10);
  const cartridge = requireFull(library, source);
  if (source !== destination) requireEmpty(library, destination);
  if (source !== TRANSPORT) requireFreeHand(library);
  await pick(library, source);
  await library.pace.travelTo(destination);
  if (library.faults.isBlocked(destination)) {
    await place(library, [{ cartridge, from: source, to: TRANSPORT }]);
    throw new CheckCondition(sense('4/15/01'));
  }
  await library.pace.handle();
  await place(library, [{ cartridge, from: source, to: destination }]);
}

/** EXCHANGE MEDIUM: the cartridge of the first destination makes room, and goes to the second. */
export async function exchangeMedium(library: Library, { cdb }: Request): Promise<undefined> {
  const exchange = decodeCdb(EXCHANGE_MEDIUM, cdb);
  const { transport, source, firstDestination, secondDestination } = exchange;
  requireHand(transport);
  if (exchange.invertFirst || exchange.invertSecond) throw invalidFieldInCdb(10);
  const cartridge = requireFull(library, source);
  const other = requireFull(library, firstDestination);
  if (source === firstDestination) throw new CheckCondition(sense('5/3b/0d'));
  if (secondDestination !== source) requireEmpty(library, secondDestination);
  requireFreeHand(library);
  // Both cartridges must be placed: if the robot cannot, it moves neither.
  if ([firstDestination, secondDestination].some((element) => library.faults.isBlocked(element))) {
    throw new CheckCondition(sense('4/15/01'));
  }
  await pick(library, source);
  try {
    await pick(library, firstDestination);
  } catch (error) {
    await library.bayAt(source)?.take(cartridge.cartridge);
    throw error;
  }
  await library.pace.travelTo(secondDestination);
  await library.pace.handle();
  await place(library, [
    { cartridge, from: source, to: firstDestination },
    { cartridge: other, from: firstDestination, to: secondDestination },
  ]);
}

/** POSITION TO ELEMENT */
export async function positionToElement(library: Library, { cdb }: Request): Promise<undefined> {
  const { transport, destination, invert } = decodeCdb(POSITION_TO_ELEMENT, cdb);
  requireHand(transport);
  if (invert) throw invalidFieldInCdb(8);
  library.requireElement(destination);
  await library.pace.travelTo(destination);
}

/** OPEN/CLOSE IMPORT/EXPORT ELEMENT: the mail slots have one door. */
export function openCloseImportExport(library: Library, { cdb }: Request): undefined {
  const { element, action } = decodeCdb(OPEN_CLOSE_IMPORT_EXPORT, cdb);
  if (library.requireElement(element) !== 'importExport') throw new CheckCondition(sense('5/21/01'));
  if (action > IMPORT_EXPORT_ACTION.close) throw invalidFieldInCdb(4);
  const opens = action === IMPORT_EXPORT_ACTION.open;
  if (opens && library.isRemovalPrevented()) throw new CheckCondition(sense('5/53/02'));
  library.mailSlotsOpen = opens;
}

/** PREVENT ALLOW MEDIUM REMOVAL */
export function preventAllow(library: Library, { cdb, nexus }: Request): undefined {
  const { prevent } = decodeCdb(PREVENT_ALLOW, cdb);
  if (prevent > 1) throw invalidFieldInCdb(4);
  library.preventRemoval(nexus, prevent === 1);
}

function requireHand(transport: number): void {
  if (transport !== TRANSPORT) throw new CheckCondition(sense('5/21/01'));
}

/** The first place that a cartridge is moved to is the hand. */
function requireFreeHand(library: Library): void {
  if (library.storedAt(TRANSPORT) !== undefined) throw new CheckCondition(sense('5/3b/0d'));
}

function requireFull(library: Library, element: number): Stored {
  requireReachable(library, element);
  const stored = library.storedAt(element);
  if (stored === undefined) throw new CheckCondition(sense('5/3b/0e'));
  return stored;
}

function requireEmpty(library: Library, element: number): void {
  requireReachable(library, element);
  if (library.map.typeOf(element) === 'transport') throw invalidFieldInCdb(6);
  if (library.storedAt(element) !== undefined) throw new CheckCondition(sense('5/3b/0d'));
}

/** Throws MEDIUM MAGAZINE NOT ACCESSIBLE for an open mail slot, and a magazine that was taken out. */
function requireReachable(library: Library, element: number): void {
  const isOpen = library.requireElement(element) === 'importExport' && library.mailSlotsOpen;
  if (isOpen || library.isOut(element)) throw new CheckCondition(sense('5/3b/11'));
}

/** The hand picks the cartridge of an element. Throws CheckCondition if the element does not release it. */
async function pick(library: Library, element: number): Promise<void> {
  if (element === TRANSPORT) return;
  await library.pace.travelTo(element);
  if (library.faults.isStuck(element)) {
    library.alerts.add(CHANGER_ALERT.pickRetry);
    throw new CheckCondition(sense('4/53/00'));
  }
  const refusal = await library.bayAt(element)?.give({ unloads: library.settings.unloadsDrives });
  if (refusal !== undefined) throw new CheckCondition(sense(REFUSALS[refusal]));
  await library.pace.handle();
}

/** Libraries answer MEDIUM NOT PRESENT while the drive holds the cartridge. */
const REFUSALS = { held: '5/3a/00', prevented: '5/53/03' } as const;

interface Move {
  readonly cartridge: Stored;
  readonly from: number;
  readonly to: number;
}

async function place(library: Library, moves: readonly Move[]): Promise<void> {
  const emptied = Object.fromEntries(moves.map(({ from }) => [from, undefined]));
  const filled = Object.fromEntries(moves.map((move) => [move.to, arrived(library, move)]));
  try {
    await library.note({ ...emptied, ...filled });
  } catch (error) {
    // The move is undone: the host disk has no room for the record.
    for (const { cartridge, from } of moves) await library.bayAt(from)?.take(cartridge.cartridge);
    throw error;
  }
  for (const { cartridge, to } of moves) await library.bayAt(to)?.take(cartridge.cartridge);
}

/** Keeps the last slot of a cartridge as its source. */
function arrived(library: Library, { cartridge: { byOperator: _, ...stored }, from }: Move): Stored {
  return library.map.typeOf(from) === 'storage' ? { ...stored, source: from } : stored;
}
