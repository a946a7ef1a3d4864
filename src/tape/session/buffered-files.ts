import type { BufferedDataLostError, BufferedFile } from '../../errors/index.js';
import type { TapeReceipt } from '../stream/file/receipt.js';
import type { CommitLimits } from './session-options.js';

/**
 * A file that the drive has accepted, with its filemark. It is proven to be on tape only when `durable` has resolved,
 * with the same receipt that a single file gets. `durable` rejects with BufferedDataLostError when that can no longer
 * be proven; an unhandled rejection of it is harmless.
 */
export interface BufferedReceipt extends TapeReceipt {
  readonly id: string;
  /**
   * State at the time of the receipt. `durable`: the file ended with a synchronous filemark, as near the end of the
   * tape.
   */
  readonly state: 'buffered' | 'durable';
  readonly durable: Promise<TapeReceipt>;
}

interface Waiting extends BufferedFile {
  readonly receipt: TapeReceipt;
  /** Logical object number after its filemark. */
  readonly end: number;
  /** When the drive had accepted it, by `performance.now()`. */
  readonly since: number;
  readonly durable: Promise<TapeReceipt>;
  readonly settle: (receipt: TapeReceipt) => void;
  readonly fail: (error: BufferedDataLostError) => void;
}

/** The files of a session that are not proven to be on the medium, in tape order. */
export class BufferedFiles {
  #waiting: Waiting[] = [];
  /** Bytes of the waiting files. */
  bytes = 0;

  /** Whether the buffered files have reached a commit limit. */
  reach({ bytes, files }: Pick<CommitLimits, 'bytes' | 'files'>): boolean {
    return this.bytes >= bytes || this.count >= files;
  }

  get count(): number {
    return this.#waiting.length;
  }

  get oldest(): { readonly end: number; readonly since: number } | undefined {
    return this.#waiting[0];
  }

  /** Logical object number after the last one. */
  get end(): number {
    return this.#waiting.at(-1)?.end ?? 0;
  }

  get files(): BufferedFile[] {
    return this.#waiting.map(({ id, fileNumber }) => ({ id, fileNumber }));
  }

  /** Resolves when all currently waiting files are settled; never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#waiting.map(({ durable }) => durable));
  }

  add(id: string, receipt: TapeReceipt, end: number): BufferedReceipt {
    let settle: Waiting['settle'] = () => undefined;
    let fail: Waiting['fail'] = () => undefined;
    const durable = new Promise<TapeReceipt>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    durable.catch(() => undefined);
    const since = performance.now();
    this.#waiting.push({ id, fileNumber: receipt.fileNumber, receipt, end, since, durable, settle, fail });
    this.bytes += receipt.bytes;
    return { ...receipt, id, state: 'buffered', durable };
  }

  /** Settles all files before a logical object that are now on the medium; returns the receipt of the last one. */
  settleUpTo(logicalObject: number): TapeReceipt | undefined {
    const behind = this.#waiting.findIndex(({ end }) => end > logicalObject);
    const done = this.#waiting.splice(0, behind < 0 ? this.#waiting.length : behind);
    for (const { receipt, settle } of done) {
      this.bytes -= receipt.bytes;
      settle(receipt);
    }
    return done.at(-1)?.receipt;
  }

  fail(error: BufferedDataLostError): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
    this.bytes = 0;
  }
}

/** For a file that is on the medium when its receipt is given. */
export function durableReceipt(id: string, receipt: TapeReceipt): BufferedReceipt {
  return { ...receipt, id, state: 'durable', durable: Promise.resolve(receipt) };
}
