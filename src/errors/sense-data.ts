/** Sense data, decoded; the shape that errors carry. Decoded by `scsi/sense.ts`. */
export interface SenseData {
  /** Sense key, 0 to 15 (SPC-5 4.5.6). */
  readonly key: number;
  /** Additional sense code. */
  readonly asc: number;
  /** Additional sense code qualifier. */
  readonly ascq: number;
  /** The error belongs to an earlier command (response code 71h or 73h). */
  readonly deferred: boolean;
  readonly filemark: boolean;
  readonly endOfMedium: boolean;
  /** Incorrect length indicator. */
  readonly incorrectLength: boolean;
  /** The INFORMATION field, if valid and a safe integer; signed, as a residual is. */
  readonly information?: number;
  /** Progress of a running operation, 0 to 1. */
  readonly progress?: number;
  /** Field pointer of an illegal request. */
  readonly field?: { readonly inCdb: boolean; readonly byte: number; readonly bit?: number };
  /** Meaning of the codes. */
  readonly text: string;
  /** Raw sense bytes; hex in JSON. */
  readonly bytes: Uint8Array;
}
