import { CALL_OPTIONS, type CallOptions, requireBoolean, requireOptions } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import { LeaseQueue } from '../device/lease.js';
import { readLogPage } from '../device/log-pages.js';
import { traceMethods } from '../device/operation-log.js';
import { ScsiDevice } from '../device/scsi-device.js';
import { DriveClosedError } from '../errors/index.js';
import { initializeElementStatus } from '../scsi/changer/commands.js';
import { CHANGER_TAPE_ALERT_FLAGS } from '../scsi/changer/tape-alert.js';
import { inquiry, preventAllow } from '../scsi/commands/primary.js';
import { decodeTapeAlert, TAPE_ALERT, type TapeAlertFlag } from '../scsi/log/tape-alert.js';
import { decodeSerialNumber, VPD_PAGES } from '../scsi/vpd/pages.js';
import {
  CleaningCartridges,
  type CleaningReceipt,
  type CleanOptions,
  cleanDrive,
  isCleaner,
  type LibraryOptions,
} from './clean-drive.js';
import { type LoadReceipt, letGo, proveLoaded, type ReadyOptions } from './drive-work.js';
import {
  type ElementName,
  type ExchangeOptions,
  findDrive,
  findElement,
  firstEmpty,
  homeOf,
  type LibraryDriveName,
  mailSlotsOf,
  type UnloadOptions,
} from './find-element.js';
import { requireFreeHand } from './hand.js';
import { type Inventory, type InventoryElement, readInventory } from './inventory.js';
import {
  type AuditReport,
  emptyHands,
  exchangeCartridges,
  type MoveReceipt,
  moveCartridge,
  type View,
} from './moves.js';
import { type LibraryName, type OpenChanger, openChanger } from './open/open-changer.js';
import { LIBRARY_OPTIONS } from './option-tables.js';
import { quirksOf } from './quirks.js';
import { readGeometry } from './read-elements.js';
import { CHANGER_SENSE_RULES } from './sense-rules.js';
import { type LibraryWaitOptions, libraryReady, type MailOptions, requireWaitOptions, waitFor } from './waiting.js';
import { type LibraryEvent, type LibraryWatchOptions, watchLibrary } from './watch-library.js';

const OPERATOR_WITHIN_MS = 30 * 60_000;

/**
 * A tape library: its robot, slots and drives. Moves are made one at a time, and each is proven by what the library
 * reports for both elements before and after. Every method rejects with the typed errors of `LtoError`. A move that is
 * not possible rejects with ElementError, and nothing was moved.
 */
export class TapeLibrary {
  readonly #device: ScsiDevice;
  readonly #changer: OpenChanger;
  readonly #moves: LeaseQueue;
  readonly #closing = new AbortController();
  readonly #cleaningCartridges: CleaningCartridges;

  private constructor(changer: OpenChanger, cleaningCartridges: CleaningCartridges) {
    this.#cleaningCartridges = cleaningCartridges;
    const { vendor } = changer.inquiry;
    this.#device = new ScsiDevice(changer.transport, { vendor, noun: 'library', senseRules: CHANGER_SENSE_RULES });
    this.#changer = changer;
    this.#moves = new LeaseQueue(this.#device);
  }

  /**
   * Opens `/dev/sg3`, `/dev/sch0`, a link to one (`/dev/tape/by-id/…-changer`) or `virtual:<folder>`. Rejects with
   * DeviceNotFoundError, NotALibraryError, PermissionError, DriveBusyError, AddonUnavailableError.
   */
  static async open(device: string, options?: LibraryOptions): Promise<TapeLibrary> {
    requireOptions(options, { operation: 'open' }, { ...CALL_OPTIONS, cleaningLog: true });
    options?.signal?.throwIfAborted();
    const cleaning = new CleaningCartridges(options?.cleaningLog);
    const opening = openChanger(device).then((changer) => new TapeLibrary(changer, cleaning));
    return unlessAborted(opening, options?.signal, (library) => library.close());
  }

  /** The device name that was given to `open`. */
  get device(): string {
    return this.#device.device;
  }

  async identity(options?: CallOptions): Promise<LibraryName> {
    requireOptions(options, undefined, CALL_OPTIONS);
    const { vendor, product, revision } = this.#changer.inquiry;
    const page = await this.#device.dataIfSupported(inquiry({ vpdPage: VPD_PAGES.unitSerialNumber }), options);
    return { vendor, product, revision, serialNumber: page && (decodeSerialNumber(page) || undefined) };
  }

  /**
   * Reads all elements, and which tape node is which drive. Waits up to five minutes for a library that has just been
   * switched on.
   */
  async inventory(options: LibraryWaitOptions = {}): Promise<Inventory> {
    this.#requireWait('inventory', options);
    return (await this.#look(options)).inventory;
  }

  /**
   * Moves a cartridge, named by barcode or slot, to a drive and waits until the drive is ready; resolves also if it is
   * there already. Rejects with VerificationError when the cartridge memory holds another barcode than the label.
   */
  load(cartridge: ElementName, drive: LibraryDriveName, options: ReadyOptions = {}): Promise<LoadReceipt> {
    return this.#exclusively('load', options, async (look) => {
      const view = await look();
      const from = findElement(view.inventory, cartridge);
      const to = findDrive(view.inventory, drive);
      const move = from.address === to.address ? undefined : await this.#move(view, from, to);
      const proof = isCleaner(from) ? undefined : await proveLoaded(to, from.barcode, options);
      return { move, barcode: from.barcode, drive: proof };
    });
  }

  /**
   * Unloads the drive and moves its cartridge to `to`: by default to the slot it came from, or else to an empty slot.
   */
  unload(drive: LibraryDriveName, options: UnloadOptions = {}): Promise<MoveReceipt> {
    return this.#exclusively('unload', options, async (look) => {
      const view = await look();
      const from = findDrive(view.inventory, drive);
      const target = options.to === undefined ? homeOf(view.inventory, from) : findElement(view.inventory, options.to);
      return this.#move(view, from, target);
    });
  }

  /** Moves a cartridge. If it is in a drive, the drive unloads it first. */
  transfer(from: ElementName, to: ElementName, options: CallOptions = {}): Promise<MoveReceipt> {
    return this.#exclusively('transfer', options, async (look) => {
      const view = await look();
      return this.#move(view, findElement(view.inventory, from), findElement(view.inventory, to));
    });
  }

  /** Moves a cartridge to the place of another, which moves to `second`: by default to where the first came from. */
  exchange(
    from: ElementName,
    to: ElementName,
    options: ExchangeOptions = {},
  ): Promise<readonly [MoveReceipt, MoveReceipt]> {
    return this.#exclusively('exchange', options, async (look) => {
      const { second = from } = options;
      const { robot, inventory } = await look();
      const [source, target] = [findElement(inventory, from), findElement(inventory, to)];
      const other = findElement(inventory, second);
      requireFreeHand(robot, inventory);
      for (const each of [source, target]) if (each.kind === 'drive' && each.full) await letGo(each);
      return exchangeCartridges(robot, source, target, other);
    });
  }

  /** Moves a cartridge to an empty mail slot; with `wait`, resolves when an operator has taken it out. */
  export(cartridge: ElementName, options: MailOptions = {}): Promise<MoveReceipt> {
    return this.#exclusively('export', options, async (look) => {
      const view = await look();
      const mailSlot = firstEmpty(view.inventory, 'mail-slot');
      const receipt = await this.#move(view, findElement(view.inventory, cartridge), mailSlot);
      if (options.wait)
        await this.#mail(options, 'nobody has taken the cartridge out', (slots) => takenOut(slots, mailSlot));
      return receipt;
    });
  }

  /** Moves all cartridges in the mail slots to empty slots; with `wait`, as soon as an operator has inserted one. */
  import(options: MailOptions = {}): Promise<readonly MoveReceipt[]> {
    return this.#exclusively('import', options, async (look) => {
      if (options.wait)
        await this.#mail(options, 'nobody has put a cartridge in', (slots) => slots.some(({ full }) => full));
      const receipts: MoveReceipt[] = [];
      const { inventory } = await look();
      for (const from of mailSlotsOf(inventory).filter(({ full }) => full)) {
        const view = await look();
        receipts.push(await this.#move(view, from, firstEmpty(view.inventory, 'slot')));
      }
      return receipts;
    });
  }

  /** Locks mail slots and magazines, or unlocks them. */
  async lock(locked = true, options?: CallOptions): Promise<void> {
    const details = { device: this.device, operation: 'lock' };
    requireBoolean('locked', locked, details);
    requireOptions(options, details, CALL_OPTIONS);
    await this.#device.query(preventAllow(locked), options);
  }

  /**
   * Makes the robot take the inventory of all elements again, which may take half an hour. A cartridge that its hand holds
   * since an earlier fault is then put into its home slot, or else into an empty slot.
   */
  audit(options: CallOptions = {}): Promise<AuditReport> {
    return this.#exclusively('audit', options, async (look) => {
      await libraryReady(this.#device, options);
      await this.#device.query(initializeElementStatus(), options);
      const { inventory, moves } = await emptyHands(look);
      return { ...inventory, recovered: moves };
    });
  }

  /**
   * Unloads the drive, moves a cleaning cartridge to it, and moves that back to its slot when the drive has finished. When
   * the drive reports the cartridge as worn out or not accepted, the next one is taken. Rejects with ElementError
   * (`cleaning-expired`, `cleaning-refused`, `source-empty`) when there is no other, with NotReadyError when the drive keeps it.
   */
  clean(drive: LibraryDriveName, options: CleanOptions = {}): Promise<CleaningReceipt> {
    return this.#exclusively('clean', options, async (look) => {
      const view = await look();
      const bay = findDrive(view.inventory, drive);
      requireFreeHand(view.robot, view.inventory);
      if (bay.full) await this.#move(view, bay, homeOf(view.inventory, bay));
      for (;;) {
        const { robot, inventory } = await look();
        const empty = findDrive(inventory, { address: bay.address });
        const slot = this.#cleaningCartridges.next(inventory);
        const waits = { ...options, signal: this.#until(options) };
        const attempt = await cleanDrive(robot, slot, empty, this.#cleaningCartridges, waits);
        if (!('problem' in attempt)) return attempt;
      }
    });
  }

  /** TapeAlert flags that are set. Reading clears the flags that do not persist. Undefined if the library has none. */
  async alerts(options?: CallOptions): Promise<readonly TapeAlertFlag[] | undefined> {
    requireOptions(options, undefined, CALL_OPTIONS);
    const page = await readLogPage(this.#device, TAPE_ALERT, options);
    return page && decodeTapeAlert(page, CHANGER_TAPE_ALERT_FLAGS);
  }

  /** Reports changes until the signal is aborted: mail slots, magazines, cartridges, TapeAlert flags. */
  watch(options: LibraryWatchOptions = {}): AsyncGenerator<LibraryEvent, void> {
    this.#requireWait('watch', options);
    const look = async () => ({ ...(await this.#look(options)), alerts: (await this.alerts()) ?? [] });
    return watchLibrary(this.#device, look, options);
  }

  /** Completes a running move; calls that wait for an operator or a drive reject with DriveClosedError. */
  async close(): Promise<void> {
    this.#moves.end();
    this.#closing.abort(new DriveClosedError('the library was closed', { device: this.device, next: 'Open it again' }));
    await this.#moves.idle();
    await this.#device.close();
  }

  async #look(options?: LibraryWaitOptions): Promise<View> {
    await libraryReady(this.#device, options);
    const geometry = await readGeometry(this.#device);
    const known = { nodes: await this.#changer.nodes(), quirks: quirksOf(this.#changer.inquiry) };
    const inventory = await readInventory(this.#device, geometry, known, options);
    return { robot: { device: this.#device, geometry }, inventory };
  }

  async #move({ robot, inventory }: View, from: InventoryElement, to: InventoryElement): Promise<MoveReceipt> {
    if (from.kind !== 'hand') requireFreeHand(robot, inventory);
    if (from.kind === 'drive' && from.full && !to.full) await letGo(from);
    return moveCartridge(robot, from, to);
  }

  async #mail(
    options: LibraryWaitOptions,
    what: string,
    isDone: (mailSlots: readonly InventoryElement[]) => boolean,
  ): Promise<void> {
    const look = async () => (isDone(mailSlotsOf((await this.#look()).inventory)) ? true : undefined);
    await waitFor(this.device, what, look, { timeoutMs: OPERATOR_WITHIN_MS, ...options, signal: this.#until(options) });
  }

  /** `work` looks at the library as often as it has to; the signal ends it while the library is not ready. */
  async #exclusively<T>(
    operation: keyof typeof LIBRARY_OPTIONS,
    options: LibraryWaitOptions,
    work: (look: () => Promise<View>) => Promise<T>,
  ): Promise<T> {
    this.#requireWait(operation, options);
    const { signal } = options;
    return this.#moves.exclusively(operation, () => work(() => this.#look({ signal })), signal);
  }

  /** Aborted by the caller, or when the library is closed. */
  #until({ signal }: CallOptions): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  #requireWait(operation: keyof typeof LIBRARY_OPTIONS, options: LibraryWaitOptions): void {
    requireOptions(options, { device: this.device, operation }, LIBRARY_OPTIONS[operation]);
    requireWaitOptions(options, this.device);
  }
}

function takenOut(mailSlots: readonly InventoryElement[], mailSlot: InventoryElement): boolean {
  return mailSlots.some(({ address, full }) => address === mailSlot.address && !full);
}

traceMethods(TapeLibrary, ({ device }) => device, /^watch$/);
