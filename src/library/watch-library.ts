import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceChange } from '../device/change.js';
import type { ScsiDevice } from '../device/scsi-device.js';
import { ElementError, NotReadyError } from '../errors/index.js';
import type { TapeAlertFlag } from '../scsi/log/tape-alert.js';
import type { Inventory, InventoryElement } from './inventory.js';
import type { Place } from './moves.js';
import type { LibraryWaitOptions } from './waiting.js';

/** What happened in a library. */
export type LibraryEvent =
  /** An operator opened a mail slot or put something into it. */
  | { readonly type: 'mail-slot' }
  /** A magazine was taken out or put in. */
  | { readonly type: 'magazine'; readonly change: 'removed' | 'inserted' }
  /** The library was reset, or reports another change. */
  | { readonly type: 'attention'; readonly why: string }
  /** A cartridge is in an element that was empty, and was in no other element before. */
  | { readonly type: 'arrived'; readonly barcode: string | undefined; readonly at: Place }
  | { readonly type: 'gone'; readonly barcode: string | undefined; readonly from: Place }
  | { readonly type: 'moved'; readonly barcode: string; readonly from: Place; readonly to: Place }
  /** A TapeAlert flag of the library was set: the door, a fan, a magazine. */
  | { readonly type: 'alert'; readonly alert: TapeAlertFlag }
  /** The library can't be asked now, and why: it is offline, or an operator is at it. Watching goes on. */
  | { readonly type: 'not-ready'; readonly why: string }
  /** It can be asked again. */
  | { readonly type: 'ready' };

export type LibraryWatchOptions = Pick<LibraryWaitOptions, 'intervalMs' | 'signal'>;

const DEFAULT_INTERVAL_MS = 5000;
/** What one look at the library found. */
interface Look {
  readonly inventory: Inventory;
  readonly alerts: readonly TapeAlertFlag[];
}

/** Polls and yields the differences. Ends without an error when the signal is aborted. */
export async function* watchLibrary(
  device: ScsiDevice,
  look: () => Promise<Look>,
  { signal, intervalMs = DEFAULT_INTERVAL_MS }: LibraryWatchOptions,
): AsyncGenerator<LibraryEvent, void> {
  const changes: DeviceChange[] = [];
  const ignore = device.onChange((change) => changes.push(change));
  let known: Look | undefined;
  let isReady = true;
  try {
    while (!signal?.aborted) {
      const found = await look().catch((error: unknown) => error as Error);
      if (signal?.aborted) return;
      for (const change of changes.splice(0)) yield attentionOf(change);
      if (found instanceof Error) {
        if (!(found instanceof NotReadyError)) throw found;
        if (isReady) yield { type: 'not-ready', why: found.message };
        isReady = false;
      } else {
        if (!isReady) yield { type: 'ready' };
        isReady = true;
        yield* newAlerts(known?.alerts ?? [], found.alerts);
        if (known !== undefined) yield* differences(known.inventory, found.inventory);
        known = found;
      }
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    ignore();
  }
}

function attentionOf({ error, why }: DeviceChange): LibraryEvent {
  const problem = error instanceof ElementError ? error.problem : undefined;
  if (problem === 'mail-slot-opened') return { type: 'mail-slot' };
  if (problem === 'magazine-removed') return { type: 'magazine', change: 'removed' };
  if (problem === 'magazine-inserted') return { type: 'magazine', change: 'inserted' };
  return { type: 'attention', why: error?.sense?.text ?? why };
}

function* newAlerts(known: readonly TapeAlertFlag[], now: readonly TapeAlertFlag[]): Generator<LibraryEvent> {
  for (const alert of now) if (!known.some(({ flag }) => flag === alert.flag)) yield { type: 'alert', alert };
}

function* differences(before: Inventory, now: Inventory): Generator<LibraryEvent, void> {
  const were = new Map(before.elements.map((element) => [element.address, element]));
  const are = new Map(now.elements.map((element) => [element.address, element]));
  const changed = now.elements.filter((element) => !isSame(were.get(element.address), element));
  const places = (elements: readonly InventoryElement[]) =>
    new Map(
      elements.flatMap((element) => (element.barcode === undefined ? [] : [[element.barcode, element] as const])),
    );
  const from = places(before.elements);
  const to = places(now.elements);
  for (const { address } of changed) {
    const was = were.get(address);
    const is = are.get(address);
    if (was?.full && !(was.barcode !== undefined && to.has(was.barcode))) {
      yield { type: 'gone', barcode: was.barcode, from: placeOf(was) };
    }
    if (!is?.full) continue;
    const origin = is.barcode === undefined ? undefined : from.get(is.barcode);
    if (origin === undefined || is.barcode === undefined) {
      yield { type: 'arrived', barcode: is.barcode, at: placeOf(is) };
    } else yield { type: 'moved', barcode: is.barcode, from: placeOf(origin), to: placeOf(is) };
  }
}

function isSame(before: InventoryElement | undefined, now: InventoryElement): boolean {
  return before?.full === now.full && before.barcode === now.barcode;
}

function placeOf({ address, kind, number }: InventoryElement): Place {
  return { address, kind, number };
}
