import { describe, expect, it } from 'vitest';
import { readPosition, rewind } from '../../../src/scsi/commands/position.js';
import { preventAllow, testUnitReady } from '../../../src/scsi/commands/primary.js';
import { decodeShortPosition } from '../../../src/scsi/commands/read-position.js';
import {
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveOut,
  RESERVATION_TYPE,
} from '../../../src/scsi/commands/reservation.js';
import { read6, write6 } from '../../../src/scsi/commands/transfer.js';
import { openControls } from '../../../src/virtual/index.js';
import { NOP_IN, NOP_OUT, READY_TO_TRANSFER } from '../../../src/virtual/iscsi/pdu/layouts.js';
import { TASK_MANAGEMENT } from '../../../src/virtual/iscsi/target/task-management.js';
import { pattern } from '../support.js';
import { type Initiator, SMALL_STEPS } from './initiator.js';
import { loggedIn, outcomeOf, type Served, serveDrives } from './support.js';

const { register, reserve, preempt, preemptAndAbort } = PERSISTENT_RESERVE_OUT_ACTION;
const TYPE = RESERVATION_TYPE.exclusiveAccess;
const KEYS = { one: '0000000000000001', other: '0000000000000002' };
/** Longer than a test may take: what does not end before, fails. */
const FOREVER_MS = 600_000;

interface Pair {
  readonly served: Served;
  readonly one: Initiator;
  readonly other: Initiator;
}

/** Two initiators that have been told of the power on. */
async function pair(keys: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const served = await serveDrives();
  const one = await loggedIn(served, { sessionId: 1, keys });
  const other = await loggedIn(served, { sessionId: 2, initiator: 'iqn.2026-11.test:other' });
  for (const initiator of [one, other]) await initiator.command(testUnitReady());
  return { served, one, other };
}

/** Two initiators that are registered, of which `one` has the drive for itself. */
async function reserved(keys: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const all = await pair(keys);
  for (const [initiator, key] of [
    [all.one, KEYS.one],
    [all.other, KEYS.other],
  ] as const) {
    const { status } = await initiator.command(persistentReserveOut(register, 0, { serviceActionKey: key }));
    expect(status).toBe(0);
  }
  expect((await all.one.command(persistentReserveOut(reserve, TYPE, { reservationKey: KEYS.one }))).status).toBe(0);
  return all;
}

async function makeRewindSlow({ served }: Pair): Promise<void> {
  const controls = await openControls(served.folder);
  await controls.setFaults([{ command: 'REWIND', times: 1, outcome: { delayMs: FOREVER_MS } }]);
  await controls.close();
}

/** The target has taken all that this initiator sent. */
async function arrived(initiator: Initiator): Promise<void> {
  initiator.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 500 });
  await initiator.expect(NOP_IN);
}

const takeOver = (action: number) => {
  return persistentReserveOut(action, TYPE, { reservationKey: KEYS.other, serviceActionKey: KEYS.one });
};

async function objectsBefore(initiator: Initiator): Promise<number | undefined> {
  return decodeShortPosition((await initiator.command(readPosition('short'))).data).firstObject;
}

/** As `reserved`: one initiator's rewind is under way, and its write waits behind it. */
async function busy() {
  const all = await reserved();
  await makeRewindSlow(all);
  all.one.start(rewind());
  all.one.start(write6({ data: pattern(100, 1) }));
  await arrived(all.one);
  return all;
}

describe('PREEMPT AND ABORT', () => {
  it('ends what the preempted has under way and what waits, without an answer', async () => {
    const { one, other } = await busy();
    // It does not wait for the rewind.
    expect(outcomeOf(await other.command(takeOver(preemptAndAbort)))).toBe('good');
    expect(await objectsBefore(other)).toBe(0);
    // The first answer that comes is that to the next command: it tells of the preemption.
    expect(outcomeOf(await one.command(testUnitReady()))).toBe('6/2a/05');
    expect(outcomeOf(await one.command(write6({ data: pattern(100, 1) })))).toBe('status 24');
    expect(outcomeOf(await other.command(write6({ data: pattern(100, 1) })))).toBe('good');
  });

  it('ends a command that waits for its data', async () => {
    const { one, other } = await reserved(SMALL_STEPS);
    one.start(write6({ data: pattern(600, 1) }));
    await one.expect(READY_TO_TRANSFER);
    expect(outcomeOf(await other.command(takeOver(preemptAndAbort)))).toBe('good');
    expect(outcomeOf(await one.command(testUnitReady()))).toBe('6/2a/05');
    expect(await objectsBefore(other)).toBe(0);
  });

  it('ends nothing when it is refused', async () => {
    const { one, other } = await reserved(SMALL_STEPS);
    const data = pattern(512, 1);
    one.start(write6({ data }));
    await arrivedBurst(one, async () => {
      const wrongKey = persistentReserveOut(preemptAndAbort, TYPE, {
        reservationKey: '0000000000000009',
        serviceActionKey: KEYS.one,
      });
      expect(outcomeOf(await other.command(wrongKey))).toBe('status 24');
      const nobody = persistentReserveOut(preemptAndAbort, TYPE, {
        reservationKey: KEYS.other,
        serviceActionKey: '0000000000000009',
      });
      expect(outcomeOf(await other.command(nobody))).toBe('status 24');
    });
    expect(outcomeOf(await one.answer(data))).toBe('good');
  });

  it('lets the medium be removed, whose removal the preempted prevented', async () => {
    const { served, one, other } = await reserved();
    await one.command(preventAllow(true));
    const controls = await openControls(served.folder);
    await expect(controls.remove()).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
    expect(outcomeOf(await other.command(takeOver(preemptAndAbort)))).toBe('good');
    await controls.remove();
    await controls.close();
  });

  it('PREEMPT alone has the commands of the preempted answered', async () => {
    const { one, other } = await reserved(SMALL_STEPS);
    const data = pattern(512, 1);
    one.start(write6({ data }));
    await arrivedBurst(one, async () => {
      expect(outcomeOf(await other.command(takeOver(preempt)))).toBe('good');
    });
    expect(outcomeOf(await one.answer(data))).toBe('6/2a/05');
    expect(outcomeOf(await one.command(write6({ data })))).toBe('status 24');
  });
});

/** Does something while the target waits for a burst, which stays to be sent. */
async function arrivedBurst(initiator: Initiator, work: () => Promise<void>): Promise<void> {
  const pdu = await initiator.next();
  expect(pdu?.opcode).toBe(READY_TO_TRANSFER.opcode);
  await work();
  if (pdu !== undefined) initiator.putBack(pdu);
}

describe('task management among several sessions', () => {
  it('ABORT TASK ends one task: those before and after it, and those of others, are carried out', async () => {
    const all = await pair();
    const { one, other } = all;
    await makeRewindSlow(all);
    const slow = one.start(rewind());
    const waiting = one.start(write6({ data: pattern(100, 1) }));
    one.start(write6({ data: pattern(200, 2) }));
    await arrived(one);
    other.start(testUnitReady());
    await arrived(other);
    one.startManaging(TASK_MANAGEMENT.abortTask, waiting);
    one.startManaging(TASK_MANAGEMENT.abortTask, slow);
    expect(await one.responses(2)).toEqual([0, 0]);
    expect(outcomeOf(await one.answer())).toBe('good');
    expect(outcomeOf(await other.answer())).toBe('good');
    expect(await objectsBefore(one)).toBe(1);
    await one.command(rewind());
    expect((await one.command(read6({ length: 200 }))).data.equals(pattern(200, 2))).toBe(true);
  });

  it('ABORT TASK ends no task of another session, though it has the same tag', async () => {
    const { one, other } = await pair(SMALL_STEPS);
    const data = pattern(512, 1);
    const tag = one.start(write6({ data }));
    await arrivedBurst(one, async () => expect(await other.manage(TASK_MANAGEMENT.abortTask, tag)).toBe(1));
    expect(outcomeOf(await one.answer(data))).toBe('good');
  });

  it('ABORT TASK SET ends the tasks of its session only', async () => {
    const { one, other } = await pair(SMALL_STEPS);
    const data = pattern(512, 1);
    one.start(write6({ data }));
    await arrivedBurst(one, async () => expect(await other.manage(TASK_MANAGEMENT.abortTaskSet)).toBe(0));
    expect(outcomeOf(await one.answer(data))).toBe('good');
    one.start(write6({ data }));
    await one.expect(READY_TO_TRANSFER);
    expect(await one.manage(TASK_MANAGEMENT.abortTaskSet)).toBe(0);
    expect(await objectsBefore(one)).toBe(1);
  });

  it('LOGICAL UNIT RESET ends tasks of all sessions, without an answer, and the reservation stays', async () => {
    const { one, other } = await busy();
    expect(await other.manage(TASK_MANAGEMENT.logicalUnitReset)).toBe(0);
    for (const initiator of [one, other]) expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
    expect(await objectsBefore(one)).toBe(0);
    expect(outcomeOf(await other.command(write6({ data: pattern(100, 1) })))).toBe('status 24');
  });

  it('the end of a session ends its tasks, and leaves those of others', async () => {
    const all = await pair(SMALL_STEPS);
    const { one, other } = all;
    one.start(write6({ data: pattern(512, 1) }));
    await one.expect(READY_TO_TRANSFER);
    one.socket.destroy();
    expect(outcomeOf(await other.command(write6({ data: pattern(100, 1) })))).toBe('good');
    expect(await objectsBefore(other)).toBe(1);
  });
});
