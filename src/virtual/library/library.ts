import type { ElementType } from '../../scsi/index.js';
import { CheckCondition, sense } from '../unit/check-condition.js';
import { LOCAL_NEXUS, type Nexus, UnitAttentions } from '../unit/nexus.js';
import { ElementMap } from './element-map.js';
import { LibraryFaults } from './library-faults.js';
import {
  type LibraryIdentity,
  type LibraryMemory,
  type LibraryRecord,
  type LibrarySettings,
  libraryPoweredOn,
  type Stored,
} from './library-record.js';
import { RobotPace } from './robot-pace.js';
import { LibraryTraits } from './traits/traits.js';

const UNIT_ATTENTION = 6;
/** The progress indication counts in 65536ths. */
const MOST_PROGRESS = 0xffff / 0x10000;

/** An element and its cartridge, as an operator sees them. */
export interface LibraryElement {
  readonly element: number;
  readonly type: 'drive' | 'slot' | 'mail slot' | 'hand';
  /** Its barcode. */
  readonly cartridge: string | null;
}

const TYPES = { transport: 'hand', dataTransfer: 'drive', storage: 'slot', importExport: 'mail slot' } as const;

/** A drive, as the robot sees it. */
export interface DriveBay {
  readonly identity: { readonly vendor: string; readonly product: string; readonly serial: string };
  /** The drive holds its cartridge, out of reach of the robot. */
  readonly holds: boolean;
  /** Puts a cartridge in, which the drive loads. */
  take(cartridge: string): Promise<void>;
  /** Takes the cartridge out, or resolves with the reason why not. */
  give(options: { readonly unloads: boolean }): Promise<'held' | 'prevented' | undefined>;
}

/** The state of a library, with the checks that commands share. Refusals are thrown as CheckCondition. */
export class Library {
  readonly identity: LibraryIdentity;
  readonly settings: LibrarySettings;
  readonly memory: LibraryMemory;
  readonly map: ElementMap;
  readonly pace: RobotPace;
  readonly traits: LibraryTraits;
  readonly attentions: UnitAttentions;
  readonly faults = new LibraryFaults();
  /** In the order of their elements. */
  readonly bays: readonly DriveBay[];
  /** TapeAlert flags of events since the last reading. */
  readonly alerts = new Set<number>();
  /** Slots that the library has not looked into since their magazine was put in. */
  readonly unscanned = new Set<number>();
  /** The mail slots are open: the robot does not reach them. */
  mailSlotsOpen = false;
  readonly #save: (memory: LibraryMemory) => Promise<void>;
  /** When the first inventory is complete, by `performance.now()`. */
  #readyAt = 0;
  #scanMilliseconds = 0;

  /** `save` resolves when the record is on disk. */
  constructor(
    { identity, settings, memory }: Omit<LibraryRecord, 'closed'>,
    bays: readonly DriveBay[],
    save: (memory: LibraryMemory) => Promise<void>,
  ) {
    this.identity = identity;
    this.settings = settings;
    this.memory = memory;
    this.bays = bays;
    this.map = new ElementMap(settings);
    this.pace = new RobotPace(settings.speed, this.map);
    this.traits = new LibraryTraits(settings.traits);
    this.attentions = new UnitAttentions(memory.attentions);
    this.#save = save;
  }

  /** Power on, or a reset: the robot scans all elements. A magazine that was put in: it scans so many. */
  takeInventory(elements = this.map.all().length): void {
    this.#scanMilliseconds = this.pace.scanSeconds(elements) * 1000;
    this.#readyAt = performance.now() + this.#scanMilliseconds;
  }

  /** Logical units of its target: the changer and the drives. */
  get units(): number {
    return 1 + this.bays.length;
  }

  /** The drive of a data transfer element. */
  bayAt(element: number): DriveBay | undefined {
    return this.map.typeOf(element) === 'dataTransfer'
      ? this.bays[element - this.map.first('dataTransfer')]
      : undefined;
  }

  storedAt(element: number): Stored | undefined {
    return this.memory.stored[element];
  }

  /** Address of the element that a cartridge is in. */
  elementOf(cartridge: string): number | undefined {
    const found = Object.entries(this.memory.stored).find(([, stored]) => stored.cartridge === cartridge);
    return found && Number(found[0]);
  }

  /** In the order of their addresses; the hand only while it holds a cartridge. */
  elements(): readonly LibraryElement[] {
    return this.map.all().flatMap((element) => {
      const type = this.map.typeOf(element);
      const cartridge = this.storedAt(element)?.cartridge ?? null;
      if (type === undefined || (type === 'transport' && cartridge === null)) return [];
      return [{ element, type: TYPES[type], cartridge }];
    });
  }

  /** Throws CheckCondition for an address that no element has. */
  requireElement(address: number): ElementType {
    const type = this.map.typeOf(address);
    if (type === undefined) throw new CheckCondition(sense('5/21/01'));
    return type;
  }

  /** Whether the robot reaches the cartridge of an element, or may put one there. */
  reaches(element: number): boolean {
    const type = this.map.typeOf(element);
    if (type === 'importExport') return !this.mailSlotsOpen;
    if (this.isOut(element)) return false;
    const holds = this.storedAt(element) !== undefined && this.bayAt(element)?.holds;
    return !holds || this.settings.unloadsDrives;
  }

  requireReady(): void {
    if (this.faults.offline) throw new CheckCondition(sense('2/04/12'));
    const left = this.#readyAt - performance.now();
    if (left <= 0) return;
    const progress = Math.min(MOST_PROGRESS, Math.max(0, 1 - left / this.#scanMilliseconds));
    throw new CheckCondition(sense('2/04/01', { progress }));
  }

  /** Throws the unit attention that has waited longest for a nexus, once. */
  reportAttention(nexus: Nexus): void {
    const codes = this.attentions.take(nexus);
    if (codes === undefined) return;
    const [asc, ascq] = codes;
    throw new CheckCondition({ key: UNIT_ATTENTION, asc, ascq });
  }

  isRemovalPrevented(): boolean {
    return this.memory.removalPreventedBy.length > 0;
  }

  preventRemoval(nexus: Nexus, prevented: boolean): void {
    const others = this.memory.removalPreventedBy.filter((other) => other !== nexus);
    this.memory.removalPreventedBy = prevented ? [...others, nexus] : others;
  }

  /** Records new places of cartridges atomically; undefined empties an element. Durable when this resolves. */
  async note(changes: Readonly<Record<number, Stored | undefined>>): Promise<void> {
    const entries = Object.entries({ ...this.memory.stored, ...changes });
    const stored = Object.fromEntries(entries.filter((entry): entry is [string, Stored] => entry[1] !== undefined));
    await this.#save({ ...this.memoryToKeep(), stored });
    this.memory.stored = stored;
  }

  /** Numbers of the magazines that were taken out. */
  get magazinesOut(): readonly number[] {
    return this.memory.magazinesOut ?? [];
  }

  /** Whether the element is in a magazine that was taken out. */
  isOut(element: number): boolean {
    const magazine = this.map.magazineOf(element);
    return magazine !== undefined && this.magazinesOut.includes(magazine);
  }

  /** As `note`, of magazines. */
  async noteMagazines(magazinesOut: readonly number[]): Promise<void> {
    await this.#save({ ...this.memoryToKeep(), magazinesOut });
    this.memory.magazinesOut = magazinesOut;
  }

  /** A bus reset. */
  reset(): void {
    Object.assign(this.memory, libraryPoweredOn(this.memory));
    this.mailSlotsOpen = false;
    this.unscanned.clear();
    this.alerts.clear();
    this.attentions.reset();
    this.takeInventory();
  }

  /** Ends the state of a lost nexus. */
  loseNexus(nexus: Nexus): void {
    this.preventRemoval(nexus, false);
    this.attentions.forget(nexus);
  }

  /** The state to keep for the next open; the sessions of other nexuses end. */
  memoryToKeep(): LibraryMemory {
    const removalPreventedBy = this.memory.removalPreventedBy.filter((by) => by === LOCAL_NEXUS);
    return { ...this.memory, attentions: this.attentions.local, removalPreventedBy };
  }
}
