import { scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import { type Markup, markup } from './markup.js';

/** A value at a time; undefined where nothing is known. */
export interface Point {
  readonly at: Date;
  readonly value: number;
}

export interface LineChart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
  readonly format: (value: number) => string;
}

/** A part of a strip: a file on the tape, or what is left. */
export interface Segment {
  readonly title: string;
  readonly size: number;
  readonly kind: 'file' | 'other' | 'free';
}

const WIDTH = 640;
const HEIGHT = 220;
const MARGIN = { top: 12, right: 16, bottom: 26, left: 64 };
const TICKS = 5;
const STRIP_HEIGHT = 34;
const DAY_MS = 86_400_000;

/** Lines over time. Below two points there is nothing to draw a line through, and the points are shown. */
export function lineChart({ title, unit, series, format }: LineChart): Markup {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0)
    return markup`<figure><figcaption>${title}</figcaption><p class="none">nothing is known yet</p></figure>`;
  const times = all.map(({ at }) => at.getTime());
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const x = scaleUtc(from === to ? [from - DAY_MS, to + DAY_MS] : [from, to], [MARGIN.left, WIDTH - MARGIN.right]);
  const top = Math.max(...all.map(({ value }) => value));
  const y = scaleLinear([0, top > 0 ? top : 1], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(TICKS);
  const rows = y.ticks(TICKS).map((tick) => {
    return markup`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick)}" y2="${y(tick)}"/><text class="y" x="${MARGIN.left - 8}" y="${y(tick) + 4}">${format(tick)}</text>`;
  });
  const timeFormat = x.tickFormat(TICKS);
  const columns = x.ticks(TICKS).map((tick) => {
    return markup`<text class="x" x="${x(tick)}" y="${HEIGHT - 6}">${timeFormat(tick)}</text>`;
  });
  const drawn = series.map(({ points }, at) => {
    const path =
      line<Point>(
        (point) => x(point.at),
        (point) => y(point.value),
      )(points) ?? '';
    const dots = points.map((point) => {
      return markup`<circle class="s${at}" cx="${x(point.at)}" cy="${y(point.value)}" r="3"><title>${point.at.toISOString().slice(0, 16).replace('T', ' ')}: ${format(point.value)} ${unit}</title></circle>`;
    });
    return markup`<path class="line s${at}" d="${path}"/>${dots}`;
  });
  const names = series.length < 2 ? [] : series.map(({ name }, at) => markup`<span class="key s${at}">${name}</span>`);
  return markup`<figure><figcaption>${title}${unit === '' ? '' : `, ${unit}`} ${names}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${rows}${columns}${drawn}</svg></figure>`;
}

/** Sizes side by side, as they lie on the tape. */
export function strip(title: string, segments: readonly Segment[]): Markup {
  const total = segments.reduce((sum, { size }) => sum + size, 0);
  const x = scaleLinear([0, total > 0 ? total : 1], [0, WIDTH]);
  let before = 0;
  const boxes = segments.map(({ title: name, size, kind }, at) => {
    const [left, right] = [x(before), x(before + size)];
    before += size;
    const shade = kind === 'file' && at % 2 === 1 ? 'file odd' : kind;
    return markup`<rect class="${shade}" x="${left}" width="${right - left}" height="${STRIP_HEIGHT}"><title>${name}</title></rect>`;
  });
  return markup`<figure><figcaption>${title}</figcaption><svg viewBox="0 0 ${WIDTH} ${STRIP_HEIGHT}" role="img" aria-label="${title}" preserveAspectRatio="none" class="strip">${boxes}</svg></figure>`;
}
