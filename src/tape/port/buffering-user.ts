/** A user of the tape that leaves files in the buffer of the drive between its turns. */
export interface BufferingUser {
  /** Somebody else moves the tape next: resolves, and never rejects, when nothing is left in the buffer. */
  giveTape(): Promise<void>;
  /** Ends it, with what is buffered on the medium. */
  close(): Promise<void>;
}
