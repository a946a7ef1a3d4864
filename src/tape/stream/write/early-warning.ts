/** Extent of the file when early warning was reached. */
export interface EarlyWarning {
  readonly records: number;
  readonly bytes: number;
}

export type StreamListener = (written: EarlyWarning) => void;

/** The events of a write stream in addition to those of every Writable. */
export interface EarlyWarningEvents {
  on(event: 'earlyWarning', listener: StreamListener): this;
  once(event: 'earlyWarning', listener: StreamListener): this;
  off(event: 'earlyWarning', listener: StreamListener): this;
  addListener(event: 'earlyWarning', listener: StreamListener): this;
  removeListener(event: 'earlyWarning', listener: StreamListener): this;
  prependListener(event: 'earlyWarning', listener: StreamListener): this;
  prependOnceListener(event: 'earlyWarning', listener: StreamListener): this;
  emit(event: 'earlyWarning', written: EarlyWarning): boolean;
}
