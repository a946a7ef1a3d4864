import { EndOfDataError, InvalidArgumentError, LtoError, WriteProtectedError } from '../../errors/index.js';
import { readLabel } from '../../provider/label/label.js';
import { ERASE_CONFIRMATION } from '../../tape/motion/erase-confirmation.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { askLine, hasTerminal } from './prompt.js';

/** Options of a command that destroys what is on the cartridge. */
export interface LossOptions {
  readonly yesOverwrite?: string | undefined;
}

/** What the command is about to destroy. */
interface Loss {
  readonly operation: string;
  /** `everything`, `file 3 and everything after it`. */
  readonly what: string;
}

/**
 * Proves that the user means the cartridge that is in the drive: by `--yes-overwrite` with one of its names, or typed at
 * the terminal. Rejects with InvalidArgumentError otherwise, before anything is written.
 */
export async function confirmLoss(drive: TapeDrive, { operation, what }: Loss, options: LossOptions): Promise<void> {
  await drive.waitUntilReady({ timeoutMs: 0 });
  // At the end of its data even write-once media can be written.
  await drive.rewind();
  if (!(await canLose(drive)) || (await isBlank(drive))) return;
  const names = await cartridgeNames(drive);
  const [wanted = ERASE_CONFIRMATION] = names;
  const accepted = names.length === 0 ? [ERASE_CONFIRMATION] : names;
  const of = names.length === 0 ? 'the cartridge, which has no name' : wanted;
  const typed = options.yesOverwrite ?? (await asked(`This destroys ${what} on ${of}. Type "${wanted}" to go on: `));
  if (typed !== undefined && accepted.includes(typed.trim())) return;
  const problem = typed === undefined ? 'was not confirmed' : `was confirmed for ${JSON.stringify(typed)}`;
  throw new InvalidArgumentError(`this destroys ${what} on ${of}, and ${problem}`, {
    device: drive.device,
    operation,
    next: `Check what is on it, then give --yes-overwrite ${names.length === 0 ? JSON.stringify(wanted) : wanted}`,
  });
}

/** False where nothing can be overwritten from the beginning: the command itself then says why, or writes to a blank cartridge. */
async function canLose(drive: TapeDrive): Promise<boolean> {
  try {
    await drive.requireOverwritable();
    return true;
  } catch (error) {
    if (error instanceof WriteProtectedError) return false;
    throw error;
  }
}

/** Whether nothing is recorded. The tape stands at its beginning. */
async function isBlank(drive: TapeDrive): Promise<boolean> {
  if (((await drive.partitions()) ?? []).length > 1) return false;
  try {
    await drive.spaceRecords(1);
    return false;
  } catch (error) {
    return error instanceof EndOfDataError;
  }
}

async function asked(question: string): Promise<string | undefined> {
  return hasTerminal() ? askLine(question) : undefined;
}

/** Barcode and label in the cartridge memory, or else the label on the tape, for which the tape moves; then the serial number. */
async function cartridgeNames(drive: TapeDrive): Promise<readonly string[]> {
  const { barcode, userMediumLabel, serialNumber } = (await drive.mam())?.values ?? {};
  const named = [barcode, userMediumLabel].filter((name) => name !== undefined && name !== '');
  const label = named.length === 0 ? await labelOnTape(drive) : undefined;
  return [...new Set([...named, label, serialNumber].flatMap((name) => (name ? [name] : [])))];
}

async function labelOnTape(drive: TapeDrive): Promise<string | undefined> {
  try {
    return await readLabel(drive);
  } catch (error) {
    // Blank, not ours, encrypted or damaged: there is no label to name it by.
    if (error instanceof LtoError) return undefined;
    throw error;
  }
}
