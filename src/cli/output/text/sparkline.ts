const BARS = '▁▂▃▄▅▆▇█';
const FULL = '█';
const EMPTY = '░';

/** The last `width` values as small bars, from 0 to `most` or the largest of them. */
export function sparkline(values: readonly number[], width: number, most?: number): string {
  const shown = values.slice(-width);
  const top = Math.max(most ?? 0, ...shown);
  const bar = (value: number) =>
    BARS[top === 0 ? 0 : Math.min(BARS.length - 1, Math.round((value / top) * (BARS.length - 1)))];
  return shown.map(bar).join('');
}

/** A share from 0 to 1: `█████░░░░░`. */
export function shareBar(share: number, width: number): string {
  const full = Math.max(0, Math.min(width, Math.round(share * width)));
  return FULL.repeat(full) + EMPTY.repeat(width - full);
}
