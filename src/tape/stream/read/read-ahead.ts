import type { Crc32 } from '../../../../binding.js';
import { logged } from '../../../device/command-log.js';
import { LtoError } from '../../../errors/index.js';
import type { ProtectionName } from '../../../scsi/protection/methods.js';
import type { ReadOutcome } from '../../../transport/transport.js';
import type { DrivePort } from '../../port/drive-port.js';
import { nextStreamNumber } from '../../port/stream-number.js';
import { WAKE_BYTES } from '../memory/memory.js';
import type { ReadMemory } from '../memory/read-memory.js';

export interface ReadAheadOptions {
  /** Protection of each record between drive and host. */
  readonly protection: ProtectionName | undefined;
  /** Follows the records that are read. */
  readonly checksum?: Crc32 | undefined;
  /** Called after each wait for the drive. */
  readonly onWaited: () => void;
}

/** The addon's largest count: as many records as fit the memory. */
const ALL_RECORDS = 0x7fff_ffff;

interface Call {
  readonly offer: number;
  /** Most records that it reads. */
  readonly count: number;
  readonly outcome: Promise<ReadOutcome>;
  isSettled: boolean;
}

/** Result of a call. */
export interface ReadResult extends ReadOutcome {
  readonly slab: number;
  readonly offer: number;
}

/** Keeps several calls in flight ahead of the consumer, each for as many records as fit a slab. */
export class ReadAhead {
  readonly #port: DrivePort;
  readonly #memory: ReadMemory;
  readonly #options: ReadAheadOptions;
  readonly #calls: Call[] = [];
  /** Bytes requested by quiet calls since the last call that wakes the event loop. */
  #quietBytes = 0;
  #stream = nextStreamNumber();

  constructor(port: DrivePort, memory: ReadMemory, options: ReadAheadOptions) {
    this.#port = port;
    this.#memory = memory;
    this.#options = options;
  }

  /**
   * The next result, in order. New calls offer `offer` bytes for each record, and `wanted` records are requested in all,
   * calls in flight included.
   */
  async next(offer: number, wanted: number): Promise<ReadResult> {
    this.#topUp(offer, wanted);
    const call = this.#calls.shift();
    const waits = call?.isSettled === false;
    const outcome = await call?.outcome;
    if (waits) this.#options.onWaited();
    if (call && outcome?.slab !== undefined) return { ...outcome, slab: outcome.slab, offer: call.offer };
    throw new LtoError('LTO_INTERNAL', 'no read is under way', { device: this.#port.device });
  }

  /** Waits until no call is in flight; queued calls are cancelled unread. */
  async quiet(): Promise<void> {
    for (const call of this.#calls.splice(0)) {
      const outcome = await call.outcome.catch(() => undefined);
      if (outcome?.slab !== undefined) this.#memory.drop(outcome.slab);
    }
    this.#stream = nextStreamNumber();
  }

  /** Refills when half of the read-ahead has been consumed. */
  #topUp(offer: number, wanted: number): void {
    this.#port.requirePosition('read');
    const { ahead } = this.#memory;
    if (this.#calls.length > ahead / 2) return;
    let left = wanted - this.#calls.reduce((sum, { count }) => sum + count, 0);
    while (this.#calls.length < ahead && left > 0) {
      const call = this.#read(offer, left);
      left -= call.count;
      this.#calls.push(call);
    }
  }

  /** Reads up to `left` records. A call that may read all that are left always wakes the event loop. */
  #read(offer: number, left: number): Call {
    const { transport, device } = this.#port;
    const { checksum, protection } = this.#options;
    const isLimited = left < ALL_RECORDS;
    const count = isLimited ? Math.min(left, Math.max(1, Math.floor(this.#memory.slabBytes / offer))) : ALL_RECORDS;
    const options = { checksum, protection, quiet: this.#isQuiet() && count < left };
    const work = () => transport.readRecords(this.#memory.pool, offer, count, this.#stream, options);
    const outcome = logged({ device, operation: 'read' }, work, ({ stop }) => stop);
    const call = { offer, count, outcome, isSettled: false };
    const settle = () => {
      call.isSettled = true;
    };
    // Awaited in order; calls after the one that stopped fail unread and are not awaited.
    outcome.then(settle, settle);
    return call;
  }

  #isQuiet(): boolean {
    const { ahead, slabBytes } = this.#memory;
    this.#quietBytes += slabBytes;
    if (this.#quietBytes < Math.min(WAKE_BYTES, (ahead * slabBytes) / 2)) return true;
    this.#quietBytes = 0;
    return false;
  }
}
