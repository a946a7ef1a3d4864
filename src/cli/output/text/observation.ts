import type { Observation } from '../../../provider/observe/observation.js';
import { visible } from '../terminal.js';
import { formatCapacity, formatRate } from '../units.js';
import { shareBar, sparkline } from './sparkline.js';

/** What was seen of a drive before: a value for each look. */
export interface Trail {
  readonly rates: readonly number[];
  readonly buffered: readonly number[];
}

const BAR = 24;
const SPARKS = 40;

/** As `lto watch --json` prints it. */
export function observationDocument({ device, live, health, ...rest }: Observation) {
  const { drive, state, progress, reason, tape } = live;
  const { place, statistics, activity, holder, silentSince } = rest;
  return {
    device,
    drive,
    state,
    progress,
    reason,
    holder,
    cartridge: tape && cartridgeOf(tape),
    place,
    activity,
    statistics,
    temperature: health?.temperature,
    verdict: health?.verdict,
    alerts: tape?.alerts?.map(({ flag, name, severity }) => ({ flag, name, severity })),
    silentSince,
  };
}

function cartridgeOf({ mediumSerial, barcode, generation, values }: NonNullable<Observation['live']['tape']>) {
  return {
    serialNumber: mediumSerial,
    barcode,
    format: generation,
    capacity: values.maximumCapacity,
    remaining: values.remainingCapacity,
    loads: values.loadCount,
  };
}

/** One line, in columns of fixed width. */
export function observationLine(observation: Observation): string {
  const { device, live, health } = observation;
  const { identity, alerts = [] } = live.tape ?? {};
  const columns = [
    visible(device).padEnd(12),
    live.state.padEnd(14),
    visible(identity?.value ?? '').padEnd(10),
    (shareText(observation) ?? '').padEnd(5),
    rateText(observation).padEnd(22),
    hitchText(observation),
    health?.temperature === undefined ? '' : `${health.temperature} °C`,
    alerts.map(({ flag }) => `TapeAlert ${flag}`).join(' '),
  ];
  return columns
    .filter((column, at) => at < 5 || column !== '')
    .join('  ')
    .trimEnd();
}

/** Several lines for a live view. */
export function observationPanel(observation: Observation, { rates, buffered }: Trail): string[] {
  const { device, live, health, holder, place } = observation;
  const { drive, tape } = live;
  const model = drive ? `${drive.vendor} ${drive.model} ${drive.serial ?? ''}` : '';
  const celsius = health?.temperature === undefined ? '' : `${health.temperature} °C`;
  const used = holder === undefined ? '' : holder === process.pid ? 'in use here' : `in use by process ${holder}`;
  const head = [device, model.trim(), stateText(observation), celsius, used].filter((part) => part !== '');
  const lines = [head.map(visible).join('   ')];
  if (tape) {
    const full = fullness(observation);
    const bar =
      full === undefined
        ? ''
        : `[${shareBar(full.share, BAR)}] ${shareText(observation)} of ${formatCapacity(full.capacity)}`;
    const file = place?.fileNumber === undefined ? '' : `file ${place.fileNumber}`;
    const parts = [tape.identity?.value ?? 'no name', tape.generation ?? '', bar, file];
    lines.push(
      `  ${parts
        .filter((part) => part !== '')
        .map(visible)
        .join('  ')}`,
    );
  }
  if (observation.activity) {
    lines.push(
      `  ${rateText(observation).padEnd(20)} ${sparkline(rates, SPARKS)}  ${hitchText(observation)}`.trimEnd(),
    );
  }
  if (place?.bufferedBytes !== undefined) {
    lines.push(
      `  ${`buffer ${formatCapacity(place.bufferedBytes)}`.padEnd(20)} ${sparkline(buffered, SPARKS)}`.trimEnd(),
    );
  }
  for (const { flag, name, action } of tape?.alerts ?? [])
    lines.push(visible(`  TapeAlert ${flag}, ${name}: ${action}`));
  return lines;
}

function stateText({ live: { state, progress, reason }, silentSince }: Observation): string {
  if (silentSince !== undefined) return `no answer since ${silentSince.toISOString().slice(11, 19)} UTC`;
  const share = progress === undefined ? '' : ` ${Math.round(progress * 100)} %`;
  return reason === undefined ? state : `${state}${share} (${reason})`;
}

function fullness({ live: { tape } }: Observation): { readonly share: number; readonly capacity: number } | undefined {
  const { maximumCapacity: capacity, remainingCapacity: remaining } = tape?.values ?? {};
  return capacity === undefined || remaining === undefined ? undefined : { share: 1 - remaining / capacity, capacity };
}

function shareText(observation: Observation): string | undefined {
  const full = fullness(observation);
  return full && `${Math.round(full.share * 100)} %`;
}

function rateText({ activity }: Observation): string {
  if (activity === undefined) return '';
  const { writing, reading } = activity;
  if (writing.bytesPerSecond > 0) return `writing ${formatRate(writing.bytesPerSecond)}`;
  return reading.bytesPerSecond > 0 ? `reading ${formatRate(reading.bytesPerSecond)}` : 'idle';
}

function hitchText({ activity }: Observation): string {
  if (activity === undefined) return '';
  const count = activity.writing.backHitches + activity.reading.backHitches;
  return `${count} ${count === 1 ? 'back-hitch' : 'back-hitches'}`;
}
