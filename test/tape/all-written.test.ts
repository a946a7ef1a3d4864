// The last checks before the filemark: no receipt for another number of bytes than was received.
import { expect, it } from 'vitest';
import { VerificationError } from '../../src/errors/index.js';
import { requireAllWritten, requireLastRecord } from '../../src/tape/stream/write/commit-file.js';
import type { OpenFile } from '../../src/tape/stream/write/write-failure.js';

function fileOf(bytes: number, limits?: { readonly min: number; readonly max: number; readonly granularity: number }) {
  return { port: { device: '/dev/nst0' }, writer: { bytes }, start: { limits } } as unknown as OpenFile;
}

it.each([
  [999, 'received, but 1000'],
  [1001, 'received, but 1000'],
])('%s bytes are not 1000', (given, says) => {
  expect(() => requireAllWritten(fileOf(1000), given)).toThrow(VerificationError);
  expect(() => requireAllWritten(fileOf(1000), given)).toThrow(`${given} bytes were ${says} are on tape`);
});

it('as many as are on tape are', () => {
  expect(() => requireAllWritten(fileOf(1000), 1000)).not.toThrow();
});

it('a source that ends with a whole record has no last one to refuse', () => {
  expect(() => requireLastRecord(fileOf(0), 0)).not.toThrow();
  expect(() => requireLastRecord(fileOf(0), 77)).not.toThrow();
});
