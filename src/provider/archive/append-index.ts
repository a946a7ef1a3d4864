import { EndOfMediumError, LtoError } from '../../errors/index.js';
import type { Preparations } from '../label/preparations.js';
import type { Preparation } from '../label/prepare.js';
import type { ArchiveRecording } from '../record/recording.js';
import type { Session } from '../session/session.js';
import type { CartridgeIndex } from '../tape-index/cartridge-index.js';
import type { IndexKeeper } from '../tape-index/index-keeper.js';
import type { ArchiveReceipt, IndexReport } from './archive.js';
import type { Place } from './places.js';
import { recorded } from './recorded.js';
import { preparationBehind, writeNext } from './write-archive.js';
import type { WriteHooks } from './write-spanned.js';

/** The index of a prepared cartridge. It may move the tape. */
export function openIndex(
  keeper: IndexKeeper,
  { drive, keyStore, configuration: { protection } }: Session,
  preparation: Preparation,
): Promise<CartridgeIndex> {
  return keeper.open(drive, preparation, { keyStore, protection });
}

/** What is kept of the cartridges that are written. */
interface Kept {
  readonly keeper: IndexKeeper | undefined;
  readonly preparations: Preparations;
}

/** Records what `write` writes to a place, keeps the preparation for the next archive, and puts the index behind it. */
export async function writeIndexed(
  place: Place,
  recording: ArchiveRecording | undefined,
  { keeper, preparations }: Kept,
  write: (hooks: WriteHooks) => Promise<ArchiveReceipt>,
): Promise<ArchiveReceipt> {
  if (keeper !== undefined) await openIndex(keeper, place.session, place.preparation);
  return recorded(recording, ({ begin, record }) =>
    write({
      onProven: begin,
      onWritten: async (session, next, receipt) => {
        const keep = (then: Preparation) => preparations.keep(session, then);
        const told = await record(receipt);
        if (keeper === undefined) {
          keep(next);
          return told;
        }
        if (next.identity === place.preparation.identity) keeper.advance(next);
        return appendIndex(keeper, session, next, told, keep);
      },
    }),
  );
}

/**
 * Writes the index archive behind an archive that is on tape. What fails here is told in the receipt: the archive is as
 * safe as before. `keep` gets the preparation for the next archive, unless the cartridge must be prepared again.
 */
async function appendIndex(
  keeper: IndexKeeper,
  session: Session,
  before: Preparation,
  receipt: ArchiveReceipt,
  keep: (next: Preparation) => void,
): Promise<ArchiveReceipt> {
  // The archive is on tape: an abort must not deny that.
  const unaborted = session.uninterrupted();
  try {
    const index = await openIndex(keeper, unaborted, before);
    const written = await writeNext(unaborted, before, index.encode(), {});
    index.written(written.fileNumber);
    const next = preparationBehind(before, written);
    keeper.advance(next);
    keep(next);
    return { ...receipt, indexed: { fileNumber: written.fileNumber, failure: undefined } };
  } catch (error) {
    return { ...receipt, indexed: whyNone(error) };
  }
}

/** Why there is no index archive. Throws what is no failure of a drive or its cartridge. */
function whyNone(error: unknown): IndexReport {
  if (!(error instanceof LtoError)) throw error;
  const isFull = error instanceof EndOfMediumError;
  return { fileNumber: undefined, failure: isFull ? undefined : error };
}
