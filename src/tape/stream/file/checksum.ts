import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Crc32 } from '../../../../binding.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../../errors/index.js';
import { crc32c } from '../../../scsi/protection/crc32c.js';
import type { Transport } from '../../../transport/transport.js';

/** Checksums that streams can compute. */
export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'sha256';

/** A checksum in progress. */
export interface Checksum {
  update(data: Uint8Array): void;
  /** `crc32:<8 hex digits>`, `crc32c:<8 hex digits>` or `sha256:<64 hex digits>`. */
  digest(): string;
}

const MAKERS: Readonly<Record<ChecksumAlgorithm, () => Checksum>> = {
  crc32: () => rolling('crc32', crc32),
  crc32c: () => rolling('crc32c', crc32c),
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

/** 32-bit checksums that can be continued from a value. */
type RollingAlgorithm = 'crc32' | 'crc32c';

function rolling(algorithm: RollingAlgorithm, next: (data: Uint8Array, before: number) => number): Checksum {
  let value = 0;
  return {
    update: (data) => {
      value = next(data, value);
    },
    digest: () => rollingText(algorithm, value),
  };
}

function rollingText(algorithm: RollingAlgorithm, value: number): string {
  return `${algorithm}:${value.toString(16).padStart(8, '0')}`;
}

/** A checksum of what a stream moves. */
export interface RecordChecksum extends Checksum {
  /** The checksum that the transport updates as records pass, off the JavaScript thread; `update` then does nothing. */
  readonly followsRecords?: Crc32 | undefined;
}

/**
 * `crc32` and `crc32c` are computed by the transport as records pass, other algorithms from the chunks. A CRC32C of
 * records that are protected by CRC32C is combined from the records' values. Throws as `createChecksum`.
 */
export function createRecordChecksum(algorithm: ChecksumAlgorithm, transport: Transport): RecordChecksum {
  if (algorithm !== 'crc32' && algorithm !== 'crc32c') return createChecksum(algorithm);
  const followsRecords = transport.createCrc32(algorithm);
  return { followsRecords, update: () => undefined, digest: () => rollingText(algorithm, followsRecords.value) };
}

/** Throws InvalidArgumentError for an unknown algorithm. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  requireAlgorithm(algorithm);
  return MAKERS[algorithm]();
}

/** Throws InvalidArgumentError unless `algorithm` is a known name, undefined (default) or false (none). */
export function requireAlgorithm(algorithm: unknown, details?: LtoErrorDetails): void {
  if (algorithm === undefined || algorithm === false) return;
  if (typeof algorithm === 'string' && Object.hasOwn(MAKERS, algorithm)) return;
  throw new InvalidArgumentError(`unknown checksum algorithm ${JSON.stringify(String(algorithm).slice(0, 32))}`, {
    ...details,
    next: `Use ${Object.keys(MAKERS).join(' or ')}`,
  });
}

/** The algorithm of a receipt's checksum (`sha256:<hex digits>`). Throws InvalidArgumentError for anything else. */
export function algorithmOf(checksum: unknown, details?: LtoErrorDetails): ChecksumAlgorithm {
  const [algorithm = '', digits = ''] = String(checksum).split(':');
  requireAlgorithm(algorithm, details);
  const length = createChecksum(algorithm as ChecksumAlgorithm).digest().length - algorithm.length - 1;
  if (digits.length === length && /^[0-9a-f]*$/.test(digits)) return algorithm as ChecksumAlgorithm;
  throw new InvalidArgumentError(`${JSON.stringify(String(checksum).slice(0, 80))} is not a ${algorithm} checksum`, {
    ...details,
    next: `Give it in the form of the receipt: ${algorithm}: and ${length} hexadecimal digits`,
  });
}
