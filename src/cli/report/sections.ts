import type { HistoryEntry } from '../../provider/history/entry.js';
import type { LoadPoint } from '../../provider/history/points.js';
import type { HistoryReport } from '../../provider/history/trends.js';
import type { Observation } from '../../provider/observe/observation.js';
import type { HealthVerdict } from '../../tape/reports/health/rules.js';
import { formatCapacity } from '../output/units.js';
import { lineChart, type Point, strip } from './charts.js';
import { type Markup, markup } from './markup.js';
import { definitions, rows, type Section } from './page.js';
import { filesOnTape, speedOf } from './tape-files.js';

const LOADS_SHOWN = 50;
const FILES_SHOWN = 200;
const MB = 1e6;

/** All that is told of a drive and its cartridge. `entries`: those of the cartridge. */
export interface Told {
  readonly observation: Observation;
  readonly history: HistoryReport | undefined;
  readonly entries: readonly HistoryEntry[];
}

export function sectionsOf(told: Told): readonly Section[] {
  return [
    verdict(told),
    drive(told),
    cartridge(told),
    capacity(told),
    alerts(told),
    errors(told),
    speed(told),
    loads(told),
  ];
}

function verdict({ observation: { health, live }, history }: Told): Section {
  const reasons = [...(health?.reasons ?? []), ...(history?.reasons ?? [])];
  const { verdict: past = 'good' } = history ?? {};
  const overall: HealthVerdict | undefined = health?.verdict === 'good' ? past : health?.verdict;
  const state = live.reason === undefined ? live.state : `${live.state}: ${live.reason}`;
  const badge =
    overall === undefined
      ? markup`<span class="badge">unknown</span>`
      : markup`<span class="badge ${overall}">${overall}</span>`;
  const list = reasons.map(
    ({ verdict: of, what, action }) => markup`<li><strong class="${of}">${what}.</strong> ${action}</li>`,
  );
  return {
    title: 'Verdict',
    isWide: true,
    content: markup`<p>${badge} The drive is ${state}.</p>${list.length === 0 ? markup`<p class="none">No reason for concern.</p>` : markup`<ul>${list}</ul>`}`,
  };
}

function drive({ observation: { live, health, statistics }, history }: Told): Section {
  const { vendor, model, firmware, serial } = live.drive ?? {};
  const past = history?.drive;
  return {
    title: 'Drive',
    content: definitions([
      ['model', model && `${vendor} ${model}`],
      ['firmware', firmware],
      ['serial number', serial],
      ['temperature', unit(health?.temperature, '°C')],
      ['loads', health?.drive?.loads],
      ['power-on hours', health?.drive?.powerOnHours],
      ['cleanings', health?.drive?.cleanings],
      ['hours since cleaning', health?.cleaning.motionHoursSinceCleaning],
      ['moved since the driver found it', statistics && moved(statistics.bytesWritten, statistics.bytesRead)],
      ['in the history', past && `${past.archives} archives, ${past.failedArchives} of them failed`],
    ]),
  };
}

function cartridge({ observation: { live, health }, history }: Told): Section {
  const { tape } = live;
  const wear = health?.cartridge;
  const { values = {} } = tape ?? {};
  const past = history?.cartridge;
  return {
    title: 'Cartridge',
    content: definitions([
      ['name', tape?.identity?.value],
      ['barcode', tape?.barcode],
      ['serial number', tape?.mediumSerial],
      ['format', tape?.generation],
      ['kind', wear?.kind],
      ['manufacturer', values.manufacturer],
      ['manufactured', values.manufactureDate],
      ['loads', wear?.loads],
      ['moved in its life', wear && moved(wear.bytesWritten, wear.bytesRead)],
      ['useful life left', unit(wear?.lifeRemainingPercent, '%')],
      [
        'in the history',
        past && `${past.loads.length} loads, ${past.archives} archives, ${past.failedArchives} of them failed`,
      ],
    ]),
  };
}

function capacity({ observation: { live }, entries }: Told): Section {
  const { maximumCapacity: maximum, remainingCapacity: remaining } = live.tape?.values ?? {};
  if (maximum === undefined || remaining === undefined) {
    return { title: 'Capacity', isWide: true, content: markup`<p class="none">nothing is known</p>` };
  }
  const used = Math.max(0, maximum - remaining);
  const files = filesOnTape(entries);
  const written = files.reduce((sum, { bytes }) => sum + bytes, 0);
  // Compression, filemarks and gaps: what the files take is their share of what is used.
  const share = written > 0 ? Math.min(1, used / written) : 0;
  const other = Math.max(0, used - written * share);
  const segments = [
    ...files.map(({ fileNumber, bytes, at }) => {
      const title = `file ${fileNumber}: ${formatCapacity(bytes)}, ${at.slice(0, 10)}`;
      return { title, size: bytes * share, kind: 'file' as const };
    }),
    { title: `used, not in the history: ${formatCapacity(other)}`, size: other, kind: 'other' as const },
    { title: `free: ${formatCapacity(remaining)}`, size: remaining, kind: 'free' as const },
  ];
  const title = `${formatCapacity(used)} of ${formatCapacity(maximum)} used, ${formatCapacity(remaining)} free`;
  const shown = files.slice(-FILES_SHOWN).map(({ fileNumber, bytes, seconds, at }) => {
    const speed = speedOf({ bytes, seconds });
    return [
      String(fileNumber),
      formatCapacity(bytes),
      speed === undefined ? '' : `${(speed / MB).toFixed(1)} MB/s`,
      minute(at),
    ];
  });
  const table =
    shown.length === 0
      ? markup`<p class="none">The history has no files of this cartridge.</p>`
      : rows(['file', 'size', 'speed', 'written (UTC)'], shown);
  return { title: 'Capacity by file', isWide: true, content: [strip(title, segments), table] };
}

function alerts({ observation: { live }, history }: Told): Section {
  const active = (live.tape?.alerts ?? []).map(({ flag, name, severity, meaning, action }) => {
    return [String(flag), name, severity, `${meaning}. ${action}`];
  });
  const past = (history?.cartridge.alerts ?? []).map(({ flag, name, severity, times, last }) => {
    return [
      String(flag),
      name,
      severity,
      `${times} ${times === 1 ? 'time' : 'times'} in the history, last ${last.slice(0, 10)}`,
    ];
  });
  const all = [...active, ...past];
  const content =
    all.length === 0
      ? markup`<p class="none">none</p>`
      : rows(['flag', 'TapeAlert', 'severity', 'what to do'], all, [3]);
  return { title: 'Alerts', isWide: true, content };
}

function errors({ history }: Told): Section {
  const series = [
    { name: 'this cartridge', points: ratesOf(history?.cartridge.loads) },
    { name: 'all of this drive', points: ratesOf(history?.drive.loads) },
  ];
  const celsius = pointsOf(history?.drive.loads, ({ celsius: value }) => value);
  return {
    title: 'Wear and errors',
    content: [
      lineChart({ title: 'Rewrites and rereads by load', unit: 'per gigabyte', series, format: fixed(2) }),
      lineChart({
        title: 'Temperature of the drive',
        unit: '°C',
        series: [{ name: '', points: celsius }],
        format: fixed(0),
      }),
    ],
  };
}

function speed({ entries, history }: Told): Section {
  const of = (direction: 'writing' | 'reading'): readonly Point[] =>
    entries.flatMap((entry) => {
      if (entry.type !== 'archive' || entry.archive.direction !== direction) return [];
      const value = speedOf(entry.archive);
      return value === undefined ? [] : [{ at: new Date(entry.at), value: value / MB }];
    });
  const series = [
    { name: 'written', points: of('writing') },
    { name: 'read', points: of('reading') },
  ];
  const sizes = pointsOf(history?.cartridge.loads, ({ capacity: bytes }) => bytes);
  return {
    title: 'Speed and length',
    content: [
      lineChart({ title: 'Speed of archives of a second or more', unit: 'MB/s', series, format: fixed(0) }),
      lineChart({
        title: 'Capacity of the cartridge',
        unit: '',
        series: [{ name: '', points: sizes }],
        format: formatCapacity,
      }),
    ],
  };
}

function loads({ history }: Told): Section {
  const past = (history?.cartridge.loads ?? []).slice(-LOADS_SHOWN);
  const body = past.toReversed().map(({ at, drive: serial, cartridge: of, bytes, retriesPerGigabyte, uncorrected }) => {
    return [
      minute(at),
      serial ?? '',
      String(of?.loads ?? ''),
      formatCapacity(bytes),
      retriesPerGigabyte?.toFixed(2) ?? '',
      String(uncorrected),
    ];
  });
  const content: Markup =
    body.length === 0
      ? markup`<p class="none">No history is kept of this cartridge: see historyFile, or LTO_HISTORY.</p>`
      : rows(['last seen (UTC)', 'drive', 'load', 'moved', 'retries per GB', 'uncorrected'], body);
  return { title: 'Loads', isWide: true, content };
}

function ratesOf(loads: readonly LoadPoint[] | undefined): readonly Point[] {
  return pointsOf(loads, ({ retriesPerGigabyte, correctedPerGigabyte }) => retriesPerGigabyte ?? correctedPerGigabyte);
}

function pointsOf(
  loads: readonly LoadPoint[] | undefined,
  of: (load: LoadPoint) => number | undefined,
): readonly Point[] {
  return (loads ?? []).flatMap((load) => {
    const value = of(load);
    return value === undefined ? [] : [{ at: new Date(load.at), value }];
  });
}

function moved(written: number | undefined, read: number | undefined): string | undefined {
  if (written === undefined && read === undefined) return undefined;
  return `${formatCapacity(written ?? 0)} written, ${formatCapacity(read ?? 0)} read`;
}

function unit(value: number | undefined, of: string): string | undefined {
  return value === undefined ? undefined : `${value} ${of}`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

function fixed(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}
