import type { Worker } from 'node:worker_threads';
import { ArchiveError, InvalidArgumentError, LtoError } from '../../errors/index.js';
import { type DataSource, type TakenSource, takeSource } from '../../streams/taken-source.js';
import { decompressed } from '../decode/compression.js';
import { ArchiveFault, type FaultFacts } from '../decode/fault.js';
import { startThread } from '../thread/thread.js';
import { newRing, RingWriter } from './byte-ring.js';
import type { ArchiveMember, Ending, ExtractJob, ListJob, WorkerInput, WorkerMessage } from './messages.js';
import { YOUNG_MIB } from './prepare-thread.js';
import { READER } from './thread-script.js';

export interface Run {
  readonly signal?: AbortSignal | undefined;
  /** Called for each member, if the job requests it. */
  readonly isWanted?: ((member: ArchiveMember) => boolean) | undefined;
  readonly onMembers?: ((members: readonly ArchiveMember[]) => void) | undefined;
}

/** The thread that reads one archive, and the code that passes the archive to it. */
export class ArchiveThread {
  readonly #ring: RingWriter;
  readonly #progress: Float64Array;
  readonly #doing: string;
  readonly #worker: Worker;
  readonly #source: TakenSource;
  #isStopped = false;

  /** `doing`: the activity, for error messages. Throws InvalidArgumentError for an invalid source. */
  constructor(source: DataSource, job: ExtractJob | ListJob, doing: string) {
    this.#source = takeSource(source, { operation: job.kind });
    const ring = newRing();
    const input: WorkerInput = { ring, job };
    this.#worker = startThread(READER, input, YOUNG_MIB);
    this.#ring = new RingWriter(ring);
    this.#progress = new Float64Array(ring.progress);
    this.#doing = doing;
  }

  progress(): { members: number; bytes: number } {
    return { members: this.#progress[0] ?? 0, bytes: this.#progress[1] ?? 0 };
  }

  /** Answers the question that the thread sent and waits on. */
  answer(value: number): void {
    this.#ring.answer(value);
  }

  /** Ends the work early. */
  stop(): void {
    this.#isStopped = true;
    this.#ring.stop();
  }

  /** Passes the source on until it, or the work, ends. Rejects with errors of this library, or the source's own. */
  async run({ signal, isWanted, onMembers }: Run): Promise<Ending> {
    let failure: { readonly error: unknown } | undefined;
    const source = this.#source;
    const fail = (error: unknown) => {
      failure ??= { error };
      this.stop();
    };
    const ended = this.#ended((message) => {
      try {
        if (message.kind === 'wanted?') this.answer(isWanted?.(message.member) === false ? 0 : 1);
        else if (message.kind === 'members') onMembers?.(message.members);
      } catch (error) {
        fail(error);
      }
    });
    const onAbort = () => fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    const fed = this.#feed(source).catch((error) => {
      failure ??= { error };
      // Data received before is extracted.
      this.#ring.end();
    });
    try {
      const ending = await ended;
      // Data of a source that is no longer read is not waited for.
      if (ending.fault === undefined && !ending.isEarly && !this.#isStopped) await fed;
      if (failure) throw this.#public(failure.error);
      if (ending.fault) throw this.#faultError(ending.fault.facts, ending.fault.member, ending);
      return ending;
    } finally {
      source.discard(new Error('no more of the archive is wanted'));
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #feed(source: TakenSource): Promise<void> {
    for await (const chunk of decompressed(source.chunks())) {
      await this.#ring.write(chunk);
      if (!this.#ring.isOpen) return;
    }
    this.#ring.end();
  }

  #ended(onQuestion: (message: WorkerMessage) => void): Promise<Ending> {
    return new Promise<Ending>((resolve, reject) => {
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'room') this.#ring.wake();
        else if (message.kind === 'ended') resolve(message);
        else onQuestion(message);
      });
      const fail = (what: string, cause?: unknown) => {
        this.stop();
        reject(new LtoError('LTO_INTERNAL', `the thread that reads the archive ${what}`, { cause }));
      };
      this.#worker.once('error', (error) => fail('failed', error));
      this.#worker.once('exit', () => fail('ended before its work'));
    });
  }

  #public(error: unknown): unknown {
    return error instanceof ArchiveFault ? this.#faultError(error.facts, undefined) : error;
  }

  #faultError({ what, reason, next, errno, operation }: FaultFacts, member?: string, ending?: Ending): LtoError {
    const where = member === undefined ? '' : ` at ${JSON.stringify(member)}`;
    const text = `${this.#doing}${where}: ${what}`;
    if (reason === 'exists') return new InvalidArgumentError(text, { next });
    return new ArchiveError(text, { reason, next, errno, operation, member, extracted: ending?.summary });
  }
}
