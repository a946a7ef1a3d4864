import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  decodeLogPage,
  decodeLogValues,
  decodeParameterControl,
  decodeSupportedLogPages,
  encodeLogPage,
  encodeSupportedLogPages,
  logReset,
  logSelect,
  logSense,
  logTable,
} from '../../src/scsi/index.js';
import { fixtureBytes, fixtureLines } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const captured = (page: string) => fixtureBytes(`sg_logs -p 0x${page} -H /dev/sg1`);

describe('log page framework', () => {
  it('splits header and parameters, control byte included', () => {
    const page = decodeLogPage(Uint8Array.of(0x97, 0, 0, 11, 0, 1, 0x40, 2, 1, 2, 0x80, 0, 0x03, 1, 9));
    expect(page).toEqual({
      page: 0x17,
      subpage: 0,
      disableSave: true,
      truncated: false,
      parameters: [
        { code: 1, control: 0x40, value: Uint8Array.of(1, 2) },
        { code: 0x8000, control: 0x03, value: Uint8Array.of(9) },
      ],
    });
  });

  it('reads the subpage only when SPF is set', () => {
    expect(decodeLogPage(Uint8Array.of(0x57, 5, 0, 0)).subpage).toBe(5);
    expect(decodeLogPage(Uint8Array.of(0x17, 5, 0, 0)).subpage).toBe(0);
  });

  it('keeps the whole parameters of a page that the allocation length cut', () => {
    const page = decodeLogPage(Uint8Array.of(0x17, 0, 0, 20, 0, 1, 0, 1, 7, 0, 2, 0, 4, 1));
    expect(page.truncated).toBe(true);
    expect(page.parameters).toEqual([{ code: 1, control: 0, value: Uint8Array.of(7) }]);
  });

  it('refuses a complete page in which a parameter reaches beyond the end', () => {
    expect(() => decodeLogPage(Uint8Array.of(0x17, 0, 0, 6, 0, 1, 0, 9, 1, 2))).toThrow(MalformedResponseError);
    expect(() => decodeLogPage(Uint8Array.of(0x17, 0, 0, 2, 0, 1))).toThrow(MalformedResponseError);
    // Cut by the allocation length, padded with zeros, or empty: nothing to refuse.
    expect(decodeLogPage(Uint8Array.of(0x17, 0, 0, 20, 0, 1, 0, 9, 1))).toMatchObject({
      parameters: [],
      truncated: true,
    });
    expect(decodeLogPage(Uint8Array.of(0x17, 0, 0, 3, 0, 0, 0)).parameters).toEqual([]);
    expect(decodeLogPage(Uint8Array.of(0x17, 0, 0, 0)).parameters).toEqual([]);
  });

  it('takes a page padded with zeros and ends at runs of empty parameters', () => {
    expect(decodeLogPage(Uint8Array.of(0x17, 0, 0, 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)).parameters).toHaveLength(2);
  });

  it('names the bits of the parameter control byte', () => {
    expect(decodeParameterControl(0b1011_1101)).toEqual({
      disableUpdate: true,
      targetSaveDisable: true,
      enableThresholdComparison: true,
      thresholdMetCriteria: 3,
      format: 'ASCII list',
    });
    expect(decodeParameterControl(3).format).toBe('binary list');
  });

  it('gives back every page it can make', () => {
    const parameter = fc.record({
      code: fc.nat(0xffff),
      control: fc.nat(0xff),
      value: fc.uint8Array({ maxLength: 255 }),
    });
    const page = fc.record({
      page: fc.nat(0x3f),
      subpage: fc.nat(0xff),
      disableSave: fc.boolean(),
      parameters: fc.array(parameter, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(page, (each) => {
        expect(decodeLogPage(encodeLogPage(each))).toEqual({ ...each, truncated: false });
      }),
      RUNS,
    );
  });

  it('refuses to make a parameter that is too long', () => {
    const parameters = [{ code: 1, control: 0, value: new Uint8Array(256) }];
    expect(() => encodeLogPage({ page: 1, subpage: 0, disableSave: false, parameters })).toThrow(InvalidArgumentError);
  });

  it.each(['0c', '17', '2e', '37'])('survives whatever is made of page %s', (code) => {
    const table = logTable(Number.parseInt(code, 16));
    const valid = code === '37' ? Uint8Array.of(0x37, 0, 0, 5, 0, 0, 0, 1, 0) : captured(code);
    decodesOrRefuses((bytes) => {
      const page = decodeLogPage(bytes);
      return table && decodeLogValues(table, page);
    }, valid);
  });

  it('lists the supported pages as sg_logs does', () => {
    const listed = [
      ...fixtureLines('sg_logs -l /dev/sg1')
        .join('\n')
        .matchAll(/^ {4}0x([0-9a-f]{2}) /gm),
    ].map(([, code = '']) => ({
      page: Number.parseInt(code, 16),
      subpage: 0,
    }));
    expect(listed).toHaveLength(13);
    expect(decodeSupportedLogPages(captured('00'))).toEqual(listed);
  });

  it('lists pages with subpages', () => {
    const codes = [
      { page: 0, subpage: 0 },
      { page: 0x0d, subpage: 2 },
    ];
    const list = encodeSupportedLogPages(codes, true);
    expect(list).toEqual(Uint8Array.of(0x40, 0xff, 0, 4, 0, 0, 0x0d, 2));
    expect(decodeSupportedLogPages(list)).toEqual(codes);
    expect(encodeSupportedLogPages(codes)).toEqual(Uint8Array.of(0, 0, 0, 1, 0));
    decodesOrRefuses(decodeSupportedLogPages, list);
  });

  it('builds LOG SENSE and LOG SELECT', () => {
    expect(logSense(0x17, 1, 0x1234, 0x203).cdb).toEqual(Uint8Array.of(0x4d, 0, 0x57, 1, 0, 2, 3, 0x12, 0x34, 0));
    expect(logSense(0x2e)).toMatchObject({ name: 'LOG SENSE', direction: 'in', allocationLength: 0xffff });
    expect(logReset(0x32).cdb).toEqual(Uint8Array.of(0x4c, 2, 0x72, 0, 0, 0, 0, 0, 0, 0));
    expect(logReset(0x32).direction).toBe('none');
    const page = encodeLogPage({ page: 2, subpage: 0, disableSave: false, parameters: [] });
    expect(logSelect(page)).toMatchObject({ direction: 'out', dataOut: page });
    expect(logSelect(page).cdb).toEqual(Uint8Array.of(0x4c, 0, 0x40, 0, 0, 0, 0, 0, 4, 0));
  });
});
