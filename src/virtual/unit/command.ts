import type { CdbLayout, SenseFields } from '../../scsi/index.js';
import type { Nexus } from './nexus.js';

/** A command as it reaches a logical unit. */
export interface Request {
  readonly cdb: Uint8Array;
  /** Data out; empty for other commands. */
  readonly dataOut: Uint8Array;
  /** Memory for data in, when the initiator wants it there. */
  readonly into: Uint8Array | undefined;
  /** Whom it comes from. */
  readonly nexus: Nexus;
  readonly abortTasks: AbortTasks | undefined;
  /** By a fault: the block that comes next is no longer what was recorded. */
  readonly mediumFlipped?: boolean | undefined;
}

/** Ends the commands of a nexus that are under way or wait, without an answer; resolves when they have ended. */
export type AbortTasks = (nexus: Nexus) => Promise<unknown>;

/** Carries out a command: data in, or nothing; throws CheckCondition. */
export type Handler<Unit> = (unit: Unit, request: Request) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** What a command came to: data in, sense, or both. */
export interface Reply {
  readonly dataIn?: Uint8Array | undefined;
  readonly sense?: SenseFields | undefined;
}

/** A command that a kind of logical unit can carry out. */
export interface Command<Unit> {
  readonly layout: CdbLayout;
  readonly run: Handler<Unit>;
  /** A waiting unit attention does not stop it (SPC-5 5.14). */
  readonly passesAttention?: boolean;
  /** Those that it has, where the layout is the same for all of them. */
  readonly serviceActions?: readonly number[];
}
