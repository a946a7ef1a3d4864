import { decodeTextMembers } from '../../archive/decode/text-members.js';
import { MemberTap } from '../../archive/tap/member-tap.js';
import {
  EncryptionKeyError,
  EndOfDataError,
  InvalidArgumentError,
  LtoError,
  MediumError,
  UnterminatedFileError,
  VerificationError,
} from '../../errors/index.js';
import { destroyed } from '../../streams/closed.js';
import type { ReadStreamOptions } from '../../tape/stream/read/read-options.js';
import type { TapeReadStream } from '../../tape/stream/read/read-stream.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { MemberRecord } from '../record/changes.js';
import { memberRecord } from '../record/recording.js';
import { type FileKind, kindOf } from './kinds.js';
import type { ScannedFile } from './scanned-file.js';

/** How much of each file is read. */
export interface ScanDepth {
  /** All of it, for its size and checksum. Otherwise its beginning, and of a tar archive the headers. */
  readonly whole: boolean;
  /** Whether the members of tar archives are looked for. */
  readonly members: boolean;
  /** Content of a member that is longer is passed by LOCATE and not read. */
  readonly passFrom: number;
}

const READ_BUFFER = 4 * 2 ** 20;
/** Bytes that tell the kind, and what a label says. */
const TELLING = 16 * 1024;

/** Where a file begins. */
export interface FileBeginning {
  readonly fileNumber: number;
  readonly firstLogicalObject: number | undefined;
}

/** The archive is cut off before the next header, or its records are not of one size: what is found is all there is. */
function isShorter(error: unknown): boolean {
  return error instanceof InvalidArgumentError || error instanceof VerificationError;
}

type Reading = Pick<ReadStreamOptions, 'keyStore' | 'protection' | 'signal'>;

/** Reads as much of the file at the current position as is needed. Undefined where no file begins: the data ends here. */
export async function scanFile(
  drive: TapeDrive,
  begin: FileBeginning,
  depth: ScanDepth,
  reading: Reading,
): Promise<ScannedFile | undefined> {
  const scan = new FileScan(drive, begin, depth, reading);
  try {
    await scan.run();
  } catch (error) {
    if (error instanceof EndOfDataError && scan.isUntouched) return undefined;
    return scan.failed(error);
  }
  return scan.result('whole');
}

class FileScan {
  readonly #drive: TapeDrive;
  readonly #begin: FileBeginning;
  readonly #depth: ScanDepth;
  readonly #reading: Reading;
  readonly #members: MemberRecord[] = [];
  readonly #tap = new MemberTap((member) => this.#members.push(memberRecord(member)));
  #first = Buffer.alloc(0);
  #kind: FileKind | undefined;
  #recordSize = 0;
  #readableRecords: number | undefined;
  #bytes: number | undefined;
  #records: number | undefined;
  #checksum: string | undefined;

  constructor(drive: TapeDrive, begin: FileBeginning, depth: ScanDepth, reading: Reading) {
    this.#drive = drive;
    this.#begin = begin;
    this.#depth = depth;
    this.#reading = reading;
  }

  /** Whether nothing was read. */
  get isUntouched(): boolean {
    return this.#first.length === 0;
  }

  async run(): Promise<void> {
    // Where the tape stands: a file number would take the driver there from the beginning of the tape after a LOCATE.
    let isDone = await this.#read({});
    while (!isDone) {
      const start = this.#tap.position + this.#tap.content;
      this.#tap.pass(this.#tap.content);
      const { fileNumber, firstLogicalObject } = this.#begin;
      isDone = await this.#read({ fileNumber, firstLogicalObject, start, recordSize: this.#recordSize });
    }
  }

  result(state: ScannedFile['state']): ScannedFile {
    return {
      ...this.#begin,
      kind: this.#kind,
      state,
      records: this.#records,
      recordSize: this.#recordSize || undefined,
      bytes: this.#bytes,
      checksum: this.#checksum,
      members: this.#members,
      membersComplete: this.#tap.outcome === 'all',
      text: this.#text,
      keyId: undefined,
      readableRecords: undefined,
      error: undefined,
    };
  }

  /** Throws what is no failure to read this file. */
  failed(error: unknown): ScannedFile {
    if (!(error instanceof LtoError)) throw error;
    const { code } = error;
    if (error instanceof UnterminatedFileError) {
      return { ...this.result('unterminated'), records: error.records, bytes: error.bytes, error: code };
    }
    if (error instanceof EncryptionKeyError) return { ...this.result('encrypted'), keyId: error.keyId, error: code };
    if (error instanceof MediumError || error instanceof EndOfDataError) {
      return { ...this.result('unreadable'), readableRecords: this.#readableRecords, error: code };
    }
    throw error;
  }

  /** Reads on; resolves with false where content is to be passed. */
  async #read(from: ReadStreamOptions): Promise<boolean> {
    const stream = this.#drive.createReadStream({ ...this.#reading, bufferBytes: READ_BUFFER, ...from });
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.#recordSize = Math.max(this.#recordSize, stream.largestRecord);
        this.#take(chunk);
        if (this.#depth.whole) continue;
        if (!this.#wantsMore) return true;
        if (this.#mayPass) return false;
      }
      if (from.start === undefined) this.#takeSummary(stream);
      return true;
    } catch (error) {
      if (from.start !== undefined && isShorter(error)) return true;
      this.#readableRecords = stream.recordsRead;
      throw error;
    } finally {
      // Only then is the tape free for the next motion.
      await destroyed(stream);
    }
  }

  get #text(): string | undefined {
    if (this.#kind !== 'label' && this.#kind !== 'part header') return undefined;
    return [...(decodeTextMembers(this.#first)?.values() ?? [])][0]?.trim();
  }

  #take(chunk: Buffer): void {
    if (this.#first.length < TELLING) this.#first = Buffer.concat([this.#first, chunk.subarray(0, TELLING)]);
    this.#kind = kindOf(this.#first);
    if (this.#depth.members) this.#tap.write(chunk);
  }

  /** Whether more of the file tells more. */
  get #wantsMore(): boolean {
    return this.#depth.members && this.#tap.isOpen;
  }

  get #mayPass(): boolean {
    return this.#begin.firstLogicalObject !== undefined && this.#tap.content >= this.#depth.passFrom;
  }

  #takeSummary({ summary }: TapeReadStream): void {
    if (summary === undefined) return;
    this.#kind ??= 'empty';
    this.#records = summary.records;
    this.#bytes = summary.bytes;
    this.#checksum = summary.checksum;
  }
}
