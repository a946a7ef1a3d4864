import type { HealthReason, HealthVerdict } from '../../tape/reports/health/rules.js';
import type { AlertFacts, CartridgeSubject, HistoryEntry } from './entry.js';
import type { History } from './history-file.js';
import { type LoadPoint, loadPoints } from './points.js';

/** Drive and cartridge that are judged. */
export interface Judged {
  /** Serial number of the drive. */
  readonly drive: string | undefined;
  readonly cartridge: CartridgeSubject | undefined;
}

export interface AlertCount extends AlertFacts {
  readonly times: number;
  readonly last: string;
}

/** What the history of a drive and the cartridge in it shows. */
export interface HistoryReport {
  readonly verdict: HealthVerdict;
  readonly reasons: readonly HealthReason[];
  /** Time of the first entry. */
  readonly since: string | undefined;
  /** Of the drive, the oldest first. */
  readonly drive: Past;
  /** Of the cartridge, in whichever drive. */
  readonly cartridge: Past;
  readonly damagedLines: number;
}

export interface Past {
  readonly loads: readonly LoadPoint[];
  readonly archives: number;
  readonly failedArchives: number;
  readonly bytesWritten: number;
  readonly bytesRead: number;
  readonly alerts: readonly AlertCount[];
}

/** Fewer loads show no trend. */
const LEAST_LOADS = 4;
/** The newer half of the loads against the older one, by their medians. */
const RISE = 2;
/** For each 10^9 bytes; below it a rise is noise. */
const LEAST_RISE = 0.1;
/** Part of the capacity that a cartridge may lose before it is worth a word. */
const SHRINKAGE = 0.01;
/** Archives that are looked at for failures, and how many of them may fail. */
const LAST_ARCHIVES = 20;
const MOST_FAILED = 2;
/** Errors that speak of drive or cartridge, and not of the source or the user. */
const TELLING = new Set(['LTO_MEDIUM_ERROR', 'LTO_HARDWARE_ERROR', 'LTO_WRITE_FAILED', 'LTO_BUFFERED_DATA_LOST']);

/** Judges the past of a drive and of the cartridge in it. Without entries of them the verdict is `good`. */
export function judgeHistory({ entries, damagedLines }: History, judged: Judged): HistoryReport {
  const ofDrive = entries.filter(({ drive }) => judged.drive !== undefined && drive.serial === judged.drive);
  const ofCartridge = entries.filter(({ cartridge }) => isSameCartridge(cartridge, judged.cartridge));
  const drive = pastOf(ofDrive);
  const cartridge = pastOf(ofCartridge);
  const others = drive.loads.filter((point) => !isSameCartridge(point.cartridge, judged.cartridge));
  const reasons = [
    ...risingReasons(cartridge.loads, others),
    ...shrinkingReasons(cartridge.loads),
    ...failingReasons(ofCartridge),
  ];
  return {
    verdict: reasons.length === 0 ? 'good' : 'attention',
    reasons,
    since: entries[0]?.at,
    drive,
    cartridge,
    damagedLines,
  };
}

/** A cartridge whose errors rise in a drive whose other cartridges have none is at fault; otherwise the drive may be. */
function risingReasons(cartridge: readonly LoadPoint[], others: readonly LoadPoint[]): HealthReason[] {
  const ofDrive = rise(others);
  const ofCartridge = rise(cartridge);
  const said = ({ before, now }: Rise) => `from ${rate(before)} to ${rate(now)} retries per gigabyte`;
  if (ofDrive) {
    return [reason('errors-rising-drive', `Errors of the drive rise with other cartridges, ${said(ofDrive)}`, CLEAN)];
  }
  if (ofCartridge === undefined) return [];
  return [reason('errors-rising-cartridge', `Errors with this cartridge rise, ${said(ofCartridge)}`, COMPARE)];
}

const CLEAN = 'Clean the drive; if they go on rising, have it serviced.';
const COMPARE = 'Verify what is on the cartridge, and try another one in this drive; retire it if that one is better.';

interface Rise {
  readonly before: number;
  readonly now: number;
}

function rise(points: readonly LoadPoint[]): Rise | undefined {
  const rates = points.flatMap(({ retriesPerGigabyte, correctedPerGigabyte }) => {
    return retriesPerGigabyte ?? correctedPerGigabyte ?? [];
  });
  if (rates.length < LEAST_LOADS) return undefined;
  const middle = Math.floor(rates.length / 2);
  const before = median(rates.slice(0, middle));
  const now = median(rates.slice(-middle));
  return now >= before * RISE && now - before >= LEAST_RISE ? { before, now } : undefined;
}

function shrinkingReasons(points: readonly LoadPoint[]): HealthReason[] {
  const told = points.flatMap(({ capacity }) => capacity ?? []);
  const largest = Math.max(...told);
  const now = told.at(-1);
  if (now === undefined || now > largest * (1 - SHRINKAGE)) return [];
  const lost = ((1 - now / largest) * 100).toFixed(1);
  return [
    reason(
      'capacity-shrinking',
      `The capacity of the cartridge is ${lost} % less than it was`,
      'Unless it was formatted smaller, the tape loses usable length: copy it and retire it.',
    ),
  ];
}

function failingReasons(entries: readonly HistoryEntry[]): HealthReason[] {
  const archives = entries.flatMap((entry) => (entry.type === 'archive' ? [entry.archive] : [])).slice(-LAST_ARCHIVES);
  const failed = archives.filter(({ error }) => error !== undefined && TELLING.has(error)).length;
  if (failed < MOST_FAILED) return [];
  return [
    reason('archives-failing', `${failed} of the last ${archives.length} archives of this cartridge failed`, COMPARE),
  ];
}

function reason(code: string, what: string, action: string): HealthReason {
  return { code, verdict: 'attention', what, action };
}

function pastOf(entries: readonly HistoryEntry[]): Past {
  const archives = entries.flatMap((entry) => (entry.type === 'archive' ? [entry.archive] : []));
  const bytes = (direction: 'writing' | 'reading') => {
    return archives.filter((each) => each.direction === direction).reduce((total, each) => total + each.bytes, 0);
  };
  return {
    loads: loadPoints(entries),
    archives: archives.length,
    failedArchives: archives.filter(({ error }) => error !== undefined).length,
    bytesWritten: bytes('writing'),
    bytesRead: bytes('reading'),
    alerts: alertCounts(entries),
  };
}

function alertCounts(entries: readonly HistoryEntry[]): AlertCount[] {
  const counts = new Map<number, AlertCount>();
  for (const entry of entries) {
    if (entry.type !== 'alert') continue;
    const { flag } = entry.alert;
    counts.set(flag, { ...entry.alert, times: (counts.get(flag)?.times ?? 0) + 1, last: entry.at });
  }
  return [...counts.values()].toSorted((a, b) => a.flag - b.flag);
}

/** By serial number; by barcode if one of them has none. */
export function isSameCartridge(one: CartridgeSubject | undefined, other: CartridgeSubject | undefined): boolean {
  if (one?.serial !== undefined && other?.serial !== undefined) return one.serial === other.serial;
  return one?.barcode !== undefined && one.barcode === other?.barcode;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

function rate(perGigabyte: number): string {
  return perGigabyte.toFixed(2);
}
