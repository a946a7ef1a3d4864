import { expect, it } from 'vitest';
import { EncryptionKeyError, MediumError, TransportError, VerificationError } from '../../src/errors/index.js';
import { failedReading } from '../../src/provider/record/file-reading.js';

const record = { fileNumber: 1, record: 3, logicalObject: 9 };

it.each([
  ['a record that cannot be read', new MediumError('unreadable', { record }), { error: 'LTO_MEDIUM_ERROR' }],
  [
    'another checksum',
    new VerificationError('differs', { checksum: 'crc32:01234567' }),
    { checksum: 'crc32:01234567' },
  ],
  // `st` tells of a path that fails by EIO as well.
  ['an error that is of no record', new MediumError('input/output error'), undefined],
  ['another cartridge than the one that was wanted', new VerificationError('is another one'), undefined],
  ['a key', new EncryptionKeyError('the key is missing', { keyId: 'a' }), undefined],
  ['a way to the drive that fails', new TransportError('the host adapter says no'), undefined],
  ['what is no error', 'text', undefined],
])('a reading that failed by %s says of the file just that', (_why, error, told) => {
  expect(failedReading(error)).toEqual(told);
});
