import { realpath } from 'node:fs/promises';
import { unlessAborted } from '../../arguments/signal.js';
import { DriveBusyError } from '../../errors/index.js';
import { listDrives } from '../../tape/open/list-drives.js';
import { locateDevice } from '../../tape/open/locate-device.js';
import type { DriveIdentity } from '../../tape/reports/identity.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import type { Label } from './cartridge-label.js';

/** How a drive is opened; `TapeDrive.open` unless the caller brings the drive. */
export type OpenDrive = (device: string) => Promise<TapeDrive>;

/** A label read from the tape, with the value of `TapeDrive.mediumEpoch` for which it is valid. */
interface ProvenLabel {
  readonly label: Label;
  readonly mediumEpoch: number;
}

/**
 * The single owner of a drive in this process, shared by all its providers: jobs that move the tape share one queue,
 * and knowledge of drive and cartridge is shared.
 */
export class DriveOwner {
  readonly drive: TapeDrive;
  #identity: Promise<DriveIdentity> | undefined;
  #label: ProvenLabel | undefined;
  #writtenEpoch: number | undefined;
  #end: { readonly fileNumber: number; readonly mediumEpoch: number } | undefined;
  readonly #holders = new Set<() => boolean>();
  #last: Promise<unknown> = Promise.resolve();
  /** The job that moves the tape now; an object of its own for each. */
  #job: { readonly name: string } | undefined;
  #waiting = 0;
  #replacements = 0;
  #seenChanges: number;
  readonly #onForgotten: ((drive: string) => void)[] = [];
  readonly #onClose: (() => Promise<void>)[] = [];

  constructor(drive: TapeDrive) {
    this.drive = drive;
    this.#seenChanges = drive.mediumEpoch;
  }

  /** What moves the tape now, if something does. */
  get job(): string | undefined {
    return this.#job?.name;
  }

  /** How often a cartridge was labelled or erased: what was proven before then holds no longer. */
  get replacements(): number {
    return this.#replacements;
  }

  /** Read once. */
  identity(): Promise<DriveIdentity> {
    this.#identity ??= this.drive.identity().catch((error: unknown) => {
      this.#identity = undefined;
      throw error;
    });
    return this.#identity;
  }

  /** Key of the drive in the last-known-good store: its serial number, or the device if it has none. */
  async serial(): Promise<string> {
    const { vendor, product, serialNumber } = await this.identity();
    return serialNumber === undefined ? this.drive.device : `${vendor} ${product} ${serialNumber}`;
  }

  /** The label that was read since the cartridge was last changed or the drive reset. */
  get label(): Label | undefined {
    return this.#label?.mediumEpoch === this.drive.mediumEpoch ? this.#label.label : undefined;
  }

  /** Something was written since the cartridge was loaded. */
  get written(): boolean {
    return this.#writtenEpoch === this.drive.mediumEpoch;
  }

  set written(written: boolean) {
    this.#writtenEpoch = written ? this.drive.mediumEpoch : undefined;
  }

  /** Something is about to be written, by any provider: where the data then ends is not known until it has. */
  beginWriting(): void {
    this.written = true;
    this.#end = undefined;
  }

  /** The data was proven to end before this file, or was written up to there. */
  endsAt(fileNumber: number): void {
    this.#end = { fileNumber, mediumEpoch: this.drive.mediumEpoch };
  }

  /** Whether that is known to be where the data ends: nothing was written since, and no other cartridge is there. */
  isEnd(fileNumber: number): boolean {
    return this.#end?.fileNumber === fileNumber && this.#end.mediumEpoch === this.drive.mediumEpoch;
  }

  /** Reads the label with `read`; the result is not kept if the cartridge changed in the meantime. */
  async readLabel(read: () => Promise<Label>): Promise<Label> {
    const { mediumEpoch } = this.drive;
    this.#label = undefined;
    const label = await read();
    this.#label = { label, mediumEpoch };
    return label;
  }

  /**
   * Runs `work` after all earlier jobs; nothing else moves the tape meanwhile. Rejects at once with the signal's reason
   * if aborted before its turn.
   */
  async run<T>(job: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.enter(job, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** As `run`, for a job that ends when the returned function is first called. */
  async enter(name: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const job = { name };
    let leave = () => {};
    this.#last = new Promise<void>((resolve) => {
      leave = () => {
        // A second call meets the job of somebody else.
        if (this.#job === job) this.#job = undefined;
        resolve();
      };
    });
    this.#waiting += 1;
    try {
      await unlessAborted(before, signal);
    } catch (error) {
      // Later jobs still wait for earlier ones.
      void before.then(leave);
      throw error;
    } finally {
      this.#waiting -= 1;
    }
    this.#job = job;
    return leave;
  }

  /**
   * Drops what was read of the cartridge if it may have been changed since. What is known of the present one stays: a
   * label, and that something was written.
   */
  async noticeChanges(): Promise<void> {
    if (this.#seenChanges === this.drive.mediumEpoch) return;
    this.#seenChanges = this.drive.mediumEpoch;
    await this.#tellForgotten();
  }

  /** Drops all knowledge of the cartridge. */
  async forgetCartridge(): Promise<void> {
    this.written = false;
    this.#end = undefined;
    this.#label = undefined;
    await this.#tellForgotten();
  }

  /** The cartridge was labelled or erased, or that was begun. */
  async cartridgeReplaced(): Promise<void> {
    this.#replacements += 1;
    await this.forgetCartridge();
  }

  async #tellForgotten(): Promise<void> {
    const drive = await this.serial();
    for (const forget of this.#onForgotten) forget(drive);
  }

  /** For work that lasts from one job to others: as long as `needsDrive`, until the returned function is called. */
  hold(needsDrive: () => boolean): () => void {
    const holder = () => needsDrive();
    this.#holders.add(holder);
    return () => this.#holders.delete(holder);
  }

  /** Whether nobody works with the drive, or is about to. */
  get isIdle(): boolean {
    const isHeld = [...this.#holders].some((needsDrive) => needsDrive());
    return this.#job === undefined && this.#waiting === 0 && !isHeld;
  }

  /** Runs `last` before the drive is closed; it must not reject. */
  onClose(last: () => Promise<void>): void {
    this.#onClose.push(last);
  }

  /** To be called when nobody uses the drive any more. */
  async close(): Promise<void> {
    for (const last of this.#onClose.splice(0)) await last();
    await this.drive.close();
  }

  /** Calls `forget` with the key of the drive whenever knowledge of its cartridge becomes invalid. */
  onForgotten(forget: (drive: string) => void): void {
    this.#onForgotten.push(forget);
  }
}

interface Entry {
  readonly owner: Promise<DriveOwner>;
  users: number;
  /** Settles when a drive without users is closed. */
  closing?: Promise<void>;
}

/** Owners by the node or folder of their drive. */
const owners = new Map<string, Entry>();

/** A provider's share of an owner. */
export interface Share {
  readonly owner: DriveOwner;
  /** Nobody else has the drive by this process. */
  readonly isFirst: boolean;
  /** The drive is closed when its last user has released it. To be called once. */
  readonly release: () => Promise<void>;
}

/**
 * The owner of the drive that `device` leads to, which is opened for the first of its users. Rejects as `TapeDrive.open`
 * does; DriveBusyError names the process that holds the drive when that can be seen.
 */
export async function shareDrive(device: string, open: OpenDrive = TapeDrive.open): Promise<Share> {
  const key = await keyOf(device);
  for (let closing = owners.get(key)?.closing; closing; closing = owners.get(key)?.closing) await closing;
  const entry: Entry = owners.get(key) ?? { owner: openOwner(device, open), users: 0 };
  owners.set(key, entry);
  entry.users += 1;
  const isFirst = entry.users === 1;
  try {
    const owner = await entry.owner;
    return { owner, isFirst, release: () => release(key, entry, owner) };
  } catch (error) {
    if (owners.get(key) === entry) owners.delete(key);
    throw error;
  }
}

async function release(key: string, entry: Entry, owner: DriveOwner): Promise<void> {
  entry.users -= 1;
  if (entry.users > 0) return;
  const closed = owner.close();
  entry.closing = closed
    .then(
      () => undefined,
      () => undefined,
    )
    .finally(() => owners.delete(key));
  await closed;
}

async function keyOf(device: string): Promise<string> {
  const located = await locateDevice(device);
  if (located.kind === 'native') return located.tapeNode;
  return `virtual:${await realpath(located.folder).catch(() => located.folder)}`;
}

async function openOwner(device: string, open: OpenDrive): Promise<DriveOwner> {
  try {
    return new DriveOwner(await open(device));
  } catch (error) {
    throw error instanceof DriveBusyError && error.holder === undefined ? await withHolder(error, device) : error;
  }
}

async function withHolder(error: DriveBusyError, device: string): Promise<DriveBusyError> {
  const node = await realpath(device).catch(() => device);
  const holder = (await listDrives()).find((listed) => listed.device === node)?.holder;
  if (holder === undefined) return error;
  return new DriveBusyError(`process ${holder} holds the drive`, {
    device,
    operation: error.operation,
    errno: error.errno,
    holder,
    next: 'Wait until it is closed, or end that program',
    cause: error,
  });
}
