import { LabelError, LtoError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { readLabel } from '../../provider/label/label.js';
import type { TapeDrive } from '../../tape/tape-drive.js';

/** A cartridge by all of its names. */
export interface KnownCartridge {
  /** Of its label. */
  readonly identity: string | undefined;
  /** Why there is none. */
  readonly unlabelled: LtoError | undefined;
  readonly barcode: string | undefined;
  readonly mediumSerial: string | undefined;
  /** Names that a catalogue may know it by: of its label, and in its memory. */
  readonly names: readonly string[];
}

/** Reads the label, for which the tape moves to its beginning, and the memory. */
export async function knownCartridge(drive: TapeDrive, keyStore?: KeyStore): Promise<KnownCartridge> {
  const { identity, unlabelled } = await labelOf(drive, keyStore);
  const { barcode, userMediumLabel, serialNumber: mediumSerial } = (await drive.mam())?.values ?? {};
  const names = [identity, barcode, userMediumLabel].flatMap((name) => (name ? [name] : []));
  return { identity, unlabelled, barcode, mediumSerial, names: [...new Set(names)] };
}

async function labelOf(drive: TapeDrive, keyStore: KeyStore | undefined) {
  try {
    return { identity: await readLabel(drive, { keyStore }), unlabelled: undefined };
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    return { identity: undefined, unlabelled: error };
  }
}

/**
 * Why a file that is written cannot be found by way of a catalogue or an index; undefined if it can. They address it by the
 * label and the number of the file: without a label nothing proves which cartridge is in the drive, and file 0 is the
 * label's.
 */
export function whyNotAddressable({ identity, unlabelled }: KnownCartridge, fileNumber: number): LtoError | undefined {
  if (identity === undefined) return unlabelled;
  if (fileNumber > 0) return undefined;
  return new LabelError('file 0 has replaced the label of the cartridge', {
    operation: 'record',
    next: 'Label the cartridge, which empties it, and write to it again',
  });
}
