import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  decodeLogPage,
  decodeTapeAlert,
  decodeTapeAlertResponse,
  encodeTapeAlert,
  encodeTapeAlertResponse,
  TAPE_ALERT_FLAGS,
} from '../../src/scsi/index.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const numbers = (flags: readonly { readonly flag: number }[]) => flags.map(({ flag }) => flag);
const flagSet = fc.uniqueArray(fc.integer({ min: 1, max: 64 })).map((flags) => flags.toSorted((a, b) => a - b));

describe('TapeAlert', () => {
  it('knows all 64 flags in order, each with a meaning and an advice', () => {
    expect(numbers(TAPE_ALERT_FLAGS)).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
    expect(new Set(TAPE_ALERT_FLAGS.map(({ name }) => name)).size).toBe(64);
    for (const { meaning, action } of TAPE_ALERT_FLAGS)
      expect([meaning !== '', action.endsWith('.')]).toEqual([true, true]);
  });

  it.each([
    [1, 'Read warning', 'W'],
    [6, 'Write failure', 'C'],
    [19, 'Nearing media life', 'I'],
    [20, 'Cleaning required', 'C'],
    [21, 'Cleaning requested', 'W'],
    [38, 'Predictive failure', 'C'],
    [52, 'Tape system area write failure', 'C'],
    [60, 'WORM medium: overwrite attempted', 'W'],
  ])('flag %i is %s, %s', (flag, name, severity) => {
    expect(TAPE_ALERT_FLAGS[flag - 1]).toMatchObject({ flag, name, severity });
  });

  it('finds none in the captured page 2E', () => {
    const bytes = fixtureBytes('sg_logs -p 0x2e -H /dev/sg1');
    expect(decodeTapeAlert(decodeLogPage(bytes))).toEqual([]);
    expect(encodeTapeAlert([])).toEqual(bytes);
  });

  it('finds flag 20 in page 2E by parameter code and bit 0', () => {
    const bytes = fixtureBytes('sg_logs -p 0x2e -H /dev/sg1');
    bytes[4 + 19 * 5 + 4] = 1;
    bytes[4 + 20 * 5 + 4] = 0xfe;
    expect(numbers(decodeTapeAlert(decodeLogPage(bytes)))).toEqual([20]);
  });

  it('takes bit 7 of the first byte of page 12 for flag 1', () => {
    const page = decodeLogPage(Uint8Array.of(0x12, 0, 0, 12, 0, 0, 3, 8, 0x80, 0, 0x10, 0, 0, 0, 0, 0x01));
    expect(numbers(decodeTapeAlertResponse(page))).toEqual([1, 20, 64]);
  });

  it('gives back every set of flags on both pages', () => {
    fc.assert(
      fc.property(flagSet, (flags) => {
        expect(numbers(decodeTapeAlert(decodeLogPage(encodeTapeAlert(flags))))).toEqual(flags);
        expect(numbers(decodeTapeAlertResponse(decodeLogPage(encodeTapeAlertResponse(flags))))).toEqual(flags);
      }),
      RUNS,
    );
  });

  it('does not take a page without flags for "no flag is set"', () => {
    expect(() => decodeTapeAlert(decodeLogPage(Uint8Array.of(0x2e, 0, 0, 0)))).toThrow(MalformedResponseError);
    expect(() => decodeTapeAlertResponse(decodeLogPage(Uint8Array.of(0x12, 0, 0, 5, 0, 0, 3, 1, 0)))).toThrow(
      MalformedResponseError,
    );
  });

  it('survives whatever is made of its pages', () => {
    decodesOrRefuses((bytes) => decodeTapeAlert(decodeLogPage(bytes)), encodeTapeAlert([1, 20]));
    decodesOrRefuses((bytes) => decodeTapeAlertResponse(decodeLogPage(bytes)), encodeTapeAlertResponse([1, 20]));
  });
});
