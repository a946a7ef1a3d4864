import { ElementError, HardwareError } from '../errors/index.js';
import type { Inventory } from './inventory.js';
import { type Robot, readElements } from './read-elements.js';

// The hand of the robot: empty, but for a cartridge that could not be put down.

/** What puts the cartridge of the hand away. */
export const AUDIT = '`lto library audit`';

/** For messages. */
export function cartridgeText(barcode: string | undefined): string {
  return barcode === undefined ? 'a cartridge without a readable label' : `cartridge ${barcode}`;
}

/** The fault of a robot, with the cartridge that its hand holds since. */
export async function withHeld(robot: Robot, fault: HardwareError): Promise<HardwareError> {
  const { first, count } = robot.geometry.transport;
  const hands = await readElements(robot.device, 'transport', { first, count }).catch(() => []);
  const held = hands.find(({ full }) => full);
  if (held === undefined) return fault;
  const { device, operation, sense } = fault;
  return new HardwareError(`the robot failed, and its hand holds ${cartridgeText(held.primaryVolumeTag?.identifier)}`, {
    device,
    operation,
    sense,
    cause: fault,
    next: `Look into the library, then have it put into a slot: ${AUDIT}`,
  });
}

/** Throws ElementError while the hand that would move a cartridge holds another. */
export function requireFreeHand(robot: Robot, { elements }: Inventory): void {
  const { first } = robot.geometry.transport;
  const hand = elements.find(({ kind, address }) => kind === 'hand' && address === first);
  if (!hand?.full) return;
  throw new ElementError(`the hand of the robot holds ${cartridgeText(hand.barcode)}`, {
    device: robot.device.device,
    problem: 'hand-full',
    next: `Have it put into a slot: ${AUDIT}`,
  });
}
