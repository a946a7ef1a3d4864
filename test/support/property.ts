import fc from 'fast-check';
import { MalformedResponseError } from '../../src/errors/index.js';

/**
 * Options of every property test: FC_RUNS asks for more runs than the everyday number. The nightly run takes
 * `FC_RUNS=100000 npx vitest run test/scsi --testTimeout 3600000`.
 */
export const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 100) };

/**
 * Whatever the bytes, the decoder gives a value or throws MalformedResponseError: anything else fails the test. Tried
 * are arbitrary bytes, and the valid ones cut at every length, padded, and with bytes changed, so that lengths lie.
 */
export function decodesOrRefuses(decode: (bytes: Uint8Array) => unknown, ...valid: readonly Uint8Array[]): void {
  const check = (bytes: Uint8Array) => {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), RUNS);
  for (const bytes of valid) {
    fc.assert(fc.property(damaged(bytes), check), RUNS);
    for (let length = 0; length <= bytes.length; length++) check(bytes.subarray(0, length));
  }
}

function damaged(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(Math.max(0, valid.length - 1)), fc.nat(255)), { maxLength: 4 });
  return fc.tuple(changes, fc.nat(valid.length), fc.uint8Array({ maxLength: 20 })).map(([changed, cut, tail]) => {
    const bytes = Uint8Array.from(valid);
    for (const [index, byte] of changed) bytes[index] = byte;
    return Uint8Array.from([...bytes.subarray(0, bytes.length - cut), ...tail]);
  });
}
