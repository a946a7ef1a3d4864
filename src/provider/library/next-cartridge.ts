import { unlessAborted } from '../../arguments/signal.js';
import type { OnEndOfMedium } from '../archive/full-cartridge.js';
import { type NextPlace, prepared, requireUnused } from '../archive/places.js';
import { type Preparation, prepareForWrite } from '../label/prepare.js';
import { prepareOrLabel } from '../label/prepare-or-label.js';
import type { Connection } from '../session/connection.js';
import type { Session } from '../session/session.js';
import type { CartridgePool } from './pool.js';

/** What names the next cartridge: the caller, or else the pool. */
export interface NextCartridges {
  readonly onEndOfMedium: OnEndOfMedium | undefined;
  readonly pool: CartridgePool | undefined;
}

/**
 * The drive that the next cartridge is brought to, which need not be the one of the full cartridge. Undefined where
 * nobody names a next one.
 */
export function nextInLibrary(
  connection: Connection,
  { onEndOfMedium, pool }: NextCartridges,
  signal: AbortSignal | undefined,
): NextPlace | undefined {
  const enter = (prepare: (session: Session, id: string) => Promise<Preparation>) => (id: string) =>
    prepared(connection, id, signal, prepare);
  if (onEndOfMedium !== undefined) {
    return async (full, from, used) => {
      const id = await unlessAborted(Promise.resolve(onEndOfMedium(full)), signal);
      requireUnused(from, used, id);
      await from.leave();
      return enter(prepareForWrite)(id);
    };
  }
  if (pool === undefined) return undefined;
  return async (_full, from, used) => {
    await from.leave();
    pool.full(from.preparation.identity);
    const { done, leave, ...place } = await pool.next(used, enter(prepareForPool));
    return {
      ...place,
      leave: async (options) => {
        done();
        await leave(options);
      },
    };
  };
}

/**
 * Nobody is asked about a cartridge of the pool: a last file that a process did not end gets its filemark. It was never
 * reported as written, and what there is of it can still be read.
 */
function prepareForPool(session: Session, id: string): Promise<Preparation> {
  return prepareOrLabel(session, id, { closeUnterminated: true });
}
