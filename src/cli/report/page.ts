import { VERSION } from '../../addon/version.js';
import type { Observation } from '../../provider/observe/observation.js';
import { Markup, markup } from './markup.js';
import { STYLE } from './style.js';

/** A section of the page. */
export interface Section {
  readonly title: string;
  readonly content: Markup | readonly Markup[];
  readonly isWide?: boolean;
}

/** Nothing is fetched and nothing is run, whatever a name holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function page({ live, device }: Observation, made: Date, sections: readonly Section[]): string {
  const { drive, tape } = live;
  const title = [drive?.model ?? device, tape?.identity?.value].filter((part) => part !== undefined).join(', ');
  const parts = sections.map(({ title: heading, content, isWide = false }) => {
    return markup`<section${isWide ? new Markup(' class="wide"') : ''}><h2>${heading}</h2>${content}</section>`;
  });
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1><p>${device}, ${made.toISOString().slice(0, 16).replace('T', ' ')} UTC, by node-lto ${VERSION}</p></header>
<main>
${parts}
</main>
</body>
</html>
`.text;
}

/** Names and values; those without a value are left out. */
export function definitions(rows: readonly (readonly [string, string | number | undefined])[]): Markup {
  const known = rows.filter(([, value]) => value !== undefined);
  if (known.length === 0) return markup`<p class="none">nothing is known</p>`;
  return markup`<dl>${known.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

export function rows(
  head: readonly string[],
  body: readonly (readonly string[])[],
  textColumns: readonly number[] = [],
): Markup {
  const cells = (row: readonly string[]) =>
    row.map((cell, at) =>
      textColumns.includes(at) ? markup`<td class="text">${cell}</td>` : markup`<td>${cell}</td>`,
    );
  return markup`<div class="scroll"><table><thead><tr>${head.map((name) => markup`<th>${name}</th>`)}</tr></thead><tbody>${body.map((row) => markup`<tr>${cells(row)}</tr>`)}</tbody></table></div>`;
}
