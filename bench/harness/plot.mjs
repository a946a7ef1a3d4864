// Line plots as SVG, plain enough for a document.

const WIDTH = 760;
const HEIGHT = 400;
const MARGIN = { top: 46, right: 190, bottom: 54, left: 70 };
const COLOURS = ['#1b6ca8', '#c0392b', '#27864a', '#8e44ad', '#b9770e', '#5d6d7e'];
const INNER = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };

const escaped = (text) => String(text).replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);

/** Round numbers from 0 to at least `highest`, at most seven of them. */
function ticksTo(highest) {
  const rough = highest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, tick) => tick * step);
}

function logTicks(lowest, highest, base) {
  const from = Math.floor(Math.log(lowest) / Math.log(base) + 1e-9);
  const to = Math.ceil(Math.log(highest) / Math.log(base) - 1e-9);
  return Array.from({ length: to - from + 1 }, (_, tick) => base ** (from + tick));
}

function axis(values, { log, ticks, label = String, from = 0 }, length) {
  const positive = values.filter((value) => value > 0);
  const marks =
    ticks ?? (log ? logTicks(Math.min(...positive), Math.max(...positive), log) : ticksTo(Math.max(...values)));
  const scale = log ? Math.log : (value) => value;
  const low = scale(log ? marks[0] : from);
  const high = scale(marks.at(-1));
  return { marks, label, place: (value) => ((scale(value) - low) / (high - low)) * length };
}

/**
 * @param {{ title: string, x: object, y: object, series: { name: string, points: [number, number][], steps?: boolean }[] }}
 *   plot `x` and `y`: `title`, and perhaps `log` (base), `ticks`, `label` (a function), `from`
 */
export function linePlot({ title, x, y, series }) {
  const all = series.flatMap(({ points }) => points);
  const across = axis(
    all.map(([value]) => value),
    x,
    INNER.width,
  );
  const up = axis(
    all.map(([, value]) => value),
    y,
    INNER.height,
  );
  const left = (value) => (MARGIN.left + across.place(value)).toFixed(1);
  const top = (value) => (MARGIN.top + INNER.height - up.place(value)).toFixed(1);
  const bottom = MARGIN.top + INNER.height;
  const parts = [
    `<text x="${MARGIN.left}" y="26" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...up.marks.flatMap((mark) => [
      `<line x1="${MARGIN.left}" y1="${top(mark)}" x2="${MARGIN.left + INNER.width}" y2="${top(mark)}" stroke="#ddd"/>`,
      `<text x="${MARGIN.left - 8}" y="${Number(top(mark)) + 4}" text-anchor="end">${escaped(up.label(mark))}</text>`,
    ]),
    ...across.marks.flatMap((mark) => [
      `<line x1="${left(mark)}" y1="${bottom}" x2="${left(mark)}" y2="${bottom + 5}" stroke="#444"/>`,
      `<text x="${left(mark)}" y="${bottom + 19}" text-anchor="middle">${escaped(across.label(mark))}</text>`,
    ]),
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${MARGIN.left + INNER.width}" fill="none" stroke="#444"/>`,
    `<text x="${MARGIN.left + INNER.width / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(x.title)}</text>`,
    `<text transform="translate(16 ${MARGIN.top + INNER.height / 2}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>`,
    ...series.flatMap((line, number) => seriesParts(line, COLOURS[number % COLOURS.length], number, left, top)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function seriesParts({ name, points, dots = true }, colour, number, left, top) {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${left(x)} ${top(y)}`).join('');
  const legend = MARGIN.top + 10 + number * 20;
  const beside = MARGIN.left + INNER.width + 16;
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...(dots ? points.map(([x, y]) => `<circle cx="${left(x)}" cy="${top(y)}" r="3" fill="${colour}"/>`) : []),
    `<line x1="${beside}" y1="${legend}" x2="${beside + 22}" y2="${legend}" stroke="${colour}" stroke-width="2"/>`,
    `<text x="${beside + 28}" y="${legend + 4}">${escaped(name)}</text>`,
  ];
}
