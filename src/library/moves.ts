import { ElementError, HardwareError, type LtoError, TransportError, VerificationError } from '../errors/index.js';
import { type ElementType, exchangeMedium, moveMedium } from '../scsi/changer/commands.js';
import type { ReportedElement } from '../scsi/changer/element-report.js';
import type { ScsiCommand } from '../scsi/wire/command.js';
import { homeOf, placeText } from './find-element.js';
import { AUDIT, cartridgeText, withHeld } from './hand.js';
import type { ElementKind, Inventory, InventoryElement } from './inventory.js';
import { type Robot, readElements } from './read-elements.js';

/** An element as a receipt names it. */
export type Place = Pick<InventoryElement, 'address' | 'kind' | 'number'>;

/** Receipt for a moved cartridge: the library reported it gone from one element and present in the other. */
export interface MoveReceipt {
  /** Undefined for a cartridge whose label can't be read. */
  readonly barcode: string | undefined;
  readonly from: Place;
  readonly to: Place;
}

/** Two inventory elements become one move: MOVE MEDIUM, proven by both of them before and after. */
export async function moveCartridge(robot: Robot, from: InventoryElement, to: InventoryElement): Promise<MoveReceipt> {
  requireFull(robot, from);
  requireEmpty(robot, to);
  const transport = from.kind === 'hand' ? from.address : robot.geometry.transport.first;
  const command = moveMedium({ transport, source: from.address, destination: to.address });
  await carryOut(robot, command, [{ from, to }]);
  return { barcode: from.barcode, from: placeOf(from), to: placeOf(to) };
}

/** EXCHANGE MEDIUM, proven as a move is: `from` goes to `to`, whose cartridge goes to `second`. */
export async function exchangeCartridges(
  robot: Robot,
  from: InventoryElement,
  to: InventoryElement,
  second: InventoryElement,
): Promise<readonly [MoveReceipt, MoveReceipt]> {
  requireFull(robot, from);
  requireFull(robot, to);
  if (second.address !== from.address) requireEmpty(robot, second);
  const command = exchangeMedium({
    transport: robot.geometry.transport.first,
    source: from.address,
    firstDestination: to.address,
    secondDestination: second.address,
  });
  await carryOut(robot, command, [
    { from, to },
    { from: to, to: second },
  ]);
  return [
    { barcode: from.barcode, from: placeOf(from), to: placeOf(to) },
    { barcode: to.barcode, from: placeOf(to), to: placeOf(second) },
  ];
}

/** What a library is known to be like before a move. */
export interface View {
  readonly robot: Robot;
  readonly inventory: Inventory;
}

/** The inventory after an audit. */
export interface AuditReport extends Inventory {
  /** Cartridges that the hand held, and where they are now. */
  readonly recovered: readonly MoveReceipt[];
}

/**
 * Moves the cartridge in the robot's hand to its home slot, or to the first empty one. Reads the elements before each
 * move and after the last.
 */
export async function emptyHands(
  look: () => Promise<View>,
): Promise<View & { readonly moves: readonly MoveReceipt[] }> {
  const moves: MoveReceipt[] = [];
  for (;;) {
    const { robot, inventory } = await look();
    const hand = inventory.elements.find(({ kind, full }) => kind === 'hand' && full);
    if (hand === undefined) return { robot, inventory, moves };
    moves.push(await moveCartridge(robot, hand, homeOf(inventory, hand)));
  }
}

interface Way {
  readonly from: InventoryElement;
  readonly to: InventoryElement;
}

/** Sends the command and then reads where the cartridges are: if the reply was lost, their places decide. */
async function carryOut(robot: Robot, command: ScsiCommand, ways: readonly Way[]): Promise<void> {
  const failure = await robot.device.execute(command).then(
    ({ error }) => error,
    (error: unknown) => error,
  );
  if (failure instanceof HardwareError) throw await withHeld(robot, failure);
  if (failure !== undefined && !(failure instanceof TransportError)) throw failure;
  const arrived = await haveArrived(robot, ways).catch((error: unknown) => {
    throw failure ?? error;
  });
  if (arrived) return;
  if (failure !== undefined) throw failure as LtoError;
  throw new VerificationError('the library says that the cartridge was moved, and its inventory that it was not', {
    device: robot.device.device,
    operation: command.name,
    next: `Take the inventory anew before the next move: ${AUDIT}`,
  });
}

/** Throws VerificationError when another cartridge is where one was moved to. */
async function haveArrived(robot: Robot, ways: readonly Way[]): Promise<boolean> {
  const left = ways.map(({ from }) => from).filter((from) => !ways.some(({ to }) => to.address === from.address));
  for (const { from, to } of ways) {
    const { full, primaryVolumeTag } = await look(robot, to);
    const barcode = primaryVolumeTag?.identifier;
    const isAnother = barcode !== undefined && from.barcode !== undefined && barcode !== from.barcode;
    if (isAnother) throw another(robot, from, to, barcode);
    if (!full) return false;
  }
  for (const from of left) if ((await look(robot, from)).full) return false;
  return true;
}

function another({ device }: Robot, from: InventoryElement, to: InventoryElement, barcode: string): VerificationError {
  const where = `${placeText(to.kind)} ${to.number}`;
  return new VerificationError(`${where} has ${cartridgeText(barcode)}, and not ${cartridgeText(from.barcode)}`, {
    device: device.device,
    next: `Another program moves cartridges in this library. Take the inventory anew: ${AUDIT}`,
  });
}

const TYPES = {
  hand: 'transport',
  slot: 'storage',
  'mail-slot': 'importExport',
  drive: 'dataTransfer',
} as const satisfies Readonly<Record<ElementKind, ElementType>>;

async function look({ device }: Robot, { kind, address }: Place): Promise<ReportedElement> {
  const [element] = await readElements(device, TYPES[kind], { first: address, count: 1 });
  // `readElements` gives as many as it was asked for.
  return element as ReportedElement;
}

function requireFull({ device }: Robot, element: InventoryElement): void {
  if (element.full) return;
  throw new ElementError(`${placeText(element.kind)} ${element.number} has no cartridge`, {
    device: device.device,
    problem: 'source-empty',
    next: 'Look at the inventory: `lto library status`',
  });
}

function requireEmpty({ device }: Robot, element: InventoryElement): void {
  if (!element.full) return;
  const holds = cartridgeText(element.barcode);
  throw new ElementError(`${placeText(element.kind)} ${element.number} has ${holds} in it`, {
    device: device.device,
    problem: 'destination-full',
    next: element.kind === 'drive' ? 'Unload it first' : 'Name another element',
  });
}

function placeOf({ address, kind, number }: InventoryElement): Place {
  return { address, kind, number };
}
