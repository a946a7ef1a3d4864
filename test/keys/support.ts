import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { keyFromBytes } from '../../src/keys/data-key.js';

/** A key of bytes that say which one it is. */
export function testKey(number: number): KeyObject {
  return keyFromBytes(Buffer.alloc(32, number));
}

/** Ways in which the bytes of a key could show. */
export function traces(key: KeyObject): string[] {
  const bytes = key.export();
  return [bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')];
}

/** Fails when a secret shows in anything that a program would print or log of a value. */
export function expectSilent(value: unknown, secrets: readonly string[]): void {
  const deep = inspect(value, { depth: 10, showHidden: true, getters: true });
  const shown = [deep, String(value), JSON.stringify(value) ?? '', value instanceof Error ? String(value.stack) : ''];
  for (const secret of secrets) {
    for (const text of shown) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  }
}
