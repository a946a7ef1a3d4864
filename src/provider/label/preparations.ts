import { InvalidArgumentError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { DriveOwner } from '../session/drive-owner.js';
import type { Session } from '../session/session.js';
import { requireText } from './label-archive.js';
import type { Preparation } from './prepare.js';

/** What a provider has prepared for writing, by drive. A reopened drive has nothing prepared. */
export class Preparations {
  #ofDrives = new WeakMap<DriveOwner, Preparation>();

  keep({ owner }: Session, preparation: Preparation): void {
    this.#ofDrives.set(owner, preparation);
  }

  /** Of that drive, or without one, all of them. */
  forget(session?: Session): void {
    if (session === undefined) this.#ofDrives = new WeakMap();
    else this.#ofDrives.delete(session.owner);
  }

  /** Whether that cartridge was prepared, and nobody has written to it since. */
  isCurrent({ owner }: Session, id: string): boolean {
    const found = this.#ofDrives.get(owner);
    return found !== undefined && isSameCartridge(found.identity, id) && owner.isEnd(found.nextFile);
  }

  /** For one use. Throws InvalidArgumentError unless that cartridge was prepared. */
  take(session: Session, id: unknown): Preparation {
    requireText(id);
    const found = this.#ofDrives.get(session.owner);
    if (found === undefined || !isSameCartridge(found.identity, id)) {
      throw new InvalidArgumentError(`the cartridge ${JSON.stringify(id)} was not prepared for writing`, {
        operation: 'write',
        next: 'Call `prepareForWrite` first, and again after an error',
      });
    }
    this.#ofDrives.delete(session.owner);
    return found;
  }
}
