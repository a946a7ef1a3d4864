import { describe, expect, it } from 'vitest';
import { fromSense } from '../../src/device/sense-errors.js';
import {
  EncryptionError,
  type LtoErrorDetails,
  MediumChangedError,
  MediumError,
  PositionLostError,
  WriteProtectedError,
} from '../../src/errors/index.js';
import { encodeSense } from '../../src/scsi/index.js';
import { decodeSense } from '../../src/scsi/sense/sense.js';

const DETAILS: LtoErrorDetails = { device: '/dev/nst0', operation: 'WRITE(6)' };

/** The typed error for sense codes as tape people write them. */
function errorFor(codes: string) {
  const [key = 0, asc = 0, ascq = 0] = codes.split('/').map((part) => Number.parseInt(part, 16));
  const sense = decodeSense(encodeSense({ key, asc, ascq }));
  if (sense === undefined) throw new Error(`${codes} is no sense`);
  return fromSense(sense, DETAILS);
}

describe('what forbids writing is told apart', () => {
  it.each([
    ['7/27/00', 'switch', /switch/],
    ['7/27/01', 'switch', /switch/],
    ['7/27/02', 'software', /settings/],
    ['7/27/03', 'software', /settings/],
    ['7/27/04', 'permanent', /another/],
    ['7/27/05', 'permanent', /another/],
    ['7/27/06', 'software', /settings/],
    ['7/30/05', 'read-only-format', /later generation/],
    ['3/30/05', 'read-only-format', /later generation/],
    ['5/30/05', 'read-only-format', /later generation/],
    ['7/30/0c', 'worm', /[Aa]ppend/],
    ['7/30/0d', 'worm', /[Aa]ppend/],
    ['7/5a/02', 'switch', /protection/],
    ['7/55/00', 'unknown', /another/],
  ])('%s: %s', (codes, reason, next) => {
    const error = errorFor(codes);
    expect(error).toBeInstanceOf(WriteProtectedError);
    expect(error).toMatchObject({ reason, next: expect.stringMatching(next) });
    expect(error.message).not.toMatch(/clean the drive/i);
    // Only where there is a switch to be moved.
    if (reason !== 'switch') expect(error.message).not.toMatch(/switch/);
  });
});

describe('a unit attention that loses nothing is named', () => {
  it.each([
    ['6/2a/01', /mode parameters/],
    ['6/2a/10', /clock/],
    ['6/3f/0e', /logical units/],
  ])('%s', (codes, words) => {
    const error = errorFor(codes);
    expect(error).toBeInstanceOf(MediumChangedError);
    expect(error.message).toMatch(words);
    expect(error.next).toMatch(/send it again/);
  });
});

it.each([
  ['6/28/00', MediumChangedError],
  ['6/29/00', PositionLostError],
  ['7/74/02', EncryptionError],
  ['3/30/00', MediumError],
  ['3/11/00', MediumError],
])('%s stays what it is', (codes, type) => {
  expect(errorFor(codes)).toBeInstanceOf(type);
});

describe('key errors of IBM are those of its drives alone', () => {
  const errorOf = (key: number, asc: number, vendor: string | undefined) => {
    const sense = decodeSense(encodeSense({ key, asc, ascq: 0x10 }), vendor);
    if (sense === undefined) throw new Error('no sense');
    return fromSense(sense, DETAILS, { vendor });
  };

  it.each([0xee, 0xef])('additional sense code %i', (asc) => {
    for (const vendor of ['IBM', 'QUANTUM ']) expect(errorOf(0x3, asc, vendor), vendor).toBeInstanceOf(EncryptionError);
    for (const vendor of ['HPE', undefined]) expect(errorOf(0x3, asc, vendor)).not.toBeInstanceOf(EncryptionError);
  });
});
