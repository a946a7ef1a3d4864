import type { OptionNames } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions } from '../arguments/options.js';
import type { CleanOptions } from './clean-drive.js';
import type { ReadyOptions } from './drive-work.js';
import type { ExchangeOptions, UnloadOptions } from './find-element.js';
import type { LibraryWaitOptions, MailOptions } from './waiting.js';
import type { LibraryWatchOptions } from './watch-library.js';

const WAIT: OptionNames<LibraryWaitOptions> = { ...CALL_OPTIONS, timeoutMs: true, intervalMs: true };
const MAIL: OptionNames<MailOptions> = { ...WAIT, wait: true };

interface OptionsOf {
  readonly audit: CallOptions;
  readonly clean: CleanOptions;
  readonly exchange: ExchangeOptions;
  readonly export: MailOptions;
  readonly import: MailOptions;
  readonly inventory: LibraryWaitOptions;
  readonly load: ReadyOptions;
  readonly transfer: CallOptions;
  readonly unload: UnloadOptions;
  readonly watch: LibraryWatchOptions;
}

/** Which options the methods of a library take. */
export const LIBRARY_OPTIONS: { readonly [method in keyof OptionsOf]: OptionNames<OptionsOf[method]> } = {
  audit: CALL_OPTIONS,
  clean: { ...WAIT, ejectAfterMs: true },
  exchange: { ...CALL_OPTIONS, second: true },
  export: MAIL,
  import: MAIL,
  inventory: WAIT,
  load: { ...CALL_OPTIONS, timeoutMs: true },
  transfer: CALL_OPTIONS,
  unload: { ...CALL_OPTIONS, to: true },
  watch: { ...WAIT },
};
