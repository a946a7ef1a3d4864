import { readTapeStatistics, type TapeStatistics } from '../../backends/linux/tape-statistics.js';
import { LtoError } from '../../errors/index.js';
import { openObserved } from '../../tape/observe/open-observed.js';
import type { ListedDrive } from '../../tape/open/list-drives.js';
import type { DrivePort } from '../../tape/port/drive-port.js';
import { unreachable } from '../monitor/live-info.js';
import { failedStatus } from '../monitor/online-status.js';
import type { Observation, Told } from './observation.js';
import { readObserved } from './read-observed.js';
import { TapeActivity } from './tape-activity.js';

/** For how long a drive may be silent before the last answer is given again. */
const PATIENCE_MS = 4000;

/**
 * Watches one drive without taking it from anybody: a real one by its `sg` node and what the driver counts. A virtual drive
 * has one user at a time: it is opened for each look and let go at once, and it is `busy` while another process has it.
 */
export class DriveObserver {
  readonly device: string;
  readonly #node: string | undefined;
  readonly #root: string;
  #port: DrivePort | undefined;
  #told: Told | undefined;
  #asking: Promise<Told> | undefined;
  #askedAt = 0;
  #statistics: TapeStatistics | undefined;
  #isMoving = false;
  #isFirst = true;
  readonly #activity: TapeActivity | undefined;

  /** `node`: such as `nst0`; undefined for a virtual drive. */
  constructor(device: string, node?: string, root = '/') {
    this.device = device;
    this.#node = node;
    this.#root = root;
    this.#activity = node === undefined ? undefined : new TapeActivity(node, root);
  }

  /** Never rejects because of the drive; what is wrong with it is a state. */
  async look(listed?: ListedDrive, patienceMs = PATIENCE_MS): Promise<Observation> {
    const holder = listed?.holder;
    const statistics = this.#node === undefined ? undefined : await readTapeStatistics(this.#node, this.#root);
    this.#isMoving = isMoving(this.#statistics, statistics, holder);
    this.#statistics = statistics;
    if (this.#asking === undefined) {
      this.#askedAt = Date.now();
      this.#asking = this.#ask().finally(() => {
        this.#asking = undefined;
      });
    }
    // The first answer takes longest, and without it there is nothing to show.
    const told = await within(this.#asking, this.#isFirst ? Math.max(patienceMs, PATIENCE_MS) : patienceMs);
    this.#isFirst = false;
    const silentSince = told === undefined ? new Date(this.#askedAt) : undefined;
    const known = told ?? this.#told ?? silent(patienceMs);
    const activity = statistics && this.#activity?.seen;
    return { device: this.device, ...known, statistics, activity, holder: holder ?? known.live.holder, silentSince };
  }

  /** Lets the `sg` node go, and looks no more. */
  async close(): Promise<void> {
    this.#activity?.close();
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close().catch(() => undefined);
  }

  async #ask(): Promise<Told> {
    try {
      this.#port ??= await openObserved(this.device, () => this.#isMoving);
      this.#told = await readObserved(this.#port, this.#told);
    } catch (error) {
      this.#told = { live: unreachable(statusOf(error)), health: undefined, place: undefined };
    }
    // A drive that is gone is opened again, by the node that it then has.
    const { state } = this.#told.live;
    if (this.#node === undefined || state === 'offline') await this.#letGo();
    return this.#told;
  }
}

/** Errors that need an administrator are states too: the other drives are still watched. */
function statusOf(error: unknown) {
  if (!(error instanceof LtoError)) throw error;
  try {
    return failedStatus(error);
  } catch {
    return { online: false, state: 'offline', progress: undefined, reason: error.message } as const;
  }
}

function silent(patienceMs: number): Told {
  const reason = `it has not answered for ${Math.round(patienceMs / 1000)} s`;
  const live = unreachable({ online: false, state: 'busy', progress: undefined, reason });
  return { live, health: undefined, place: undefined };
}

/** Another program moves the tape: an operation is under way, or has ended since the last look. */
function isMoving(
  before: TapeStatistics | undefined,
  now: TapeStatistics | undefined,
  holder: number | undefined,
): boolean {
  if (now === undefined) return holder !== undefined && holder !== process.pid;
  if (now.inFlight > 0) return true;
  if (before === undefined) return holder !== undefined && holder !== process.pid;
  return before.writes !== now.writes || before.reads !== now.reads || before.others !== now.others;
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
