/** What of a file was written when the end of the tape came near. */
export interface EarlyWarning {
  readonly records: number;
  readonly bytes: number;
}

type Listener = (written: EarlyWarning) => void;

/** The events that a write stream has beside those of every Writable. */
export interface EarlyWarningEvents {
  on(event: 'earlyWarning', listener: Listener): this;
  once(event: 'earlyWarning', listener: Listener): this;
  off(event: 'earlyWarning', listener: Listener): this;
  addListener(event: 'earlyWarning', listener: Listener): this;
  removeListener(event: 'earlyWarning', listener: Listener): this;
  prependListener(event: 'earlyWarning', listener: Listener): this;
  prependOnceListener(event: 'earlyWarning', listener: Listener): this;
  emit(event: 'earlyWarning', written: EarlyWarning): boolean;
}
