import { DriveClosedError, InvalidArgumentError } from '../../errors/index.js';
import { findElement } from '../find-element.js';
import type { Inventory, InventoryElement } from '../inventory.js';
import type { TapeLibrary } from '../tape-library.js';
import { Bay } from './bay.js';
import { bring, close, DriveRefusal, isStillThere, type Means, putBack } from './bring.js';
import { Deferred } from './deferred.js';
import { asError, type MountEvent, toldSafely } from './events.js';
import type { HeldDrive, HoldDrive } from './held-drive.js';
import type { MountDrive, MountPolicy } from './policy.js';
import { MountRequest, type MountTerms, requireAccess } from './request.js';

/** A cartridge that is in a drive, ready and proven. Others may have it at the same time: they share its drive. */
export interface Mount<D extends HeldDrive> {
  readonly barcode: string;
  readonly drive: MountDrive;
  readonly held: D;
  /** Whether it was brought, and not found in the drive. */
  readonly moved: boolean;
  /** To be called once. With `putBack` resolves when the cartridge is in its slot, after its other users have gone. */
  readonly release: (options?: { readonly putBack?: boolean | undefined }) => Promise<void>;
}

export interface MountsOptions<D extends HeldDrive> {
  /** Stays open when the mounts are closed. */
  readonly library: TapeLibrary;
  readonly hold: HoldDrive<D>;
  readonly onEvent?: ((event: MountEvent) => void) | undefined;
  /** Whether two names are of one cartridge. Default: equal barcodes. */
  readonly isSame?: ((one: string, other: string) => boolean) | undefined;
}

/**
 * Brings the cartridges of a library to its drives on request. Requests for a mounted cartridge share it; others wait
 * in order until a drive is free. The library is asked each time where each cartridge is, so that a process continues
 * where another one was interrupted.
 */
export class CartridgeMounts<D extends HeldDrive> {
  readonly #means: Means<D>;
  readonly #isSame: (one: string, other: string) => boolean;
  readonly #bays = new Map<number, Bay<D>>();
  readonly #waiting = new Set<MountRequest<D>>();
  #serving: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor({ library, hold, onEvent, isSame = Object.is }: MountsOptions<D>) {
    this.#means = {
      library,
      hold,
      tell: (event) => queueMicrotask(() => toldSafely(onEvent, event)),
      serials: new Map(),
    };
    this.#isSame = isSame;
  }

  /**
   * Resolves when the cartridge is ready in a drive and proven by its label and its memory. Rejects with ElementError
   * when it is not in the library or not in reach, VerificationError for another cartridge than the label says (it is put
   * back), DriveBusyError when other processes have all drives or the drive that it is in, the errors of the robot and of
   * the drives, and the signal's reason.
   */
  async acquire(barcode: string, terms: MountTerms, signal?: AbortSignal): Promise<Mount<D>> {
    if (this.#closed) throw this.#closedError();
    const request = new MountRequest<D>(barcode, terms);
    request.endWith(signal);
    this.#waiting.add(request);
    this.#turn();
    try {
      return this.#mountOf(await request.granted, terms);
    } finally {
      this.#waiting.delete(request);
    }
  }

  /** As `acquire`, for a cartridge that is in a drive already; undefined for any other one: nothing is moved. */
  async acquireMounted(barcode: string, { policy }: MountTerms): Promise<Mount<D> | undefined> {
    const isMounted = [...this.#bays.values()].some((bay) => this.#isIn(bay, barcode));
    // One that has gone meanwhile finds no drive.
    const terms = { policy, drives: [], isQuestion: true };
    return isMounted ? this.acquire(barcode, terms).catch(() => undefined) : undefined;
  }

  /** Refuses those who wait, ends what is under way, closes the drives and puts their cartridges back, or leaves them. */
  async close({ leave = false }: { readonly leave?: boolean } = {}): Promise<void> {
    this.#closed = true;
    for (const request of this.#waiting) request.reject(this.#closedError());
    await this.#serving;
    const bays = [...this.#bays.values()];
    const ended = await Promise.allSettled(bays.map((bay) => this.#end(bay, leave)));
    for (const one of ended) if (one.status === 'rejected') throw reasonOf(one.reason);
  }

  async #end(bay: Bay<D>, leave: boolean): Promise<void> {
    await bay.work;
    const { mounted, held } = bay;
    // Ends streams, and waits for motions.
    if (bay.users > 0) {
      bay.held = undefined;
      await held?.close();
    }
    if (mounted === undefined || leave) await close(bay);
    else await putBack(this.#means, bay);
    bay.departure?.resolve();
  }

  #mountOf(bay: Bay<D>, { policy }: MountTerms): Mount<D> {
    const { mounted: barcode, held, drive, moved } = bay;
    if (barcode === undefined || held === undefined) throw this.#closedError();
    let isReleased = false;
    const release = async ({ putBack: back = false }: { readonly putBack?: boolean | undefined } = {}) => {
      if (isReleased) return;
      isReleased = true;
      bay.users -= 1;
      bay.used();
      const isMounted = bay.mounted === barcode && !this.#closed;
      if (back && isMounted) bay.departure ??= new Deferred();
      const { departure } = bay;
      const goes = bay.users === 0 && isMounted;
      if (goes && (departure || this.#isToGo(bay, policy))) this.#sendBack(bay);
      this.#turn();
      if (back) await departure?.promise;
    };
    return { barcode, drive, held, moved, release };
  }

  /** The work has ended well: a policy that throws may not spoil it, nor keep those who wait. */
  #isToGo(bay: Bay<D>, policy: MountPolicy): boolean {
    try {
      return policy.putBackAtOnce(bay.drive);
    } catch (error) {
      this.#means.tell({ type: 'policy-failed', drive: bay.element.number, error: asError(error) });
      return false;
    }
  }

  #sendBack(bay: Bay<D>): void {
    const { departure } = bay;
    bay.departure = undefined;
    const gone = this.#work(bay, () => putBack(this.#means, bay));
    gone.then(
      () => departure?.resolve(),
      (error: unknown) => departure?.reject(reasonOf(error)),
    );
  }

  #closedError(): DriveClosedError {
    return new DriveClosedError('the library was closed', { device: this.#means.library.device });
  }

  /** Serves those who wait, as far as it can be done now. */
  #turn(): void {
    this.#again = true;
    this.#serving ??= this.#serve().finally(() => {
      this.#serving = undefined;
      if (this.#again) this.#turn();
    });
  }

  async #serve(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#grantMounted();
      if (this.#waiting.size === 0 || this.#closed) continue;
      const known = [...this.#bays.values()];
      const isNew = [...this.#waiting].some(({ isKnown }) => !isKnown);
      if (isNew || known.some(({ isFree, failure }) => isFree || failure)) await this.#decideAll();
    }
  }

  /** A mounted cartridge is lent to all who wait for it. One that nobody has used for a while may have gone. */
  async #grantMounted(): Promise<void> {
    for (const bay of this.#bays.values()) {
      const takers = () => [...this.#waiting].filter(({ barcode }) => this.#isIn(bay, barcode));
      if (takers().length === 0) continue;
      if (bay.users === 0 && !(await isStillThere(bay))) {
        bay.mounted = undefined;
        await close(bay);
      }
      for (const request of takers()) {
        const earlier = this.#before(request);
        if (!request.terms.isQuestion && earlier.some((each) => each.claims(bay))) continue;
        this.#waiting.delete(request);
        if (!request.grant(bay)) continue;
        bay.users += 1;
        for (const each of earlier) if (each.waitsFor.has(bay)) each.overtaken += 1;
      }
    }
  }

  /** Those that came before and wait too. */
  #before(request: MountRequest<D>): readonly MountRequest<D>[] {
    const all = [...this.#waiting];
    return all.slice(0, all.indexOf(request));
  }

  #isIn({ mounted, work }: Bay<D>, barcode: string): boolean {
    return work === undefined && mounted !== undefined && this.#isSame(mounted, barcode);
  }

  async #decideAll(): Promise<void> {
    try {
      const inventory = await this.#means.library.inventory();
      this.#update(inventory);
      for (const request of this.#waiting) this.#decide(request, inventory);
    } catch (error) {
      for (const request of this.#waiting) request.reject(error);
      this.#waiting.clear();
    }
  }

  #update({ elements }: Inventory): void {
    for (const element of elements) {
      if (element.kind !== 'drive' || element.node === undefined) continue;
      const bay = this.#bays.get(element.address) ?? new Bay<D>(element, element.node);
      this.#bays.set(element.address, bay);
      if (bay.work !== undefined) continue;
      bay.element = element;
      if (!element.full) bay.failure = undefined;
    }
  }

  /** Starts what is to be done for a request, or leaves it waiting, or rejects it. */
  #decide(request: MountRequest<D>, inventory: Inventory): void {
    request.isKnown = true;
    request.waitsFor = new Set();
    try {
      const isComing = ({ expected }: Bay<D>) => expected !== undefined && this.#isSame(expected, request.barcode);
      if ([...this.#bays.values()].some(isComing)) return;
      const element = this.#find(request, inventory);
      const bay = this.#choose(request, element, inventory);
      if (bay === undefined) return;
      bay.expected = request.barcode;
      void this.#work(bay, () => this.#bring(request, bay, element));
    } catch (error) {
      this.#waiting.delete(request);
      request.reject(error);
    }
  }

  #find({ barcode }: MountRequest<D>, inventory: Inventory): InventoryElement {
    const label = inventory.elements.find((each) => each.barcode !== undefined && this.#isSame(each.barcode, barcode));
    return findElement(inventory, label?.barcode ?? barcode);
  }

  /** The drive for a cartridge; undefined while there is none. Throws when there will be none. */
  #choose(request: MountRequest<D>, element: InventoryElement, inventory: Inventory): Bay<D> | undefined {
    const allowed = request.allowed([...this.#bays.values()], inventory);
    const usable = allowed.filter((bay) => bay.failure === undefined && !request.refusals.has(bay));
    if (element.kind === 'drive') {
      const bay = allowed.find((each) => each.element.address === element.address);
      if (bay === undefined) throw request.elsewhere(element, inventory);
      if (!usable.includes(bay)) throw request.refused([bay], inventory);
      return bay.isFree ? bay : undefined;
    }
    requireAccess(element, inventory);
    if (usable.length === 0) throw request.refused(allowed, inventory);
    const free = usable.filter(({ isFree }) => isFree);
    const offered = free.map((bay) => ({ bay, drive: bay.drive }));
    const drives = offered.map(({ drive }) => drive);
    const chosen = drives.length === 0 ? undefined : request.terms.policy.choose(request.barcode, drives);
    const found = offered.find(({ drive }) => drive === chosen)?.bay;
    if (chosen === undefined) request.waitsFor = new Set(usable);
    if (chosen === undefined || found !== undefined) return found;
    throw new InvalidArgumentError('the policy has chosen a drive that was not offered', { device: inventory.device });
  }

  async #bring(request: MountRequest<D>, bay: Bay<D>, element: InventoryElement): Promise<void> {
    try {
      await bring(this.#means, bay, element, request.terms.policy);
    } catch (error) {
      for (const each of this.#waiting) {
        if (!this.#isSame(each.barcode, request.barcode)) continue;
        if (error instanceof DriveRefusal) each.refusals.set(bay, error.cause);
        else each.reject(error);
      }
    }
  }

  /** Nobody else touches the drive while `work` is under way. */
  #work(bay: Bay<D>, work: () => Promise<void>): Promise<void> {
    const done = work().finally(() => {
      bay.work = undefined;
      bay.expected = undefined;
      this.#turn();
    });
    bay.work = done.catch(() => undefined);
    return done;
  }
}

function reasonOf(reason: unknown): unknown {
  return reason instanceof DriveRefusal ? reason.cause : reason;
}
