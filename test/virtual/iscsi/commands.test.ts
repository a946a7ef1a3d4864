import { describe, expect, it } from 'vitest';
import { decodeInquiry } from '../../../src/scsi/commands/inquiry.js';
import { readPosition, rewind } from '../../../src/scsi/commands/position.js';
import { inquiry, preventAllow, reportLuns, requestSense, testUnitReady } from '../../../src/scsi/commands/primary.js';
import { decodeShortPosition } from '../../../src/scsi/commands/read-position.js';
import { read6, write6, writeFilemarks6 } from '../../../src/scsi/commands/transfer.js';
import { decodeSense } from '../../../src/scsi/sense/sense.js';
import { openControls } from '../../../src/virtual/index.js';
import {
  DATA_OUT,
  NO_TAG,
  NOP_IN,
  NOP_OUT,
  READY_TO_TRANSFER,
  REJECT,
  SCSI_COMMAND,
  SCSI_RESPONSE,
} from '../../../src/virtual/iscsi/pdu/layouts.js';
import { TASK_MANAGEMENT, TASK_MANAGEMENT_ANSWER } from '../../../src/virtual/iscsi/target/task-management.js';
import { pattern } from '../support.js';
import { type Initiator, SMALL_STEPS } from './initiator.js';
import { connected, loggedIn, outcomeOf, type Served, serveDrives } from './support.js';

/** A session that has been told of the power on. */
async function ready(served: Served, options = {}): Promise<Initiator> {
  const initiator = await loggedIn(served, options);
  await initiator.command(testUnitReady());
  return initiator;
}

describe('the data phase', () => {
  const ways = [
    ['immediate data', {}],
    ['small segments, bursts and R2T', SMALL_STEPS],
    ['immediate data and R2T', { ...SMALL_STEPS, ImmediateData: 'Yes', InitialR2T: 'No' }],
  ] as const;

  it.each(ways)('writes and reads records with %s', async (_way, keys) => {
    const initiator = await ready(await serveDrives(), { keys });
    for (const length of [1, 511, 512, 513, 1024, 4096, 5000]) {
      await initiator.command(rewind());
      const data = pattern(length, length);
      expect(outcomeOf(await initiator.command(write6({ data })))).toBe('good');
      expect(outcomeOf(await initiator.command(writeFilemarks6({ count: 1 })))).toBe('good');
      await initiator.command(rewind());
      const { data: back, ...rest } = await initiator.command(read6({ length }));
      expect(back.equals(data)).toBe(true);
      expect(rest).toMatchObject({ status: 0, overflow: false, underflow: false, residual: 0 });
    }
  });

  it('gives the status with the last data, and data before sense', async () => {
    const initiator = await ready(await serveDrives(), { keys: SMALL_STEPS });
    await initiator.command(write6({ data: pattern(1300, 1) }));
    await initiator.command(rewind());
    expect((await initiator.command(read6({ length: 1300 }))).pdus).toEqual(['Data-In', 'Data-In', 'Data-In']);
    await initiator.command(rewind());
    const short = await initiator.command(read6({ length: 2000 }));
    expect(short).toMatchObject({ status: 2, underflow: true, residual: 700 });
    expect(short.pdus).toEqual(['Data-In', 'Data-In', 'Data-In', 'Response']);
    expect(decodeSense(short.sense)).toMatchObject({ incorrectLength: true, information: 700 });
    expect(short.data.equals(pattern(1300, 1))).toBe(true);
  });

  it('tells of less data than expected, and of more', async () => {
    const initiator = await ready(await serveDrives());
    const all = await initiator.command(inquiry({ allocationLength: 255 }));
    expect(all).toMatchObject({ underflow: true, residual: 255 - all.data.length });
    const some = await initiator.command(inquiry({ allocationLength: 255 }), { expected: 10 });
    expect(some).toMatchObject({ overflow: true, residual: all.data.length - 10 });
    expect(some.data.length).toBe(10);
  });

  it('takes no more of the data out than the CDB announces, and refuses a record that is cut short', async () => {
    const initiator = await ready(await serveDrives());
    const command = write6({ data: pattern(100, 1) });
    const more = await initiator.command({ ...command, dataOut: pattern(130, 1) });
    expect(more).toMatchObject({ status: 0, underflow: true, residual: 30 });
    const less = await initiator.command({ ...command, dataOut: pattern(90, 1) });
    expect(outcomeOf(less)).toBe('5/24/00');
    expect(less).toMatchObject({ overflow: true, residual: 10 });
    const { data } = await initiator.command(readPosition('short'));
    expect(decodeShortPosition(data).firstObject).toBe(1);
  });

  it('takes unsolicited data that were agreed on', async () => {
    const initiator = await ready(await serveDrives(), { keys: { ...SMALL_STEPS, InitialR2T: 'No' } });
    const data = pattern(2048, 3);
    const { cdb } = write6({ data });
    const initiatorTaskTag = initiator.nextTag();
    const length = { expectedDataTransferLength: data.length, commandSequence: initiator.nextCommand() };
    initiator.send(SCSI_COMMAND, { write: true, initiatorTaskTag, ...length }, undefined, cdb);
    for (const bufferOffset of [0, 512]) {
      const values = { initiatorTaskTag, targetTransferTag: NO_TAG, bufferOffset, final: bufferOffset === 512 };
      initiator.send(DATA_OUT, values, data.subarray(bufferOffset, bufferOffset + 512));
    }
    expect(outcomeOf(await initiator.answer(data))).toBe('good');
    await initiator.command(rewind());
    expect((await initiator.command(read6({ length: 2048 }))).data.equals(data)).toBe(true);
  });

  it.each([
    ['out of order', { bufferOffset: 512 }],
    ['with a wrong tag', { targetTransferTag: 99 }],
    ['longer than asked for', { bufferOffset: 0, final: true, length: 1024 }],
    ['ending early', { bufferOffset: 0, final: true, length: 100 }],
  ])('closes the connection over data %s, and records nothing', async (_what, wrong) => {
    const served = await serveDrives();
    const initiator = await ready(served, { keys: SMALL_STEPS });
    initiator.start(write6({ data: pattern(600, 1) }));
    const { initiatorTaskTag, targetTransferTag } = await initiator.expect(READY_TO_TRANSFER);
    const { length = 512, ...values } = { ...wrong } as { length?: number };
    initiator.send(DATA_OUT, { initiatorTaskTag, targetTransferTag, bufferOffset: 0, ...values }, pattern(length, 1));
    expect(await initiator.next()).toBeUndefined();
    const other = await ready(served, { sessionId: 2 });
    expect(outcomeOf(await other.command(read6({ length: 600 })))).toBe('8/00/05');
  });
});

describe('logical units that are not there', () => {
  it('answers what is asked of any', async () => {
    const initiator = await ready(await serveDrives());
    const lun = '0005000000000000';
    const { data } = await initiator.command(inquiry(), { lun });
    expect(decodeInquiry(data)).toMatchObject({ peripheralQualifier: 3, peripheralDeviceType: 0x1f });
    const luns = await initiator.command(reportLuns(), { lun });
    expect([...luns.data]).toEqual([0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(outcomeOf(await initiator.command(testUnitReady(), { lun }))).toBe('5/25/00');
    const told = await initiator.command(requestSense(), { lun });
    expect(decodeSense(told.data)).toMatchObject({ key: 5, asc: 0x25, ascq: 0 });
  });
});

describe('sequence', () => {
  it('carries out commands that came together in their order', async () => {
    const initiator = await ready(await serveDrives());
    for (let record = 0; record < 20; record += 1) initiator.start(write6({ data: pattern(2000, record) }));
    for (let record = 0; record < 20; record += 1) expect(outcomeOf(await initiator.answer())).toBe('good');
    await initiator.command(rewind());
    for (let record = 0; record < 20; record += 1) {
      expect((await initiator.command(read6({ length: 2000 }))).data.equals(pattern(2000, record))).toBe(true);
    }
  });

  it('ignores a command outside the window, and never takes room back', async () => {
    const initiator = await ready(await serveDrives());
    const before = initiator.commandSequence;
    initiator.commandSequence = before + 1000;
    initiator.start(testUnitReady());
    initiator.commandSequence = before;
    initiator.start(testUnitReady());
    const { initiatorTaskTag, expectedCommandSequence, maximumCommandSequence } = await initiator.expect(SCSI_RESPONSE);
    expect(initiatorTaskTag).toBe(initiator.nextTag() - 1);
    expect(expectedCommandSequence).toBe(before + 1);
    expect(maximumCommandSequence).toBeGreaterThan(before);
  });

  it('echoes a NOP-Out while a command takes its time', async () => {
    const served = await serveDrives();
    const initiator = await ready(served);
    const controls = await openControls(served.folder);
    await controls.setFaults([{ command: 'REWIND', outcome: { delayMs: 300 }, carriedOut: true }]);
    await controls.close();
    const tag = initiator.start(rewind());
    initiator.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 500 }, Buffer.from('still there?'));
    const { body, initiatorTaskTag } = await initiator.expect(NOP_IN);
    expect([Buffer.from(body).toString(), initiatorTaskTag]).toEqual(['still there?', 500]);
    expect((await initiator.expect(SCSI_RESPONSE)).initiatorTaskTag).toBe(tag);
  });

  it('rejects what it does not know, and goes on', async () => {
    const initiator = await ready(await serveDrives());
    initiator.send({ name: 'unknown', opcode: 0x1c, fields: {} }, {});
    expect((await initiator.expect(REJECT)).reason).toBe(5);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });

  it('serves nothing but text in a discovery session', async () => {
    const { port } = await serveDrives();
    const initiator = await connected(port);
    await initiator.login();
    initiator.start(testUnitReady());
    expect((await initiator.expect(REJECT)).reason).toBe(4);
  });
});

describe('task management', () => {
  const { complete, noSuchTask, noSuchUnit, notSupported } = TASK_MANAGEMENT_ANSWER;

  /** A drive whose next rewind takes a minute. */
  async function slow(served: Served): Promise<void> {
    const controls = await openControls(served.folder);
    await controls.setFaults([{ command: 'REWIND', times: 1, outcome: { delayMs: 60_000 } }]);
    await controls.close();
  }

  it('aborts a task that runs, and one that waits for data', async () => {
    const served = await serveDrives();
    const initiator = await ready(served, { keys: SMALL_STEPS });
    await slow(served);
    const running = initiator.start(rewind());
    expect(await initiator.manage(TASK_MANAGEMENT.abortTask, running)).toBe(complete);
    const waiting = initiator.start(write6({ data: pattern(600, 1) }));
    await initiator.expect(READY_TO_TRANSFER);
    expect(await initiator.manage(TASK_MANAGEMENT.abortTask, waiting)).toBe(complete);
    expect(await initiator.manage(TASK_MANAGEMENT.abortTask, waiting)).toBe(noSuchTask);
    expect(outcomeOf(await initiator.command(read6({ length: 600 })))).toBe('8/00/05');
  });

  it('clears the tasks of all, and tells the others', async () => {
    const served = await serveDrives();
    const one = await ready(served, { sessionId: 1 });
    const other = await ready(served, { sessionId: 2 });
    await slow(served);
    one.start(rewind());
    // Answered only when the rewind before it is under way or done: the target has both tasks by now.
    one.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 500 });
    await one.expect(NOP_IN);
    expect(await other.manage(TASK_MANAGEMENT.clearTaskSet)).toBe(complete);
    expect(outcomeOf(await other.command(testUnitReady()))).toBe('good');
    expect(outcomeOf(await one.command(testUnitReady()))).toBe('6/2f/00');
  });

  it.each([
    ['logicalUnitReset', TASK_MANAGEMENT.logicalUnitReset],
    ['targetWarmReset', TASK_MANAGEMENT.targetWarmReset],
  ])('%s resets the drive, ends tasks and tells all', async (_name, what) => {
    const served = await serveDrives();
    const one = await ready(served, { sessionId: 1 });
    const other = await ready(served, { sessionId: 2 });
    await one.command(write6({ data: pattern(100, 1) }));
    await one.command(preventAllow(true));
    await slow(served);
    one.start(rewind());
    expect(await other.manage(what)).toBe(complete);
    for (const initiator of [one, other]) {
      expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
      expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
    }
    expect(decodeShortPosition((await one.command(readPosition('short'))).data).firstObject).toBe(0);
  });

  it('a cold reset ends the connections', async () => {
    const served = await serveDrives();
    const one = await ready(served, { sessionId: 1 });
    const other = await ready(served, { sessionId: 2 });
    expect(await other.manage(TASK_MANAGEMENT.targetColdReset)).toBe(complete);
    expect(await one.next()).toBeUndefined();
    expect(await other.next()).toBeUndefined();
  });

  it('refuses what is not there', async () => {
    const initiator = await ready(await serveDrives());
    expect(await initiator.manage(TASK_MANAGEMENT.logicalUnitReset, NO_TAG, '0005000000000000')).toBe(noSuchUnit);
    expect(await initiator.manage(TASK_MANAGEMENT.clearAca)).toBe(notSupported);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });
});
