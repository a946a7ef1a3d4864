import { FAMILIES } from './families.js';
import type { Facts, Family, Labels } from './family.js';
import { valuesOf } from './metrics.js';

/** Media type of the text format of Prometheus. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of some drives in the text format of Prometheus, for who has no registry. */
export function exposition(all: readonly Facts[]): string {
  return FAMILIES.map((family) => textOf(family, all)).join('');
}

function textOf(family: Family, all: readonly Facts[]): string {
  const values = valuesOf(family, all);
  if (values.length === 0) return '';
  const { name, help, type } = family;
  const lines = values.map(({ labels, value }) => `${name}{${labelText(labels)}} ${value}`);
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`)
    .join(',');
}

/** Drives and cartridges name themselves: a line feed must not begin another metric. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
