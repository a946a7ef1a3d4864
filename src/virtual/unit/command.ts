import type { CdbLayout, SenseFields } from '../../scsi/index.js';
import type { Nexus } from './nexus.js';

/** A command as it reaches a logical unit. */
export interface Request {
  readonly cdb: Uint8Array;
  /** Data out; empty for other commands. */
  readonly dataOut: Uint8Array;
  /** Memory for data in, if the initiator provides it. */
  readonly into: Uint8Array | undefined;
  /** The sending nexus. */
  readonly nexus: Nexus;
  readonly abortTasks: AbortTasks | undefined;
  /** Set by a fault: the next block is no longer what was recorded. */
  readonly mediumFlipped?: boolean | undefined;
}

/** Ends the running and queued commands of a nexus without an answer; resolves when they have ended. */
export type AbortTasks = (nexus: Nexus) => Promise<unknown>;

/** Carries out a command: data in, or nothing; throws CheckCondition. */
export type Handler<Unit> = (unit: Unit, request: Request) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** The outcome of a command: data in, sense, or both. */
export interface Reply {
  readonly dataIn?: Uint8Array | undefined;
  readonly sense?: SenseFields | undefined;
}

/** A command that a kind of logical unit can carry out. */
export interface Command<Unit> {
  readonly layout: CdbLayout;
  readonly run: Handler<Unit>;
  /** Carried out despite a pending unit attention (SPC-5 5.14). */
  readonly passesAttention?: boolean;
  /** The service actions, if all have the same layout. */
  readonly serviceActions?: readonly number[];
}
