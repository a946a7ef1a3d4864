import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { InvalidArgumentError } from '../errors/index.js';

/** Checksums that streams can make on the way. */
export type ChecksumAlgorithm = 'crc32' | 'sha256';

/** A checksum in progress. */
export interface Checksum {
  update(data: Uint8Array): void;
  /** `crc32:<8 hex digits>` or `sha256:<64 hex digits>`. */
  digest(): string;
}

const MAKERS: Readonly<Record<ChecksumAlgorithm, () => Checksum>> = {
  crc32: () => {
    let value = 0;
    return {
      update: (data) => {
        value = crc32(data, value);
      },
      digest: () => `crc32:${value.toString(16).padStart(8, '0')}`,
    };
  },
  sha256: () => {
    const hash = createHash('sha256');
    return {
      update: (data) => {
        hash.update(data);
      },
      digest: () => `sha256:${hash.digest('hex')}`,
    };
  },
};

/** Throws InvalidArgumentError for an algorithm that is not known. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  if (!Object.hasOwn(MAKERS, algorithm)) {
    throw new InvalidArgumentError(`knows no checksum '${algorithm}'`, {
      next: `Use ${Object.keys(MAKERS).join(' or ')}`,
    });
  }
  return MAKERS[algorithm]();
}
