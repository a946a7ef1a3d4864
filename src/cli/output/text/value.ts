import { formatBytes } from '../units.js';

const SHOWN_RAW = 48;

/** A decoded value as text; without one, `raw`, its bytes in hex. */
export function valueText(value: unknown, raw: string, unit?: string): string {
  if (typeof value === 'number' && unit === 'bytes') return `${value} (${formatBytes(value)})`;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(elementText).join(' ');
  if (value === undefined || value instanceof Uint8Array) return isBlank(raw) ? '' : hexText(raw);
  return Object.entries(value ?? {})
    .map(([name, part]) => `${name} ${partText(part)}`)
    .join(', ');
}

/** The first bytes of a value without a decoder. */
export function hexText(raw: string): string {
  return raw.length > SHOWN_RAW ? `hex ${raw.slice(0, SHOWN_RAW)}…` : `hex ${raw}`;
}

/** One element of a list, of codes or of structures. */
function elementText(element: unknown): string {
  return typeof element === 'number' ? `0x${element.toString(16)}` : partText(element);
}

function partText(part: unknown): string {
  if (part instanceof Uint8Array) return valueText(part, Buffer.from(part).toString('hex'));
  if (typeof part !== 'object' || part === null) return String(part);
  return `(${Object.entries(part)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')})`;
}

function isBlank(raw: string): boolean {
  return /^(?:00|20)*$/.test(raw);
}
