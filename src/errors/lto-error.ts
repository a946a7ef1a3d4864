import { inspect } from 'node:util';
import { senseCodes } from './sense-codes.js';
import type { SenseData } from './sense-data.js';

/** Details that every error of this library carries. */
export interface LtoErrorDetails {
  /** The device as the caller named it (`/dev/nst0`, `virtual:<folder>`). */
  readonly device?: string | undefined;
  /** The command, operation or system call that failed (`READ ATTRIBUTE`, `MTFSF 1`, `open`). */
  readonly operation?: string | undefined;
  /** Decoded sense data, if the drive sent any. */
  readonly sense?: SenseData | undefined;
  /** Name of the errno value (`EIO`), if a system call failed. */
  readonly errno?: string | undefined;
  /** What the caller should do next: a whole sentence. */
  readonly next?: string | undefined;
  readonly cause?: unknown;
}

/** A part of an archive over several cartridges that is on tape, closed with a filemark. */
export interface PartOnTape {
  readonly cartridge: string;
  /** Number of its file on the cartridge. */
  readonly location: number;
  readonly bytes: number;
  readonly checksum: string | undefined;
}

/**
 * Root of the taxonomy. Subclasses are split by what a caller must do; `code` is stable and meant for programs,
 * `message` names the device, the cause and the next step. Neither ever contains a key or payload data.
 */
export class LtoError extends Error {
  readonly code: string;
  readonly device: string | undefined;
  readonly operation: string | undefined;
  readonly sense: SenseData | undefined;
  readonly errno: string | undefined;
  readonly next: string | undefined;
  /** Of an archive over several cartridges that was not written to its end: the parts of it that are on tape. */
  declare readonly parts?: readonly PartOnTape[];

  constructor(code: string, what: string, details: LtoErrorDetails = {}) {
    super(sentence(what, details), details.cause === undefined ? undefined : { cause: details.cause });
    WHAT.set(this, what);
    this.code = code;
    this.device = details.device;
    this.operation = details.operation;
    this.sense = details.sense;
    this.errno = details.errno;
    this.next = details.next;
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** For programs: everything except stack and cause. */
  toJSON(): Record<string, unknown> {
    const { cause: _, sense, ...own } = this;
    return { ...own, name: this.name, message: this.message, ...(sense && { sense: senseToJson(sense) }) };
  }

  [inspect.custom](): string {
    return `${this.stack ?? this.message} [${this.code}]`;
  }
}

const WHAT = new WeakMap<LtoError, string>();

/** What an error says, without device, operation, cause and next step: for the message of another one. */
export function whatOf(error: LtoError): string {
  return WHAT.get(error) ?? error.message;
}

function sentence(what: string, { device, operation, sense, errno, next }: LtoErrorDetails): string {
  const where = [device, operation].filter((part) => part !== undefined).join(': ');
  const why = [errno, sense && `sense ${senseCodes(sense)} ${sense.text}`].filter((part) => part !== undefined);
  const cause = why.length > 0 ? `${what} (${why.join('; ')})` : what;
  return `${where ? `${where}: ` : ''}${cause}${next ? `. ${next}` : ''}`;
}

function senseToJson({ bytes, ...rest }: SenseData): Record<string, unknown> {
  return { ...rest, bytes: Buffer.from(bytes).toString('hex') };
}
