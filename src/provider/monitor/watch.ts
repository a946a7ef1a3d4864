import { setTimeout as delay } from 'node:timers/promises';
import { LONGEST_DELAY_MS } from '../../arguments/number.js';
import type { CallOptions } from '../../arguments/options.js';
import type { TapeAlertFlag } from '../../scsi/log/tape-alert.js';
import type { LiveInfo } from './live-info.js';

/** What happened to drive and cartridge. */
export type TapeEvent =
  /** A cartridge is ready; also emitted for the cartridge that is in the drive when watching begins. */
  | { readonly type: 'inserted'; readonly info: LiveInfo }
  | { readonly type: 'ejected'; readonly info: LiveInfo; readonly previous: LiveInfo }
  /** The drive holds another cartridge than at the last poll. */
  | { readonly type: 'changed'; readonly info: LiveInfo; readonly previous: LiveInfo }
  /** A TapeAlert flag was set. */
  | { readonly type: 'alert'; readonly info: LiveInfo; readonly alert: TapeAlertFlag }
  /** As `alert`, for the flags about cleaning. */
  | { readonly type: 'cleaning'; readonly info: LiveInfo; readonly alert: TapeAlertFlag };

export interface WatchOptions extends CallOptions {
  /** Milliseconds between two polls; 2000 by default. */
  readonly intervalMs?: number | undefined;
}

const DEFAULT_INTERVAL_MS = 2000;
export const WATCH_RANGES = { intervalMs: { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds' } };
const GONE: ReadonlySet<LiveInfo['state']> = new Set(['no-medium', 'not-loaded', 'offline']);
/** Clean now, clean periodic, expired and invalid cleaning media, cleaning media. */
const CLEANING_FLAGS: ReadonlySet<number> = new Set([11, 20, 21, 22, 23]);

/** Polls and yields the differences. Ends without an error when the signal is aborted. */
export async function* watchTape(
  look: () => Promise<LiveInfo>,
  { signal, intervalMs = DEFAULT_INTERVAL_MS }: WatchOptions,
): AsyncGenerator<TapeEvent, void> {
  let loaded: LiveInfo | undefined;
  let alerts: readonly TapeAlertFlag[] = [];
  while (!signal?.aborted) {
    const info = await look();
    if (signal?.aborted) return;
    const event = eventOf(loaded, info);
    if (event) {
      yield event;
      alerts = [];
    }
    if (GONE.has(info.state)) loaded = undefined;
    else if (info.tape) loaded = info;
    yield* newAlerts(alerts, info);
    alerts = info.tape?.alerts ?? alerts;
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function eventOf(loaded: LiveInfo | undefined, info: LiveInfo): TapeEvent | undefined {
  if (GONE.has(info.state)) return loaded && { type: 'ejected', info, previous: loaded };
  if (info.tape === undefined) return undefined;
  if (loaded === undefined) return { type: 'inserted', info };
  return isSame(loaded, info) ? undefined : { type: 'changed', info, previous: loaded };
}

/** Compares serial numbers of the cartridges, otherwise names; if neither is known, only unit attentions count. */
function isSame({ tape: before }: LiveInfo, { tape: now }: LiveInfo): boolean {
  if (before?.mediumSerial !== undefined || now?.mediumSerial !== undefined) {
    return before?.mediumSerial === now?.mediumSerial;
  }
  return before?.identity?.value === now?.identity?.value;
}

function* newAlerts(known: readonly TapeAlertFlag[], info: LiveInfo): Generator<TapeEvent> {
  for (const alert of info.tape?.alerts ?? []) {
    if (known.some(({ flag }) => flag === alert.flag)) continue;
    yield { type: CLEANING_FLAGS.has(alert.flag) ? 'cleaning' : 'alert', info, alert };
  }
}
