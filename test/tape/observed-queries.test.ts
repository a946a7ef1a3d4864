// What only observes a drive moves, writes and clears nothing, whatever is asked of it.
import { expect, it } from 'vitest';
import { IllegalRequestError } from '../../src/errors/index.js';
import { rewind } from '../../src/scsi/commands/position.js';
import { inquiry, testUnitReady } from '../../src/scsi/commands/primary.js';
import { write6 } from '../../src/scsi/commands/transfer.js';
import { logSense } from '../../src/scsi/log/page.js';
import type { ScsiRequest } from '../../src/scsi/wire/command.js';
import { queriesOnly } from '../../src/tape/observe/queries-only.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { newPort } from './drives.js';

const GOOD = 0;
const CHECK_CONDITION = 2;

async function newObserver() {
  const { port } = await newPort();
  const sent: string[] = [];
  const transport = queriesOnly(port.transport, 'an observer', (command, options) => {
    sent.push(command.name);
    return port.transport.scsi(command, options);
  });
  return { transport, sent };
}

it.each([
  ['a log page', logSense(0x0c, 0)],
  ['the list of log pages', logSense(0, 0)],
  ['INQUIRY', inquiry()],
] as [string, ScsiRequest][])('%s is asked', async (_what, command) => {
  const { transport, sent } = await newObserver();
  expect((await transport.scsi(command)).status).toBe(GOOD);
  expect(sent).toEqual([command.name]);
});

it.each([
  ['the TapeAlert page, which reading clears', logSense(0x2e, 0)],
  ['a rewind', rewind({ immediate: false })],
  ['a record', write6({ data: new Uint8Array(10) })],
] as [string, ScsiRequest][])('%s is not', async (_what, command) => {
  const { transport, sent } = await newObserver();
  expect((await transport.scsi(command)).status).toBe(CHECK_CONDITION);
  expect(sent).toEqual([]);
});

it('the tape is not moved, and no data', async () => {
  const { transport } = await newObserver();
  await expect(transport.mt(MtOperation.MTREW, 1)).rejects.toBeInstanceOf(IllegalRequestError);
  await expect(transport.status()).rejects.toThrow('an observer moves and writes nothing');
  expect(() => transport.createPool(4096, 1)).toThrow('an observer moves no data');
});

it('readiness is asked', async () => {
  const { transport } = await newObserver();
  expect((await transport.scsi(testUnitReady())).status).not.toBe(CHECK_CONDITION);
});
