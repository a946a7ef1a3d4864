import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { keyFromBytes } from '../../src/keys/data-key.js';
import { decodeStencFile, encodeStencFile } from '../../src/keys/stenc-file.js';
import { RUNS } from '../support/property.js';
import { expectSilent } from './support.js';

const HEX = '0123456789abcdef'.repeat(4);
const decode = (text: string) => decodeStencFile(Buffer.from(text));

describe('a key file of stenc', () => {
  it.each([
    ['as stenc -g makes it', `${HEX}\n`, undefined],
    ['as stenc -g -kd makes it', `${HEX}\nSeptember Tape Key`, 'September Tape Key'],
    ['without an end of line', HEX, undefined],
    ['in capitals', HEX.toUpperCase(), undefined],
    ['from Windows', `${HEX}\r\nhello\r\n`, 'hello'],
    ['with more lines', `${HEX}\nhello\nand more`, 'hello'],
  ])('is read %s', (_how, text, description) => {
    const read = decode(text);
    expect(read.key.export().toString('hex')).toBe(HEX);
    expect(read.description).toBe(description);
  });

  it.each(['', '\n', HEX.slice(0, 32), HEX.slice(1), `${HEX}00`, ` ${HEX}`, `0x${HEX}`, `\n${HEX}`, `${HEX} \n`])(
    'is refused without a key of 256 bits on the first line, and nothing of it is repeated (%#)',
    (text) => {
      const attempt = () => decode(text);
      expect(attempt).toThrow(InvalidArgumentError);
      try {
        attempt();
      } catch (error) {
        expectSilent(error, ['0123456789abcdef']);
      }
    },
  );

  it('is the same again after writing and reading', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const description = fc.option(fc.stringMatching(/^[!-~]{1,32}$/), { nil: undefined });
    fc.assert(
      fc.property(bytes, description, (key, text) => {
        const read = decodeStencFile(encodeStencFile({ key: keyFromBytes(Uint8Array.from(key)), description: text }));
        expect([Uint8Array.from(read.key.export()), read.description]).toEqual([key, text]);
      }),
      RUNS,
    );
  });

  it('of arbitrary bytes is a key or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (content) => {
        try {
          decodeStencFile(content);
        } catch (error) {
          if (!(error instanceof InvalidArgumentError)) throw error;
        }
      }),
      RUNS,
    );
  });
});
