import type { Drive } from '../drive/drive.js';
import type { Nexus } from '../drive/nexus.js';

/** A command as it reaches the device server. */
export interface Request {
  readonly cdb: Uint8Array;
  /** Data out; empty for other commands. */
  readonly dataOut: Uint8Array;
  /** Memory for data in, when the initiator wants it there. */
  readonly into: Uint8Array | undefined;
  /** Whom it comes from. */
  readonly nexus: Nexus;
  readonly abortTasks: AbortTasks | undefined;
}

/** Ends the commands of a nexus that are under way or wait, without an answer; resolves when they have ended. */
export type AbortTasks = (nexus: Nexus) => Promise<unknown>;

/** Carries out a command: data in, or nothing; throws CheckCondition. */
export type Handler = (drive: Drive, request: Request) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** What a command needs of the cartridge. */
export type MediumNeed = 'none' | 'present' | 'ready';
