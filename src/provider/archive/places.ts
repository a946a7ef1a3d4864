import { unlessAborted } from '../../arguments/signal.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { Preparations } from '../label/preparations.js';
import { type Preparation, prepareForWrite } from '../label/prepare.js';
import type { Connection, Turn } from '../session/connection.js';
import type { Session } from '../session/session.js';
import type { FullCartridge, OnEndOfMedium } from './full-cartridge.js';

/** Where an archive, or a part of it, is written: a prepared cartridge in a drive that nobody else uses. */
export interface Place extends Turn {
  readonly preparation: Preparation;
}

/** Leaves the place of a full cartridge for that of the next one. `used`: the cartridges that hold parts already. */
export type NextPlace = (full: FullCartridge, from: Place, used: readonly string[]) => Promise<Place>;

/** Works in a drive with the cartridge that was prepared, or in a library, with the one that is brought and prepared. */
export async function atPlace<T>(
  connection: Connection,
  preparations: Preparations,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal | undefined },
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const take = (session: Session) => takePrepared(connection, preparations, session, id);
  const place = await prepared(connection, id, signal, take);
  try {
    return await work(place);
  } finally {
    await place.leave();
  }
}

/** What was prepared; in a library, where nobody prepares what may have been put back or written since, prepared anew. */
export async function takePrepared(
  { bringsCartridges }: Connection,
  preparations: Preparations,
  session: Session,
  id: string,
): Promise<Preparation> {
  return bringsCartridges && !preparations.isCurrent(session, id)
    ? prepareForWrite(session, id)
    : preparations.take(session, id);
}

/** A drive with a cartridge that `prepare` prepares. */
export async function prepared(
  connection: Connection,
  id: string,
  signal: AbortSignal | undefined,
  prepare: (session: Session, id: string) => Promise<Preparation>,
): Promise<Place> {
  const turn = await connection.enter('writing an archive', signal, id);
  try {
    return { ...turn, preparation: await prepare(turn.session, id) };
  } catch (error) {
    await turn.leave();
    throw error;
  }
}

/** The same drive, once the caller has the next cartridge in it. */
export function nextInDrive(onEndOfMedium: OnEndOfMedium, signal: AbortSignal | undefined): NextPlace {
  return async (full, from, used) => {
    const id = await unlessAborted(Promise.resolve(onEndOfMedium(full)), signal);
    requireUnused(from, used, id);
    return { ...from, preparation: await prepareForWrite(from.session, id) };
  };
}

/** Throws InvalidArgumentError for a cartridge that holds a part of the archive already. */
export function requireUnused({ session }: Turn, used: readonly string[], id: string): void {
  if (!used.some((other) => isSameCartridge(other, id))) return;
  throw new InvalidArgumentError(`the cartridge ${JSON.stringify(id)} is full`, {
    device: session.drive.device,
    operation: 'write',
    next: 'Continue on a cartridge that holds no part of this archive yet',
  });
}
