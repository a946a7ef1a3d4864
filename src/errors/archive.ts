import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** Why an archive was not extracted or listed to its end, split by remedy. */
export type ArchiveReason =
  /** It ends early; another copy may be complete. */
  | 'cut'
  /** Not an archive, or it violates its format. */
  | 'damaged'
  /** It uses a feature, named in the message, that is not supported here. */
  | 'unsupported'
  /** A member leads out of the folder or through a link, or is a device and devices were not requested. */
  | 'unsafe'
  /** The file system refused; see `errno`. */
  | 'failed';

/** What an extraction made before it stopped. */
export interface ExtractedSoFar {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** An archive cannot be extracted or listed to its end. What was extracted until then stays. */
export class ArchiveError extends LtoError {
  readonly reason: ArchiveReason;
  /** Name of the member at which it stopped, if known. */
  readonly member: string | undefined;
  readonly extracted: ExtractedSoFar | undefined;
  constructor(
    what: string,
    details: LtoErrorDetails & {
      readonly reason: ArchiveReason;
      readonly member?: string | undefined;
      readonly extracted?: ExtractedSoFar | undefined;
    },
  ) {
    super('LTO_ARCHIVE', what, details);
    this.reason = details.reason;
    this.member = details.member;
    this.extracted = details.extracted;
  }
}
