/** A user of the tape that leaves files in the buffer of the drive between its turns. */
export interface BufferingUser {
  /** Whether it has ended, and only has to tell of a loss when it is closed. */
  readonly isOver: boolean;
  /** Called before another user moves the tape. Resolves when the buffer is empty; never rejects. */
  giveTape(): Promise<void>;
  /** Ends the user, after bringing buffered data to the medium. */
  close(): Promise<void>;
}
