import { EventEmitter } from 'node:events';
import type { SignalOptions } from '../../arguments/options.js';
import type { OnMedium } from '../../errors/index.js';
import type { SessionEvents, WriteSession } from '../../tape/session/write-session.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import { type Preparation, requireUnchanged, returnToEnd } from '../label/prepare.js';
import type { Connection } from '../session/connection.js';
import { keepEncryption } from '../session/encryption.js';
import type { Session } from '../session/session.js';
import { type ArchiveReceipt, type ArchiveSource, archivePart } from './archive.js';
import { preparationBehind, type WriteArchiveOptions } from './write-archive.js';

export interface SessionArchiveOptions extends WriteArchiveOptions {
  /** Names the archive in BufferedDataLostError. Default: its location. */
  readonly archive?: string | undefined;
}

/**
 * An archive that the drive has taken. It is proven to be on tape only when `durable` has resolved; that rejects with
 * BufferedDataLostError when it can not be proven any more, and nobody has to listen to it.
 */
export interface BufferedArchive extends ArchiveReceipt {
  /** As it was named. */
  readonly archive: string;
  /** When the receipt was given. */
  readonly state: 'buffered' | 'durable';
  readonly durable: Promise<ArchiveReceipt>;
}

/**
 * Archives on a prepared cartridge without a stop of the tape behind each; see docs/sessions.md. Other calls of the provider
 * may come in between: whatever moves the tape has the session commit first.
 */
export class ArchiveSession extends EventEmitter<SessionEvents> {
  readonly #connection: Connection;
  readonly #files: WriteSession;
  #preparation: Preparation;

  /** By `LtoProvider.writeSession()`. */
  constructor(connection: Connection, preparation: Preparation, files: WriteSession) {
    super();
    this.#connection = connection;
    this.#preparation = preparation;
    this.#files = files;
    files.on('durable', (upTo) => this.emit('durable', upTo));
  }

  /**
   * Writes an archive behind the last one. The source is taken over at once: it is destroyed when the call is refused,
   * aborted or fails. Rejects as `LtoProvider.writeArchive`, and with BufferedDataLostError once the session has lost
   * archives.
   */
  writeArchive(source: ArchiveSource, options: SessionArchiveOptions = {}): Promise<BufferedArchive> {
    return this.#connection.write(source, options, (session, taken) => this.#write(session, taken, options));
  }

  /** Resolves when all archives that were written are on the medium, with up to where that is. */
  commit(options: SignalOptions = {}): Promise<OnMedium | undefined> {
    return this.#connection.run('committing', options, () => this.#files.commit());
  }

  /** Commits and ends the session. The cartridge has to be prepared again for `writeArchive` of the provider. */
  close(): Promise<void> {
    return this.#files.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #write(session: Session, source: ArchiveSource, options: SessionArchiveOptions): Promise<BufferedArchive> {
    const { archive, checksum, signal, onProgress } = options;
    const before = this.#preparation;
    // Behind its last file the session proves drive, cartridge and position by itself.
    if (!this.#files.isUndisturbed) {
      await requireUnchanged(session, before);
      await returnToEnd(session, before);
      await keepEncryption(session);
    }
    const { nextFile: fileNumber, firstLogicalObject, mediumEpoch } = before;
    session.owner.written = true;
    const { id, state, durable, ...receipt } = await this.#files.writeFile(source, {
      checksum,
      signal,
      onProgress,
      id: archive,
      recordSize: session.configuration.recordSize,
      protection: session.configuration.protection,
      position: 'overwrite',
      expected: { fileNumber, firstLogicalObject, mediumEpoch },
    });
    this.#preparation = preparationBehind(before, receipt);
    const proven = durable.then((written) => receiptOf(before, written));
    proven.catch(() => undefined);
    return { ...receiptOf(before, receipt), archive: id, state, durable: proven };
  }
}

function receiptOf(preparation: Preparation, receipt: TapeReceipt): ArchiveReceipt {
  const part = archivePart(preparation, receipt);
  return { ...part, parts: [part], totalBytes: part.bytes, totalChecksum: part.checksum };
}
