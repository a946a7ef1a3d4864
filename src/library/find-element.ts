import type { CallOptions } from '../arguments/options.js';
import { ElementError, InvalidArgumentError } from '../errors/index.js';
import type { ElementKind, Inventory, InventoryElement } from './inventory.js';

/** An element: the barcode of the cartridge in it, its number among slots and mail slots, or its address. */
export type ElementName = string | number | { readonly address: number };
/** A drive: its number from 1, its node, its serial number, or the address of its element. */
export type LibraryDriveName = string | number | { readonly address: number };

export interface UnloadOptions extends CallOptions {
  /** Where the cartridge goes; by default to its home slot, or the first empty one. */
  readonly to?: ElementName | undefined;
}

export interface ExchangeOptions extends CallOptions {
  /** Where the second cartridge goes; by default to where the first came from. */
  readonly second?: ElementName | undefined;
}

const STORES: ReadonlySet<ElementKind> = new Set(['slot', 'mail-slot']);

/** Throws ElementError when there is none, InvalidArgumentError for no name, or a barcode that two cartridges have. */
export function findElement(inventory: Inventory, name: ElementName): InventoryElement {
  return oneOf(inventory, name, 'element', (element) => {
    if (typeof name === 'string') return element.barcode === name;
    return typeof name === 'number' && STORES.has(element.kind) && element.number === name;
  });
}

/** Throws as `findElement`. */
export function findDrive(inventory: Inventory, name: LibraryDriveName): InventoryElement {
  return oneOf(inventory, name, 'drive', (element) => {
    if (element.kind !== 'drive') return false;
    if (typeof name === 'number') return element.number === name;
    return typeof name === 'string' && (element.node === name || element.driveSerialNumber === name);
  });
}

function oneOf(
  inventory: Inventory,
  name: ElementName,
  what: 'element' | 'drive',
  isNamed: (element: InventoryElement) => boolean,
): InventoryElement {
  const address = requireName(inventory, name);
  const fits = (element: InventoryElement) => {
    if (address === undefined) return isNamed(element);
    return element.address === address && (what === 'element' || element.kind === 'drive');
  };
  const [found, ...others] = inventory.elements.filter(fits);
  const shown = address === undefined ? String(name) : `at address ${address}`;
  if (found === undefined) {
    throw new ElementError(`there is no ${what === 'drive' ? 'drive' : 'cartridge or slot'} ${shown}`, {
      device: inventory.device,
      problem: 'no-such-element',
      next: 'Look at the inventory: `lto library status`',
    });
  }
  if (others.length === 0) return found;
  throw new InvalidArgumentError(
    `${shown} is in elements ${[found, ...others].map((each) => each.address).join(', ')}`,
    {
      device: inventory.device,
      next: 'Name its address',
    },
  );
}

/** The address, if the name is an address; otherwise undefined. */
function requireName({ device }: Inventory, name: unknown): number | undefined {
  if (typeof name === 'string' && name !== '') return undefined;
  if (typeof name === 'number' && Number.isInteger(name)) return undefined;
  if (typeof name === 'object' && name !== null && 'address' in name && Number.isInteger(name.address)) {
    return Number(name.address);
  }
  throw new InvalidArgumentError('names no element', { device, next: 'Give a barcode, a number or { address }' });
}

/** The first empty element of a kind that the robot reaches; ElementError where there is none. */
export function firstEmpty(
  inventory: Inventory,
  kind: 'slot' | 'mail-slot',
  accept: (element: InventoryElement) => boolean = () => true,
): InventoryElement {
  const usable = ({ full, accessible, disabled }: InventoryElement) => !full && accessible && !disabled;
  const found = inventory.elements.find((element) => element.kind === kind && usable(element) && accept(element));
  if (found !== undefined) return found;
  const any = inventory.elements.some((element) => element.kind === kind);
  throw new ElementError(any ? `no ${placeText(kind)} is empty` : `the library has no ${placeText(kind)}s`, {
    device: inventory.device,
    problem: any ? 'destination-full' : 'no-such-element',
    next: any ? 'Take a cartridge out first' : 'Name another element',
  });
}

/** The slot that a cartridge came from, when it is empty; otherwise the first that is. */
export function homeOf(inventory: Inventory, { home }: InventoryElement): InventoryElement {
  const slot = inventory.elements.find(({ kind, address }) => kind === 'slot' && address === home);
  return slot && !slot.full && slot.accessible && !slot.disabled ? slot : firstEmpty(inventory, 'slot');
}

export function mailSlotsOf({ elements }: Inventory): readonly InventoryElement[] {
  return elements.filter(({ kind }) => kind === 'mail-slot');
}

/** For messages. */
export function placeText(kind: ElementKind): string {
  return kind === 'mail-slot' ? 'mail slot' : kind;
}
