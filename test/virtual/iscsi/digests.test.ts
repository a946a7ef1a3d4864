import { describe, expect, it } from 'vitest';
import { readPosition, rewind } from '../../../src/scsi/commands/position.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { decodeShortPosition } from '../../../src/scsi/commands/read-position.js';
import { read6, write6, writeFilemarks6 } from '../../../src/scsi/commands/transfer.js';
import {
  DATA_OUT,
  NOP_IN,
  NOP_OUT,
  type PduLayout,
  READY_TO_TRANSFER,
  REJECT,
  SCSI_COMMAND,
  type Values,
} from '../../../src/virtual/iscsi/pdu/layouts.js';
import { TASK_MANAGEMENT } from '../../../src/virtual/iscsi/target/task-management.js';
import { pattern } from '../support.js';
import { type Initiator, SMALL_STEPS } from './initiator.js';
import { loggedIn, outcomeOf, type Served, serveDrives } from './support.js';

const BOTH = { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' };
const DATA_DIGEST_ERROR = 2;

/** A session with digests that has been told of the power on. */
async function ready(served: Served, keys: Readonly<Record<string, string>> = {}, sessionId = 1): Promise<Initiator> {
  const initiator = await loggedIn(served, { keys: { ...BOTH, ...keys }, sessionId });
  await initiator.command(testUnitReady());
  return initiator;
}

/** Sends a PDU of which one byte is another than it was; the place is counted from the end when it is negative. */
function sendDamaged<L extends PduLayout>(
  initiator: Initiator,
  place: number,
  ...[layout, values, load]: Parameters<typeof initiator.encode<L>>
): void {
  const bytes = Buffer.concat(initiator.encode(layout, values as Partial<Values<L>>, load));
  const at = (place + bytes.length) % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  initiator.socket.write(bytes);
}

async function objectsBefore(initiator: Initiator): Promise<number | undefined> {
  return decodeShortPosition((await initiator.command(readPosition('short'))).data).firstObject;
}

describe('digests', () => {
  it.each([
    ['both', BOTH],
    ['of headers', { HeaderDigest: 'CRC32C,None' }],
    ['of data', { DataDigest: 'None,CRC32C', HeaderDigest: 'CRC32C' }],
    ['of data only', { DataDigest: 'CRC32C' }],
  ])('carries records and answers with %s, in every kind of data phase', async (_what, digests) => {
    const served = await serveDrives();
    for (const [index, steps] of [{}, SMALL_STEPS, { ...SMALL_STEPS, ImmediateData: 'Yes' }].entries()) {
      const initiator = await loggedIn(served, { keys: { ...steps, ...digests }, sessionId: index });
      await initiator.command(testUnitReady());
      for (const length of [1, 511, 512, 5001]) {
        await initiator.command(rewind());
        const data = pattern(length, length);
        expect(outcomeOf(await initiator.command(write6({ data })))).toBe('good');
        expect(outcomeOf(await initiator.command(writeFilemarks6({ count: 1 })))).toBe('good');
        await initiator.command(rewind());
        expect((await initiator.command(read6({ length }))).data.equals(data)).toBe(true);
        expect(outcomeOf(await initiator.command(read6({ length })))).toBe('0/00/01');
      }
    }
  });

  it('takes the first that the initiator names, and none when it does not ask', async () => {
    const served = await serveDrives();
    const asking = await loggedIn(served, { keys: { HeaderDigest: 'CRC32C,None', DataDigest: 'None,CRC32C' } });
    expect([asking.keys.get('HeaderDigest'), asking.keys.get('DataDigest')]).toEqual(['CRC32C', 'None']);
    const silent = await loggedIn(served, { sessionId: 2 });
    expect(silent.keys.has('HeaderDigest')).toBe(false);
    const strange = await loggedIn(served, { sessionId: 3, keys: { HeaderDigest: 'MD5' } });
    expect(strange.keys.get('HeaderDigest')).toBe('Reject');
    expect(outcomeOf(await strange.command(testUnitReady()))).toBe('6/29/00');
  });

  it('sends digests that are right', async () => {
    const initiator = await ready(await serveDrives());
    initiator.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 5 }, Buffer.from('five!'));
    // A wrong header digest would have ended the reader of this initiator.
    expect(await initiator.next()).toMatchObject({ opcode: NOP_IN.opcode, damaged: false });
  });
});

describe('a wrong header digest', () => {
  it.each([
    ['in the CDB', 36],
    ['in the digest', 49],
    ['in the task tag', 19],
  ])('%s closes the connection with a line, and nothing is recorded', async (_where, place) => {
    const served = await serveDrives();
    const initiator = await ready(served);
    const { cdb, dataOut } = write6({ data: pattern(512, 1) });
    const values = { write: true, final: true, initiatorTaskTag: 9, expectedDataTransferLength: 512 };
    const sequence = { commandSequence: initiator.nextCommand() };
    sendDamaged(initiator, place, SCSI_COMMAND, { ...values, ...sequence }, { cdb, data: dataOut });
    expect(await initiator.next()).toBeUndefined();
    expect(served.lines).toEqual([expect.stringContaining('a wrong header digest; the connection is closed')]);
    const other = await ready(served, {}, 2);
    expect(await objectsBefore(other)).toBe(0);
  });
});

describe('a wrong data digest', () => {
  it.each([
    ['of the first data', 0],
    ['of the last data', 3],
  ])('%s ends the command when all have come, with nothing recorded', async (_which, bad) => {
    const served = await serveDrives();
    const initiator = await ready(served, SMALL_STEPS);
    const data = pattern(3000, 1);
    await initiator.command(write6({ data: pattern(10, 7) }));
    initiator.start(write6({ data }));
    const { initiatorTaskTag, targetTransferTag, ...asked } = await initiator.expect(READY_TO_TRANSFER);
    expect(asked.desiredDataTransferLength).toBe(1536);
    for (const [index, bufferOffset] of [0, 512, 1024].entries()) {
      const values = { initiatorTaskTag, targetTransferTag, bufferOffset, final: index === 2 };
      const load = { data: data.subarray(bufferOffset, bufferOffset + 512) };
      if (index === Math.min(bad, 2)) sendDamaged(initiator, bad === 0 ? 60 : -1, DATA_OUT, values, load);
      else initiator.send(DATA_OUT, values, load.data);
    }
    const { reason, body, initiatorTaskTag: none } = await initiator.expect(REJECT);
    expect([reason, none, body[0]]).toEqual([DATA_DIGEST_ERROR, 0xffffffff, DATA_OUT.opcode]);
    const reply = await initiator.answer();
    expect(outcomeOf(reply)).toBe('b/47/05');
    // The second burst, whose data would be of no use, is not asked for.
    expect(reply.pdus).toEqual(['Response']);
    expect(served.lines).toEqual([expect.stringContaining('a wrong data digest')]);
    expect(await objectsBefore(initiator)).toBe(1);
    expect(outcomeOf(await initiator.command(write6({ data })))).toBe('good');
    expect(await objectsBefore(initiator)).toBe(2);
  });

  it('of data that nobody waits for is rejected, and the session goes on', async () => {
    const initiator = await ready(await serveDrives());
    sendDamaged(initiator, -1, DATA_OUT, { initiatorTaskTag: 999, final: true }, { data: pattern(100, 1) });
    expect((await initiator.expect(REJECT)).reason).toBe(DATA_DIGEST_ERROR);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });

  it('lets the initiator abort the task in between', async () => {
    const initiator = await ready(await serveDrives(), SMALL_STEPS);
    const tag = initiator.start(write6({ data: pattern(1024, 1) }));
    const { targetTransferTag } = await initiator.expect(READY_TO_TRANSFER);
    sendDamaged(initiator, -1, DATA_OUT, { initiatorTaskTag: tag, targetTransferTag }, { data: pattern(512, 1) });
    expect((await initiator.expect(REJECT)).reason).toBe(DATA_DIGEST_ERROR);
    expect(await initiator.manage(TASK_MANAGEMENT.abortTask, tag)).toBe(0);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });

  it('of a command has it rejected, and ends the session, which would wait for the command', async () => {
    const served = await serveDrives();
    const initiator = await ready(served);
    const { cdb, dataOut } = write6({ data: pattern(512, 1) });
    const values = { write: true, final: true, initiatorTaskTag: 9, expectedDataTransferLength: 512 };
    const sequence = { commandSequence: initiator.nextCommand() };
    sendDamaged(initiator, 100, SCSI_COMMAND, { ...values, ...sequence }, { cdb, data: dataOut });
    // It comes together with the other, and is not carried out either.
    initiator.start(writeFilemarks6({ count: 1 }));
    expect((await initiator.expect(REJECT)).reason).toBe(DATA_DIGEST_ERROR);
    expect(await initiator.next()).toBeUndefined();
    expect(served.lines).toEqual([
      expect.stringContaining('a wrong data digest'),
      expect.stringContaining('a command is missing; the connection is closed'),
    ]);
    expect(await objectsBefore(await ready(served, {}, 2))).toBe(0);
  });

  it('of an immediate NOP-Out is rejected, and the session goes on', async () => {
    const initiator = await ready(await serveDrives());
    const ping = { immediate: true, final: true, initiatorTaskTag: 5 };
    sendDamaged(initiator, -1, NOP_OUT, ping, { data: Buffer.from('ping') });
    expect((await initiator.expect(REJECT)).reason).toBe(DATA_DIGEST_ERROR);
    initiator.send(NOP_OUT, ping, Buffer.from('ping'));
    expect(Buffer.from((await initiator.expect(NOP_IN)).body).toString()).toBe('ping');
  });
});
