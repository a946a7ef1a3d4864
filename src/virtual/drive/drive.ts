import { generationFacts } from '../../scsi/generations/index.js';
import type { Limits } from '../cartridge/capacity.js';
import type { Cartridge } from '../cartridge/cartridge.js';
import type { TapImage } from '../cartridge/tap-image.js';
import { CheckCondition, sense } from '../unit/check-condition.js';
import {
  ENCRYPTION_PARAMETERS_LOST,
  LOCAL_NEXUS,
  MEDIUM_MAY_HAVE_CHANGED,
  type Nexus,
  UnitAttentions,
} from '../unit/nexus.js';
import type { Bay } from './bay.js';
import { DriveBuffer } from './drive-buffer.js';
import { cleaningRefusal, countLoad } from './drive-cleaning.js';
import { DriveClock } from './drive-clock.js';
import { DriveEncryption, encryptionFeatures } from './drive-encryption.js';
import { DrivePace } from './drive-pace.js';
import { NOT_PROTECTED, type ProtectionSetting } from './drive-protection.js';
import type { DriveLife, DriveMemory, DriveRecord, DriveSettings, Position } from './drive-record.js';
import { BEGINNING } from './drive-record.js';

const UNIT_ATTENTION = 6;
const MB = 1e6;
/** The progress indication counts in 65536ths. */
const MOST_PROGRESS = 0xffff / 0x10000;

/** State of the cartridge that a command requires. */
export type MediumNeed = 'none' | 'present' | 'ready';

/** Facts decided outside of the drive. */
export interface DriveSurroundings {
  /** Size of the early-warning zone if a trait sets it. */
  readonly earlyWarningBytes?: number | undefined;
  readonly bay?: Bay | undefined;
}

/** The state of a drive, with the checks that commands share. Refusals are thrown as CheckCondition. */
export class Drive {
  readonly identity: DriveRecord['identity'];
  readonly settings: DriveSettings;
  readonly memory: DriveMemory;
  readonly life: DriveLife;
  clock = new DriveClock();
  readonly attentions: UnitAttentions;
  /** How slow it is; undefined for as fast as the machine. */
  readonly pace: DrivePace | undefined;
  /** Data taken and not yet recorded. */
  readonly buffer: DriveBuffer;
  readonly encryption = new DriveEncryption();
  readonly #earlyWarningBytes: number | undefined;
  /** Its place in a library, if it is in one. */
  readonly bay: Bay | undefined;
  /** The cartridge that is in the drive, loaded or not. */
  cartridge: Cartridge | undefined;
  /** Position at which a record reached the end of the partition. */
  metEndAt: Position | undefined;
  /** When a running load is over, by `performance.now()`. */
  #readyAt = 0;

  constructor(
    { identity, settings, memory, life }: Omit<DriveRecord, 'closed'>,
    cartridge: Cartridge | undefined,
    { earlyWarningBytes = settings.earlyWarningBytes, bay }: DriveSurroundings = {},
  ) {
    this.identity = identity;
    this.settings = settings;
    this.memory = memory;
    this.life = life;
    this.cartridge = cartridge;
    this.attentions = new UnitAttentions(memory.attentions);
    this.pace = settings.speed && new DrivePace(settings.speed);
    const { bufferBytes = 0 } = settings;
    this.buffer = new DriveBuffer((taken) => Math.min(this.pace?.state.level ?? bufferBytes, taken));
    this.#earlyWarningBytes = earlyWarningBytes;
    this.bay = bay;
  }

  get position(): Position {
    return this.memory.position;
  }

  get image(): TapImage {
    return this.requirePresent().image(this.position.partition);
  }

  get limits(): Limits {
    return this.requirePresent().limits(this.position.partition, this.#earlyWarningBytes);
  }

  get encryptionSettings() {
    return encryptionFeatures(this.settings.encryption);
  }

  /** Whether there is a tape to read and write. */
  hasVolume(): boolean {
    const { cartridge, identity, memory } = this;
    if (cartridge === undefined || !memory.loaded || this.isLoading()) return false;
    return cartridge.memory.medium.kind !== 'cleaning' && cartridge.readableIn(identity.generation);
  }

  /** Density code of the cartridge; without one, of the drive's own generation. */
  densityCode(): number {
    return this.cartridge?.memory.medium.densityCode ?? generationFacts(this.identity.generation)?.densityCode ?? 0;
  }

  /** Medium type of the mode parameter header; 0 without a loaded cartridge. */
  mediumType(): number {
    return this.memory.loaded ? (this.cartridge?.mediumType() ?? 0) : 0;
  }

  isWriteProtected(): boolean {
    const { cartridge, identity } = this;
    if (cartridge === undefined || !this.memory.loaded) return false;
    return cartridge.memory.medium.writeProtected || !cartridge.writableIn(identity.generation);
  }

  hasPartition(partition: number): boolean {
    return partition < this.requirePresent().partitions;
  }

  /** Moves to another position. */
  moveTo(object: number, partition = this.position.partition): void {
    const to = { partition, object };
    this.pace?.leave(this.cartridge, this.position, to);
    this.buffer.empty();
    this.memory.position = to;
  }

  /** Moves past objects just recorded or read. */
  advance(objects: number): void {
    const { partition, object } = this.position;
    this.memory.position = { partition, object: object + objects };
  }

  /** Whether the tape stands at or after early warning, or where the partition was found to end. */
  beyondEarlyWarning(): boolean {
    if (this.metEndAt === this.position) return true;
    return this.image.bytesBefore(this.position.object) >= this.limits.earlyWarning;
  }

  /** Whether the tape stands at or after programmable early warning; never while that is off. */
  beyondProgrammableEarlyWarning(object = this.position.object): boolean {
    const zone = this.memory.programmableEarlyWarningMegabytes * MB;
    return zone > 0 && this.image.bytesBefore(object) >= this.limits.earlyWarning - zone;
  }

  require(need: MediumNeed): void {
    if (need === 'present') this.requirePresent();
    if (need === 'ready') this.requireReady();
  }

  requirePresent(): Cartridge {
    if (this.cartridge === undefined) throw new CheckCondition(sense('2/3a/00'));
    return this.cartridge;
  }

  /** A drive in a library ejects its cleaning cartridge when it has finished. */
  get hasCleaned(): boolean {
    return this.bay !== undefined && this.cartridge?.memory.medium.kind === 'cleaning' && !this.isLoading();
  }

  isLoading(): boolean {
    return performance.now() < this.#readyAt;
  }

  requireReady(): Cartridge {
    const cartridge = this.requirePresent();
    if (!this.memory.loaded || this.hasCleaned) throw new CheckCondition(sense('2/04/02'));
    if (this.isLoading()) {
      const left = this.#readyAt - performance.now();
      const progress = Math.min(MOST_PROGRESS, Math.max(0, 1 - left / (this.settings.loadSeconds * 1000)));
      throw new CheckCondition(sense('2/04/01', { progress }));
    }
    if (cartridge.memory.medium.kind === 'cleaning') throw new CheckCondition(sense('2/30/03'));
    if (!cartridge.readableIn(this.identity.generation)) throw new CheckCondition(sense('3/30/00'));
    return cartridge;
  }

  /** For commands that append: WORM media, and all media in append-only mode, accept them only at end of data. */
  requireWritable(): void {
    const overwrites = this.position.object < this.image.objects || this.image.damaged;
    if (this.#isAppendOnly(this.#requireNotProtected()) && overwrites) throw new CheckCondition(sense('7/30/0c'));
  }

  /** For commands that only destroy. */
  requireErasable(): void {
    if (this.#isAppendOnly(this.#requireNotProtected())) throw new CheckCondition(sense('7/30/0c'));
  }

  #isAppendOnly({ memory }: Cartridge): boolean {
    return memory.medium.kind === 'worm' || this.memory.appendOnly;
  }

  #requireNotProtected(): Cartridge {
    const cartridge = this.requirePresent();
    if (!cartridge.writableIn(this.identity.generation)) throw new CheckCondition(sense('7/30/05'));
    if (cartridge.memory.medium.writeProtected) throw new CheckCondition(sense('7/27/00'));
    return cartridge;
  }

  countRead(bytes: number): void {
    this.pace?.gave(bytes);
    this.buffer.empty();
    const { usage } = this.requirePresent().memory;
    usage.bytesRead += bytes;
    usage.bytesReadThisLoad += bytes;
  }

  countWritten(bytes: number): void {
    this.pace?.wrote(bytes);
    const { usage } = this.requirePresent().memory;
    usage.bytesWritten += bytes;
    usage.bytesWrittenThisLoad += bytes;
  }

  /** Threads the cartridge that is in the drive. */
  async load(): Promise<void> {
    const cartridge = this.requirePresent();
    const refusal = cleaningRefusal(cartridge, this.identity.generation);
    if (refusal === undefined) await countLoad(cartridge, this.identity, this.life);
    this.memory.loaded = refusal === undefined;
    this.memory.alerts = refusal === undefined ? [] : [refusal];
    this.memory.uncorrectedErrors = { write: 0, read: 0 };
    this.memory.partitionPlan = undefined;
    this.memory.accessOrder = undefined;
    this.memory.position = BEGINNING;
    this.#readyAt = performance.now() + this.settings.loadSeconds * 1000;
    this.attentions.raise(MEDIUM_MAY_HAVE_CHANGED);
  }

  /** Rewinds and unthreads; the cartridge stays in the drive. */
  async unload(): Promise<void> {
    const cartridge = this.requirePresent();
    await cartridge.sync();
    this.encryption.demount();
    this.#readyAt = 0;
    this.memory.loaded = false;
    this.moveTo(0, 0);
  }

  /** Throws the unit attention that has waited longest for a nexus, once. */
  reportAttention(nexus: Nexus): void {
    const codes = this.attentions.take(nexus);
    if (codes === undefined) return;
    const [asc, ascq] = codes;
    throw new CheckCondition({ key: UNIT_ATTENTION, asc, ascq });
  }

  protectionOf(nexus: Nexus): ProtectionSetting {
    return this.memory.protection?.[nexus] ?? NOT_PROTECTED;
  }

  protect(nexus: Nexus, setting: ProtectionSetting): void {
    const { [nexus]: _, ...others } = this.memory.protection ?? {};
    this.memory.protection = setting.method === 0 ? others : { ...others, [nexus]: setting };
  }

  raiseAlert(flag: number): void {
    if (!this.memory.alerts.includes(flag)) this.memory.alerts = [...this.memory.alerts, flag];
  }

  isRemovalPrevented(): boolean {
    return this.memory.removalPreventedBy.length > 0;
  }

  preventRemoval(nexus: Nexus, prevented: boolean): void {
    const others = this.memory.removalPreventedBy.filter((other) => other !== nexus);
    this.memory.removalPreventedBy = prevented ? [...others, nexus] : others;
  }

  /** Ends the state of a lost nexus; its registration stays (SPC-5 5.14). */
  loseNexus(nexus: Nexus): void {
    this.preventRemoval(nexus, false);
    this.encryption.loseNexus(nexus);
    this.protect(nexus, NOT_PROTECTED);
    this.attentions.forget(nexus);
  }

  /** The state to keep for the next open; the sessions of other nexuses end. */
  memoryToKeep(): DriveMemory {
    const { removalPreventedBy } = this.memory;
    const own = this.memory.protection?.[LOCAL_NEXUS];
    const protection = own && { [LOCAL_NEXUS]: own };
    // Keys are never kept: the nexus that set one gets a unit attention.
    const lost = this.encryption.holdsKey ? [ENCRYPTION_PARAMETERS_LOST] : [];
    const attentions = [...this.attentions.local, ...lost];
    return {
      ...this.memory,
      accessOrder: undefined,
      protection,
      attentions,
      removalPreventedBy: removalPreventedBy.filter((by) => by === LOCAL_NEXUS),
    };
  }
}
