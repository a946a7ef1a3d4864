import type { Execution } from '../../unit/execution.js';
import { COMMANDS_CLEARED, type Nexus } from '../../unit/nexus.js';
import type { VirtualDrive } from '../../virtual-drive.js';
import { isDrive, missingUnit } from './missing-unit.js';

/** What a task hands to a logical unit. */
export interface UnitRequest {
  readonly lun: string;
  readonly cdb: Uint8Array;
  readonly dataOut: Uint8Array;
  readonly nexus: Nexus;
  readonly signal: AbortSignal;
}

/** What a target needs of a session on it. */
export interface TargetSession {
  readonly nexus: Nexus;
  /** Aborts the tasks of a logical unit, or all; resolves with their number when they have ended. */
  abortTasks(lun?: string): Promise<number>;
  /** Ends the session. */
  end(why: string): Promise<void>;
}

/** One virtual drive as an iSCSI target: the drive is logical unit 0. */
export class Target {
  /** The iSCSI name. */
  readonly name: string;
  readonly drive: VirtualDrive;
  readonly sessions = new Set<TargetSession>();

  constructor(drive: VirtualDrive) {
    this.drive = drive;
    this.name = `iqn.2026-11.localhost.node-lto:${drive.identity.serial.toLowerCase().replaceAll('_', '-')}`;
  }

  execute({ lun, cdb, ...data }: UnitRequest): Promise<Execution> {
    if (!isDrive(lun)) return Promise.resolve(missingUnit(cdb));
    return this.drive.execute(cdb, { ...data, abortTasks: (nexus) => this.#abortTasksOf(nexus, lun) });
  }

  /** Ends the tasks of an initiator, which is not told of it but by what the drive tells. */
  async #abortTasksOf(nexus: Nexus, lun: string): Promise<void> {
    const theirs = [...this.sessions].filter((session) => session.nexus === nexus);
    await Promise.all(theirs.map((session) => session.abortTasks(lun)));
  }

  /** A session begins: an older one of the same nexus is ended by it (RFC 7143 section 6.3.5). */
  async join(session: TargetSession): Promise<void> {
    for (const other of this.sessions) {
      if (other.nexus === session.nexus) await other.end('the initiator logged in again');
    }
    this.sessions.add(session);
    await this.drive.nexusLost(session.nexus);
  }

  /** Whether an initiator port has a session. */
  knows(nexus: Nexus): boolean {
    return [...this.sessions].some((session) => session.nexus === nexus);
  }

  async leave(session: TargetSession): Promise<void> {
    if (this.sessions.delete(session)) await this.drive.nexusLost(session.nexus);
  }

  /** Ends all tasks of all sessions, and tells those of others (CLEAR TASK SET). */
  async clearTaskSet(lun: string, by: TargetSession): Promise<void> {
    for (const session of this.sessions) {
      const ended = await session.abortTasks(lun);
      if (ended > 0 && session !== by) await this.drive.tell(session.nexus, COMMANDS_CLEARED);
    }
  }

  disconnect(why: string): void {
    for (const session of this.sessions) session.end(why).catch(() => undefined);
  }

  /** Ends all tasks and resets the drive, which all initiators are told. */
  async reset(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.abortTasks()));
    await this.drive.reset();
  }
}
