import type { CapturedReply } from '../../virtual/capture/capture.js';

/** Shorter ones occur by chance. */
const SHORTEST = 4;

/**
 * Replaces each secret in the data of all replies by one of the same length, the same everywhere; two different ones stay
 * different.
 */
export function redact(replies: readonly CapturedReply[], secrets: Iterable<Uint8Array>): CapturedReply[] {
  const different = new Map([...secrets].map((secret) => [Buffer.from(secret).toString('hex'), secret]));
  // The longest first: a serial number may be a part of a name.
  const ordered = [...different]
    .filter(([, { length }]) => length >= SHORTEST)
    .toSorted(([a], [b]) => b.length - a.length);
  const replacements = ordered.map(([hex, secret], index) => [hex, replacementOf(secret, index + 1)] as const);
  return replies.map((reply) => ({ ...reply, data: replaced(reply.data, replacements) }));
}

function replaced(data: string, replacements: readonly (readonly [string, string])[]): string {
  let result = data;
  for (const [secret, instead] of replacements) {
    for (let at = result.indexOf(secret); at >= 0; at = result.indexOf(secret, at + 1)) {
      // Whole bytes only.
      if (at % 2 === 0) result = `${result.slice(0, at)}${instead}${result.slice(at + secret.length)}`;
    }
  }
  return result;
}

/** Text becomes X and a number; bytes keep the first, which tells their type. */
function replacementOf(secret: Uint8Array, number: number): string {
  const isText = secret.every((byte) => byte >= 0x20 && byte < 0x7f);
  const digits = String(number);
  const bytes = isText
    ? Buffer.from(`${'X'.repeat(Math.max(0, secret.length - digits.length))}${digits}`.slice(-secret.length))
    : Buffer.alloc(secret.length);
  if (!isText) {
    bytes[0] = secret[0] ?? 0;
    bytes[secret.length - 1] = number & 0xff;
  }
  return bytes.toString('hex');
}
