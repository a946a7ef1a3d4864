import { expect, it } from 'vitest';
import { rewind } from '../../../src/scsi/commands/position.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import {
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveOut,
  RESERVATION_TYPE,
} from '../../../src/scsi/commands/reservation.js';
import { openControls } from '../../../src/virtual/index.js';
import { connected, outcomeOf } from '../../virtual/iscsi/support.js';
import { command } from '../command.js';
import { serveAnother } from './second-server.js';

// sg_persist, through the kernel, judges what one initiator may do to another, which is a program of this test.

const { register, reserve } = PERSISTENT_RESERVE_OUT_ACTION;
const { exclusiveAccess } = RESERVATION_TYPE;
const DELAY_MS = 40_000;

it('sg_persist preempts another initiator and aborts what it has under way', async () => {
  const { login, folder, target, port } = await serveAnother();
  const { query, tape } = await login();
  const persist = (...args: readonly string[]) => command('sg_persist', '--no-inquiry', ...args, query);
  await command('sg_turs', query).catch(() => undefined);
  const other = await connected(port);
  await other.login({ target, initiator: 'iqn.2026-11.test:other' });
  await other.command(testUnitReady());
  await other.command(persistentReserveOut(register, 0, { serviceActionKey: '0000000000000001' }));
  await other.command(persistentReserveOut(reserve, exclusiveAccess, { reservationKey: '0000000000000001' }));
  await persist('--out', '--register', '--param-sark=2');
  await expect(command('mt', '-f', tape, 'weof')).rejects.toThrow();

  const controls = await openControls(folder);
  await controls.setFaults([{ command: 'REWIND', times: 1, outcome: { delayMs: DELAY_MS } }]);
  await controls.close();
  const began = Date.now();
  other.start(rewind());
  await new Promise((resolve) => setTimeout(resolve, 500));
  await persist('--out', '--preempt-abort', '--param-rk=2', '--param-sark=1', '--prout-type=3');
  expect(await persist('--read-reservation')).toMatch(/Key=0x2\n/);
  // Were it only delayed, the drive would answer nobody now.
  await command('mt', '-f', tape, 'rewind');
  await command('mt', '-f', tape, 'weof');
  expect(Date.now() - began).toBeLessThan(DELAY_MS);
  expect(outcomeOf(await other.command(testUnitReady()))).toBe('6/2a/05');
});

it('REGISTER AND MOVE is refused, and sg_opcodes tells that it is not offered', async () => {
  const { login } = await serveAnother();
  const { query } = await login();
  await command('sg_turs', query).catch(() => undefined);
  const persist = (...args: readonly string[]) => command('sg_persist', '--no-inquiry', ...args, query);
  await persist('--out', '--register', '--param-sark=1');
  const move = ['--out', '--register-move', '--param-rk=1', '--param-sark=2', '--relative-target-port=1'];
  const to = '--transport-id=iqn.2026-11.lab:other,i,0x00023d000001';
  await expect(persist(...move, to)).rejects.toThrow(/bad field in cdb/);
  const support = (action: number) => command('sg_opcodes', `--opcode=0x5f,${action}`, query);
  expect(await support(5)).toMatch(/conform|supported/i);
  expect(await support(7)).toMatch(/not supported/i);
  expect(await persist('--report-capabilities')).toMatch(/Exclusive Access, all registrants|Exclusive Access.*: 1/i);
});
