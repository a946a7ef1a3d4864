/** A point in time, to the nanosecond. */
export interface FileTime {
  /** Since 1970, rounded down: negative before. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}
