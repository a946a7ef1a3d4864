import { EventEmitter } from 'node:events';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import type { OnMedium } from '../../errors/index.js';
import type { DataSource } from '../../streams/taken-source.js';
import type { BufferedReceipt } from '../../tape/session/buffered-files.js';
import type { SessionEvents, SessionFileOptions, SessionOptions } from '../../tape/session/session-options.js';
import type { WriteSession } from '../../tape/session/write-session.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { Preparations } from '../label/preparations.js';
import { type Preparation, requireUnchanged, returnToEnd } from '../label/prepare.js';
import type { ArchiveRecords } from '../record/record-archives.js';
import type { ArchiveRecording } from '../record/recording.js';
import { Connection } from '../session/connection.js';
import { keepEncryption } from '../session/encryption.js';
import type { Session } from '../session/session.js';
import type { IndexKeeper } from '../tape-index/index-keeper.js';
import { SessionIndex } from '../tape-index/session-index.js';
import { openIndex } from './append-index.js';
import { type ArchiveReceipt, type ArchiveSource, archivePart, partRecords } from './archive.js';
import { takePrepared } from './places.js';
import { preparationBehind, WRITE_ARCHIVE_OPTIONS, type WriteArchiveOptions } from './write-archive.js';

export interface SessionArchiveOptions extends WriteArchiveOptions {
  /** Name of the archive in BufferedDataLostError. Default: its location. */
  readonly archive?: string | undefined;
}

const ARCHIVE_OPTIONS: OptionNames<SessionArchiveOptions> = { ...WRITE_ARCHIVE_OPTIONS, archive: true };
const SESSION_OPTIONS: OptionNames<SessionOptions & CallOptions> = { ...CALL_OPTIONS, commit: true };

/**
 * An archive that the drive has accepted. It is proven to be on tape only when `durable` has resolved. `durable`
 * rejects with BufferedDataLostError when that can no longer be proven; an unhandled rejection of it is harmless.
 */
export interface BufferedArchive extends ArchiveReceipt {
  /** Name of the archive. */
  readonly archive: string;
  /** State at the time of the receipt. */
  readonly state: 'buffered' | 'durable';
  readonly durable: Promise<ArchiveReceipt>;
}

/**
 * Writes archives to a prepared cartridge without stopping the tape after each one; see docs/sessions.md. Other calls
 * of the provider are allowed in between; before one that moves the tape, the session commits.
 */
export class ArchiveSession extends EventEmitter<SessionEvents> {
  readonly #connection: Connection;
  readonly #files: WriteSession;
  readonly #records: ArchiveRecords;
  readonly #index: SessionIndex | undefined;
  #preparation: Preparation;
  /** Settles when all that was written is told to the catalogue and the index. */
  #told: Promise<unknown> = Promise.resolve();

  /** Made by `LtoProvider.writeSession()`. */
  constructor(connection: Connection, preparation: Preparation, files: WriteSession, told: SessionRecords) {
    super();
    this.#connection = connection;
    this.#preparation = preparation;
    this.#files = files;
    this.#records = told.records;
    this.#index = told.index;
    files.on('durable', (upTo) => this.emit('durable', upTo));
  }

  /**
   * Writes an archive after the last one. Takes the source over at once: destroys it when the call is refused, aborted
   * or fails. Rejects as `LtoProvider.writeArchive`, and with BufferedDataLostError once the session has lost archives.
   */
  writeArchive(source: ArchiveSource, options: SessionArchiveOptions = {}): Promise<BufferedArchive> {
    return this.#connection.taking(source, (taken) => {
      const write = async (session: Session) => {
        const recording = this.#records.archive(taken, options, this.#connection.details('write'));
        try {
          if (this.#index?.isDue) await this.#writeIndex(session);
          return await this.#write(session, taken, options, recording);
        } catch (error) {
          await recording?.fail();
          throw error;
        }
      };
      return this.#connection.run('writing an archive', options, write, { names: ARCHIVE_OPTIONS });
    });
  }

  /** Resolves when all archives written so far are on the medium, with the position up to which data is safe. */
  commit(options: CallOptions = {}): Promise<OnMedium | undefined> {
    const commit = async (session: Session) => {
      await this.#writeIndex(session);
      const upTo = await this.#files.commit();
      await this.#records.settled();
      return upTo;
    };
    return this.#connection.run('committing', options, commit, { names: CALL_OPTIONS });
  }

  /** Commits and ends the session. Before the provider's own `writeArchive`, the cartridge must be prepared again. */
  async close(): Promise<void> {
    try {
      await this.#closeFiles();
    } finally {
      await this.#records.settled();
      await this.#connection.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeFiles(): Promise<void> {
    try {
      if (this.#index === undefined || this.#files.isOver) return;
      await this.#connection.run('committing', {}, (session) => this.#writeIndex(session));
    } finally {
      await this.#files.close();
    }
  }

  async #write(
    session: Session,
    source: ArchiveSource,
    options: SessionArchiveOptions,
    recording: ArchiveRecording | undefined,
  ): Promise<BufferedArchive> {
    const { archive, bufferBytes, checksum, signal, onProgress } = options;
    const before = this.#preparation;
    const { nextFile: fileNumber } = before;
    const file = { bufferBytes, checksum, signal, onProgress, id: archive };
    const { id, state, durable, ...receipt } = await this.#writeFile(session, source, file, () => {
      // Not waited for: the queue keeps the order, and the archive is buffered only.
      void recording?.begin({ ...before, cartridge: before.identity, fileNumber });
    });
    const buffered = receiptOf(before, receipt);
    if (state === 'buffered') {
      const told = recording?.end('buffered', partRecords(buffered), buffered.totalChecksum);
      this.#told = Promise.all([this.#told, told]);
    }
    this.#index?.archiveWritten(this.#preparation, receipt.bytes);
    const proven = durable.then(
      async (written) => {
        const whole = receiptOf(before, written);
        if (recording === undefined) return whole;
        return { ...whole, catalogued: await recording.end('durable', partRecords(whole), whole.totalChecksum) };
      },
      async (reason: unknown) => {
        await recording?.fail();
        throw reason;
      },
    );
    proven.catch(() => undefined);
    return { ...buffered, archive: id, state, durable: proven };
  }

  /** Writes the next file of the cartridge. */
  async #writeFile(
    session: Session,
    source: DataSource,
    options: SessionFileOptions,
    onProven?: () => void,
  ): Promise<BufferedReceipt> {
    const before = this.#preparation;
    // After its last file, the session itself proves drive, cartridge and position.
    if (!this.#files.isUndisturbed) {
      await requireUnchanged(session, before);
      await returnToEnd(session, before);
      await keepEncryption(session);
    }
    onProven?.();
    const { nextFile: fileNumber, firstLogicalObject, mediumEpoch } = before;
    session.owner.beginWriting();
    const receipt = await this.#files.writeFile(source, {
      ...options,
      recordSize: session.configuration.recordSize,
      protection: session.configuration.protection,
      position: 'overwrite',
      expected: { fileNumber, firstLogicalObject, mediumEpoch },
    });
    this.#preparation = preparationBehind(before, receipt);
    session.owner.endsAt(this.#preparation.nextFile);
    return receipt;
  }

  /** Writes the index behind what was written since the last one. If that fails, so does what comes next. */
  async #writeIndex(session: Session): Promise<void> {
    const index = this.#index;
    if (index === undefined || !index.isStale) return;
    await this.#told;
    try {
      const { fileNumber } = await this.#writeFile(session, index.encode(), { id: 'index' });
      index.written(fileNumber, this.#preparation);
    } catch (error) {
      // Archives before it are proven without it, or are not. That they are lost is told once, so not to the index alone.
      index.failed(error);
      if (this.#files.isOver) throw error;
    }
  }
}

/** What a session tells of its archives. */
export interface SessionRecords {
  readonly records: ArchiveRecords;
  readonly index: SessionIndex | undefined;
}

function receiptOf(preparation: Preparation, receipt: TapeReceipt): ArchiveReceipt {
  const part = archivePart(preparation, receipt);
  return { ...part, parts: [part], totalBytes: part.bytes, totalChecksum: part.checksum };
}

/** A session on the prepared cartridge, which keeps its drive until it is closed. */
export async function openSession(
  connection: Connection,
  preparations: Preparations,
  { records, keeper }: { readonly records: ArchiveRecords; readonly keeper: IndexKeeper | undefined },
  id: string,
  options: SessionOptions & CallOptions,
): Promise<ArchiveSession> {
  const job = 'beginning a session';
  requireOptions(options, connection.details(job), SESSION_OPTIONS);
  let files: WriteSession | undefined;
  // Once it has lost what the drive held, it needs the drive no longer, whoever still has to close it.
  const held = Connection.holding(await connection.lend(id, options.signal), () => files?.isOver !== true);
  try {
    return await held.run(job, { signal: options.signal }, async (session) => {
      const preparation = await takePrepared(connection, preparations, session, id);
      const index = keeper && new SessionIndex(keeper, await openIndex(keeper, session, preparation), options);
      files = session.drive.session({ commit: options.commit });
      return new ArchiveSession(held, preparation, files, { records, index });
    });
  } catch (error) {
    await held.close();
    throw error;
  }
}
