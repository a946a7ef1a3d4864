import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { LONGEST_KEY_ID, requireKeyId } from '../../src/keys/key-store.js';

describe('key identifiers', () => {
  test('are printable ASCII that a drive can keep', () => {
    expect(requireKeyId('backup 2026-11')).toBe('backup 2026-11');
    expect(requireKeyId('~'.repeat(LONGEST_KEY_ID))).toHaveLength(LONGEST_KEY_ID);
  });

  test.each(['', ' ', ' a', 'a ', 'é', 'a\n', 'a\0', '~'.repeat(LONGEST_KEY_ID + 1)])('%j is none', (id) => {
    expect(() => requireKeyId(id)).toThrow(InvalidArgumentError);
  });

  test('what is refused is not repeated: it may be the key itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const key = Buffer.from(bytes).toString('hex');
        try {
          requireKeyId(key);
          expect.unreachable();
        } catch (error) {
          expect(JSON.stringify(error)).not.toContain(key.slice(0, 16));
        }
      }),
    );
  });
});
