import type { TASK_MANAGEMENT_REQUEST, Values } from '../pdu/layouts.js';
import type { Target, TargetSession } from './target.js';

/** Functions (RFC 7143 section 11.5.1). */
export const TASK_MANAGEMENT = {
  abortTask: 1,
  abortTaskSet: 2,
  clearAca: 3,
  clearTaskSet: 4,
  logicalUnitReset: 5,
  targetWarmReset: 6,
  targetColdReset: 7,
  taskReassign: 8,
} as const;

/** Responses (RFC 7143 section 11.6.1). */
export const TASK_MANAGEMENT_ANSWER = {
  complete: 0,
  noSuchTask: 1,
  noSuchUnit: 2,
  reassignNotSupported: 4,
  notSupported: 5,
} as const;

/** A session whose tasks can be ended one by one. */
export interface ManagedSession extends TargetSession {
  /** Aborts a task; resolves when it has ended, with whether there was one. */
  abortTask(tag: number): Promise<boolean>;
}

/** Carries out a function; resolves with its response when all tasks that it ends have ended. */
export async function manageTasks(
  session: ManagedSession,
  target: Target,
  { function: what, lun, referencedTaskTag }: Values<typeof TASK_MANAGEMENT_REQUEST>,
): Promise<number> {
  const { complete, noSuchTask, noSuchUnit, reassignNotSupported, notSupported } = TASK_MANAGEMENT_ANSWER;
  switch (what) {
    case TASK_MANAGEMENT.abortTask:
      return (await session.abortTask(referencedTaskTag)) ? complete : noSuchTask;
    case TASK_MANAGEMENT.abortTaskSet:
      if (!target.hasUnit(lun)) return noSuchUnit;
      await session.abortTasks(lun);
      return complete;
    case TASK_MANAGEMENT.clearTaskSet:
      if (!target.hasUnit(lun)) return noSuchUnit;
      await target.clearTaskSet(lun, session);
      return complete;
    case TASK_MANAGEMENT.logicalUnitReset:
      if (!target.hasUnit(lun)) return noSuchUnit;
      await target.reset(lun);
      return complete;
    case TASK_MANAGEMENT.targetWarmReset:
    case TASK_MANAGEMENT.targetColdReset:
      await target.reset();
      return complete;
    case TASK_MANAGEMENT.taskReassign:
      return reassignNotSupported;
    default:
      return notSupported;
  }
}
