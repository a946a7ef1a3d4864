import { InvalidArgumentError, LtoError, NoMediumError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { FullCartridge } from '../../provider/archive/full-cartridge.js';
import type { MediaIdentity } from '../../provider/label/identify.js';
import { printText, visible } from '../output/terminal.js';
import { formatBytes } from '../output/units.js';
import { askLine, hasTerminal } from './prompt.js';

/** Errors that another cartridge may not have. */
const OF_THE_CARTRIDGE: ReadonlySet<string> = new Set([
  'LTO_END_OF_DATA',
  'LTO_INVALID_ARGUMENT',
  'LTO_LABEL',
  'LTO_MEDIUM_CHANGED',
  'LTO_MEDIUM_ERROR',
  'LTO_NOT_BLANK',
  'LTO_NOT_READY',
  'LTO_NO_MEDIUM',
  'LTO_UNTERMINATED_FILE',
  'LTO_VERIFICATION_FAILED',
  'LTO_WRITE_PROTECTED',
]);

/** Throws InvalidArgumentError if there is no terminal on which to ask for cartridges. */
export function requireTerminal(why: string, next: string): void {
  if (!hasTerminal()) throw new InvalidArgumentError(`${why}, and there is no terminal to ask for them on`, { next });
}

/** Asks on the terminal for the next cartridge until a writable one is in the drive. Resolves with its identity. */
export async function askNextToWrite(full: FullCartridge): Promise<string> {
  const { part, totalBytes } = full;
  const why = part === undefined ? 'Nothing more fits on this cartridge' : `${part.cartridge} is full`;
  const question = `${why}, ${formatBytes(totalBytes)} are on tape. Put in the next cartridge and press Enter: `;
  // Ejects the full cartridge, and each one that is refused.
  const eject = () =>
    full.eject().catch((error: unknown) => {
      if (!(error instanceof NoMediumError)) throw error;
    });
  return untilGood(question, eject, async () => {
    const { identity } = await full.identify();
    const id = identity ?? (await askLine('This cartridge has no name. Name to label it with: ')).trim();
    await full.tryNext(id);
    return id;
  });
}

/** Asks on the terminal for a cartridge until it is in the drive. `identify` reads what is in the drive. */
export async function askToRead(cartridge: string, identify: () => Promise<MediaIdentity>): Promise<void> {
  const question = `Put in ${cartridge} and press Enter: `;
  await untilGood(
    question,
    async () => undefined,
    async () => {
      const { identity } = await identify();
      if (identity !== undefined && isSameCartridge(identity, cartridge)) return;
      throw new NoMediumError(`the cartridge in the drive is ${identity ?? 'unknown'}, not ${cartridge}`);
    },
  );
}

/** Asks again after each error that another cartridge may not have. */
async function untilGood<T>(question: string, eject: () => Promise<void>, look: () => Promise<T>): Promise<T> {
  for (;;) {
    await eject();
    await askLine(question);
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof LtoError) || !OF_THE_CARTRIDGE.has(error.code)) throw error;
      printText(process.stderr, `lto: ${visible(error.message)}`);
    }
  }
}
