import type { DataPhase, Execution } from '../../unit/execution.js';
import { type Attention, COMMANDS_CLEARED, type Nexus } from '../../unit/nexus.js';
import type { VirtualDrive } from '../../virtual-drive.js';
import { VirtualLibrary } from '../../virtual-library.js';
import { unitNumber } from './lun.js';
import { missingUnit } from './missing-unit.js';

/** What a task passes to a logical unit. */
export interface UnitRequest {
  readonly lun: string;
  readonly cdb: Uint8Array;
  readonly dataOut: Uint8Array;
  readonly nexus: Nexus;
  readonly signal: AbortSignal;
}

/** What a target needs from its sessions. */
export interface TargetSession {
  readonly nexus: Nexus;
  /** Aborts the tasks of a logical unit, or all tasks; resolves with their number when they have ended. */
  abortTasks(lun?: string): Promise<number>;
  /** Ends the session. */
  end(why: string): Promise<void>;
}

interface LogicalUnit {
  execute(cdb: Uint8Array, data: DataPhase): Promise<Execution>;
  nexusLost(nexus: Nexus): Promise<void>;
  tell(nexus: Nexus, attention: Attention): Promise<void>;
  reset(): Promise<void>;
}

/** An iSCSI target. Logical unit 0 is a virtual drive, or a library whose drives are units 1 and up. */
export class Target {
  /** The iSCSI name. */
  readonly name: string;
  readonly device: VirtualDrive | VirtualLibrary;
  readonly sessions = new Set<TargetSession>();
  readonly #units: readonly LogicalUnit[];

  constructor(device: VirtualDrive | VirtualLibrary) {
    this.device = device;
    this.#units = device instanceof VirtualLibrary ? [device, ...device.drives] : [device];
    this.name = `iqn.2026-11.localhost.node-lto:${device.identity.serial.toLowerCase().replaceAll('_', '-')}`;
  }

  execute({ lun, cdb, ...data }: UnitRequest): Promise<Execution> {
    const unit = this.#unitAt(lun);
    if (unit === undefined) return Promise.resolve(missingUnit(cdb, this.#units.length));
    return unit.execute(cdb, { ...data, abortTasks: (nexus) => this.#abortTasksOf(nexus, lun) });
  }

  /** Whether there is a logical unit at a LUN. */
  hasUnit(lun: string): boolean {
    return this.#unitAt(lun) !== undefined;
  }

  #unitAt(lun: string): LogicalUnit | undefined {
    const number = unitNumber(lun);
    return number === undefined ? undefined : this.#units[number];
  }

  /** Ends the tasks of an initiator, which learns of it only through unit attentions. */
  async #abortTasksOf(nexus: Nexus, lun: string): Promise<void> {
    const theirs = [...this.sessions].filter((session) => session.nexus === nexus);
    await Promise.all(theirs.map((session) => session.abortTasks(lun)));
  }

  /** Adds a session and ends an older one of the same nexus (RFC 7143 section 6.3.5). */
  async join(session: TargetSession): Promise<void> {
    for (const other of this.sessions) {
      if (other.nexus === session.nexus) await other.end('the initiator logged in again');
    }
    this.sessions.add(session);
    await this.#loseNexus(session.nexus);
  }

  /** Whether an initiator port has a session. */
  knows(nexus: Nexus): boolean {
    return [...this.sessions].some((session) => session.nexus === nexus);
  }

  async leave(session: TargetSession): Promise<void> {
    if (this.sessions.delete(session)) await this.#loseNexus(session.nexus);
  }

  async #loseNexus(nexus: Nexus): Promise<void> {
    await Promise.all(this.#units.map((unit) => unit.nexusLost(nexus)));
  }

  /** CLEAR TASK SET: ends the tasks of a logical unit in all sessions; other sessions get a unit attention. */
  async clearTaskSet(lun: string, by: TargetSession): Promise<void> {
    for (const session of this.sessions) {
      const ended = await session.abortTasks(lun);
      if (ended > 0 && session !== by) await this.#unitAt(lun)?.tell(session.nexus, COMMANDS_CLEARED);
    }
  }

  disconnect(why: string): void {
    for (const session of this.sessions) session.end(why).catch(() => undefined);
  }

  /** Ends the tasks of a logical unit (default: all units) and resets it; all initiators get a unit attention. */
  async reset(lun?: string): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.abortTasks(lun)));
    const unit = lun === undefined ? undefined : this.#unitAt(lun);
    await Promise.all((unit ? [unit] : this.#units).map((each) => each.reset()));
  }
}
