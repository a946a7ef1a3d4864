import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { bytesOfHex } from '../../scsi/wire/bytes.js';

/** What a drive, its cartridge and its host have told, as raw bytes; names, serials and keys are replaced. */
export interface DriveCapture {
  readonly format: typeof CAPTURE_FORMAT;
  readonly version: 1;
  /** ISO 8601. */
  readonly made: string;
  /** This package and its version. */
  readonly by: string;
  /** Bytes that one transfer is known to carry. */
  readonly maxTransfer: number;
  readonly replies: readonly CapturedReply[];
  /** State of the driver; undefined where it told none. */
  readonly driver?: Readonly<Record<string, boolean | number | null>> | undefined;
}

/** A drive's answer to one query; bytes in hex. */
export interface CapturedReply {
  /** Name of the command. */
  readonly command: string;
  readonly cdb: string;
  /** SCSI status byte. */
  readonly status: number;
  readonly data: string;
  readonly sense: string;
}

export const CAPTURE_FORMAT = 'node-lto capture';

/** Throws InvalidArgumentError for what is no capture. */
export function requireCapture(capture: unknown): DriveCapture {
  requireRecord('a capture', capture, { operation: 'capture', next: 'Give what `lto capture` has written, parsed' });
  const { format, version, replies, maxTransfer } = capture as Partial<DriveCapture>;
  if (format !== CAPTURE_FORMAT || version !== 1) throw noCapture('it says so nowhere, or is of another version');
  if (!Array.isArray(replies)) throw noCapture('it has no replies');
  if (typeof maxTransfer !== 'number') throw noCapture('maxTransfer is missing');
  for (const reply of replies) if (!isReply(reply)) throw noCapture('one of its replies is damaged');
  return capture as DriveCapture;
}

function isReply(reply: unknown): boolean {
  if (typeof reply !== 'object' || reply === null) return false;
  const { command, cdb, status, data, sense } = reply as Partial<CapturedReply>;
  const hex = [cdb, data, sense].every((text) => typeof text === 'string' && bytesOfHex(text) !== undefined);
  return hex && cdb !== '' && typeof command === 'string' && typeof status === 'number';
}

function noCapture(why: string): InvalidArgumentError {
  return new InvalidArgumentError(`this is not a capture of a drive: ${why}`, {
    operation: 'capture',
    next: 'Give what `lto capture` has written, parsed',
  });
}
