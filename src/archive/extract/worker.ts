import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { AddonUnavailableError } from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';
import { ArchiveReader } from '../decode/archive-reader.js';
import { ArchiveFault } from '../decode/fault.js';
import type { Member } from '../decode/member.js';
import { toText } from '../encode/byte-string.js';
import { runThread } from '../thread/thread.js';
import { archiveMember } from './archive-member.js';
import { RingReader, StoppedError } from './byte-ring.js';
import { Extractor } from './extractor.js';
import { failed } from './failed.js';
import { memberPath } from './folder/member-path.js';
import { NativeFolder } from './folder/native-folder.js';
import { NodeFolder } from './folder/node-folder.js';
import type { TargetFolder } from './folder/target-folder.js';
import type { ArchiveMember, Ending, ExtractJob, ListJob, WorkerInput, WorkerMessage } from './messages.js';
import { Selection } from './selection.js';
import { Tally } from './summary.js';

/** Members that are sent at once. */
const BATCH = 512;

/** One archive, in its own thread: its calls may block. */
class ArchiveWork {
  readonly #port: MessagePort;
  readonly #ring: RingReader;
  readonly #reader: ArchiveReader;
  readonly #progress: Float64Array;
  readonly #selection: Selection | undefined;
  #tally = new Tally();
  #members = 0;
  #current: Member | undefined;
  #isEarly = false;

  constructor(port: MessagePort, { ring, job }: WorkerInput) {
    this.#port = port;
    this.#ring = new RingReader(ring, () => this.#send({ kind: 'room' }));
    this.#reader = new ArchiveReader(this.#ring);
    this.#progress = new Float64Array(ring.progress);
    this.#selection = job.only && new Selection(job.only);
  }

  run(job: ExtractJob | ListJob): void {
    let fault: Ending['fault'];
    try {
      if (job.kind === 'extract') this.#extract(job);
      else this.#list();
    } catch (error) {
      if (error instanceof ArchiveFault) {
        fault = { facts: error.facts, member: this.#current && toText(this.#current.path) };
      } else if (!(error instanceof StoppedError)) {
        throw error;
      }
    } finally {
      this.#ring.close();
    }
    this.#send({ kind: 'ended', summary: this.#tally.summary(), fault, isEarly: this.#isEarly });
  }

  #extract(job: ExtractJob): void {
    const { folder, isNew } = openFolder(job.folder);
    const extractor = new Extractor(folder, { ...job, isNewFolder: isNew });
    this.#tally = extractor.tally;
    try {
      try {
        // Where members are selected, each is looked at.
        const all = this.#selection === undefined && !job.asks;
        for (const member of this.#wanted(all ? () => extractor.extractFiles(this.#reader) : undefined)) {
          if (job.asks && !this.#isAllowed(member)) continue;
          extractor.extract(member, this.#reader);
        }
      } finally {
        // Existing folders get their attributes even if a later member failed.
        extractor.finish();
      }
    } finally {
      folder.close();
    }
  }

  #list(): void {
    let batch: ArchiveMember[] = [];
    const send = () => {
      const members = batch;
      batch = [];
      if (members.length > 0) this.#ring.ask(() => this.#send({ kind: 'members', members }));
    };
    try {
      for (const member of this.#wanted()) {
        batch.push(archiveMember(member));
        if (batch.length === BATCH) send();
      }
    } finally {
      send();
    }
  }

  /** `takeSome` may take members that come next, and returns how many. */
  *#wanted(takeSome: () => number = () => 0): Generator<Member> {
    for (;;) {
      const taken = takeSome();
      // A fault that follows is not at the member before them.
      if (taken > 0) this.#current = undefined;
      this.#note(taken);
      const member = this.#next();
      if (member === undefined) break;
      this.#ring.requireWanted();
      this.#note(1);
      const selection = this.#selection;
      if (selection === undefined) {
        yield member;
        continue;
      }
      const path = memberPath(member.path);
      if (selection.has(path)) yield member;
      this.#isEarly = selection.finds(path, member.type === 'folder');
      if (this.#isEarly) return;
    }
    if (!this.#reader.drain()) this.#tally.leftOut('data behind the end of the archive', '');
    this.#note(0);
  }

  #next(): Member | undefined {
    const member = this.#reader.next();
    this.#current = member;
    return member;
  }

  #isAllowed(member: Member): boolean {
    return this.#ring.ask(() => this.#send({ kind: 'wanted?', member: archiveMember(member) })) === 1;
  }

  #note(members: number): void {
    this.#members += members;
    this.#progress[0] = this.#members;
    this.#progress[1] = this.#tally.bytes;
  }

  #send(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }
}

function openFolder(path: string): { folder: TargetFolder; isNew: boolean } {
  try {
    // A relative path is one of the process: threads have no folder of their own.
    const full = resolve(path);
    const isNew = mkdirSync(full, { recursive: true }) !== undefined;
    return { folder: bestFolder(full), isNew };
  } catch (error) {
    if (isSystemError(error)) throw failed(error.code, '', error.syscall);
    throw error;
  }
}

function bestFolder(path: string): TargetFolder {
  try {
    return new NativeFolder(path);
  } catch (error) {
    if (!(error instanceof AddonUnavailableError)) throw error;
    return new NodeFolder(path);
  }
}

runThread<WorkerInput>((port, input) => new ArchiveWork(port, input).run(input.job));
