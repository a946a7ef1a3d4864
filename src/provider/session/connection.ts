import type { NameTable, OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { unlessAborted } from '../../arguments/signal.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { type DataSource, type TakenSource, takeSource } from '../../streams/taken-source.js';
import type { Session } from './session.js';
import type { GiveBackOptions, LendOptions, LentSession, SessionSource } from './session-source.js';

/** A drive whose tape no other call moves until `leave` is called. */
export interface Turn {
  readonly session: Session;
  /** Gives the drive back. A second call does nothing more. */
  readonly leave: (options?: GiveBackOptions) => Promise<void>;
}

interface RunOptions {
  /** The cartridge that is needed, where the options of the call do not choose it. */
  readonly cartridge?: string | undefined;
  /** Options that the call takes. */
  readonly names?: NameTable | undefined;
}

/** Options that may name a cartridge. */
interface Asked extends CallOptions {
  readonly cartridge?: string | undefined;
}

export const CARTRIDGE_CHOICE: OptionNames<Asked> = { ...CALL_OPTIONS, cartridge: true };

/** A provider's way to its drives: each piece of work is lent one, in which a library has put the cartridge. */
export class Connection {
  readonly #source: SessionSource;

  constructor(source: SessionSource) {
    this.#source = source;
  }

  /** For errors and their messages. */
  details(operation: string): { readonly device: string; readonly operation: string } {
    return { device: this.#source.device, operation };
  }

  /** Whether cartridges are brought to a drive, and not put in by somebody else. */
  get bringsCartridges(): boolean {
    return this.#source.bringsCartridges;
  }

  /** See `SessionSource.lend`. */
  lend(cartridge: string | undefined, signal?: AbortSignal, options?: LendOptions): Promise<LentSession> {
    return this.#source.lend(cartridge, signal, options);
  }

  /** The cartridge that options name. Throws InvalidArgumentError for one that no library brings. */
  cartridgeOf({ cartridge }: Asked): string | undefined {
    if (cartridge === undefined || this.bringsCartridges) return cartridge;
    throw new InvalidArgumentError('there is no library that could bring a cartridge', {
      ...this.details('ask'),
      next: 'Leave `cartridge` out: the one in the drive is asked about',
    });
  }

  /** Waits until no other call moves the tape. Rejects at once with the signal's reason if aborted before. */
  async enter(job: string, signal?: AbortSignal, cartridge?: string): Promise<Turn> {
    const { session, giveBack } = await this.lend(cartridge, signal);
    try {
      const end = await session.owner.enter(job, signal);
      let left: Promise<void> | undefined;
      const leave = (options?: GiveBackOptions) => {
        end();
        left ??= giveBack(options);
        return left;
      };
      return { session: session.until(signal), leave };
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  /**
   * For work that moves the tape: while it waits for its turn, an aborted call rejects at once with the signal's
   * reason. Once begun, it ends between two of its steps, or completes when it has begun to write.
   */
  async run<T>(
    job: string,
    options: Asked,
    work: (session: Session) => Promise<T>,
    { cartridge, names = CARTRIDGE_CHOICE }: RunOptions = {},
  ): Promise<T> {
    requireOptions(options, this.details(job), names);
    const { session, leave } = await this.enter(job, options.signal, cartridge ?? this.cartridgeOf(options));
    try {
      return await work(session);
    } finally {
      await leave();
    }
  }

  /** Takes a source over at once: it is destroyed when `work` fails. */
  async taking<T>(source: DataSource, work: (source: TakenSource) => Promise<T>): Promise<T> {
    const taken = takeSource(source, this.details('write'));
    try {
      return await work(taken);
    } catch (error) {
      taken.discard(error);
      throw error;
    }
  }

  /** For queries: an aborted call rejects at once, and the running command continues. */
  async ask<T>(
    what: string,
    options: Asked,
    work: (session: Session) => Promise<T>,
    names = CARTRIDGE_CHOICE as NameTable,
  ): Promise<T> {
    requireOptions(options, this.details(what), names);
    const { signal } = options;
    const { session, giveBack } = await this.lend(this.cartridgeOf(options), signal, { isQuestion: true });
    const asked = work(session).finally(giveBack);
    return unlessAborted(asked, signal);
  }

  /** A way to that drive alone, which is given back by `close`, and is free for others before, once nothing needs it. */
  static holding({ session, giveBack }: LentSession, needsDrive: () => boolean): Connection {
    let given: Promise<void> | undefined;
    const end = session.owner.hold(needsDrive);
    return new Connection({
      device: session.drive.device,
      bringsCartridges: false,
      lend: async () => ({ session, giveBack: async () => undefined }),
      close: () => {
        end();
        given ??= giveBack();
        return given;
      },
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
