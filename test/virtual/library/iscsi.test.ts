import { expect, it, onTestFinished } from 'vitest';
import { moveMedium } from '../../../src/scsi/changer/index.js';
import { decodeInquiry } from '../../../src/scsi/commands/inquiry.js';
import { inquiry, reportLuns, testUnitReady } from '../../../src/scsi/commands/primary.js';
import { VirtualLibrary, type VirtualLibraryOptions } from '../../../src/virtual/index.js';
import { IscsiServer } from '../../../src/virtual/iscsi/server.js';
import { unitNumber } from '../../../src/virtual/iscsi/target/lun.js';
import { TASK_MANAGEMENT, TASK_MANAGEMENT_ANSWER } from '../../../src/virtual/iscsi/target/task-management.js';
import { connected, outcomeOf } from '../iscsi/support.js';
import { DRIVE, newLibraryFolder, SLOT } from './support.js';

const lun = (number: number) => `000${number}000000000000`;
const CHANGER = lun(0);

async function served(options?: VirtualLibraryOptions) {
  const server = await IscsiServer.open([await newLibraryFolder(options)], { port: 0 });
  onTestFinished(() => server.close());
  const [target] = server.targets;
  if (!(target?.device instanceof VirtualLibrary)) throw new Error('no library is served');
  const initiator = await connected(server.address.port);
  await initiator.login({ target: target.name });
  const ask = async (command: Parameters<typeof initiator.command>[0], where: string) =>
    outcomeOf(await initiator.command(command, { lun: where }));
  return { initiator, library: target.device, ask };
}

it('a target has the changer at LUN 0 and the drives behind it', async () => {
  const { initiator, ask } = await served({ drives: 2 });
  const type = async (where: string) => {
    const { data } = await initiator.command(inquiry(), { lun: where });
    return decodeInquiry(data).peripheralDeviceType;
  };
  expect([await type(lun(0)), await type(lun(1)), await type(lun(2)), await type(lun(3))]).toEqual([8, 1, 1, 0x1f]);
  // Flat space addressing.
  expect(await type('4002000000000000')).toBe(1);
  for (const where of [0, 2, 7].map(lun)) {
    const { data } = await initiator.command(reportLuns(), { lun: where });
    expect(Buffer.from(data).readUInt32BE(0)).toBe(3 * 8);
  }
  expect(await ask(testUnitReady(), lun(3))).toBe('5/25/00');
});

it('each unit has its own unit attentions, and a reset of its own', async () => {
  const { initiator, ask } = await served({ drives: 2 });
  for (const where of [0, 1, 2].map(lun)) expect(await ask(testUnitReady(), where)).toBe('6/29/00');
  expect(await ask(moveMedium({ source: SLOT, destination: DRIVE }), CHANGER)).toBe('good');
  expect(await ask(testUnitReady(), lun(1))).toBe('6/28/00');
  expect(await ask(testUnitReady(), lun(2))).toBe('2/3a/00');
  const { logicalUnitReset, targetWarmReset } = TASK_MANAGEMENT;
  expect(await initiator.manage(logicalUnitReset, undefined, lun(2))).toBe(TASK_MANAGEMENT_ANSWER.complete);
  expect(await ask(testUnitReady(), lun(2))).toBe('6/29/00');
  expect(await ask(testUnitReady(), lun(1))).toBe('good');
  expect(await initiator.manage(logicalUnitReset, undefined, lun(3))).toBe(TASK_MANAGEMENT_ANSWER.noSuchUnit);
  expect(await initiator.manage(targetWarmReset)).toBe(TASK_MANAGEMENT_ANSWER.complete);
  for (const where of [0, 1, 2].map(lun)) expect(await ask(testUnitReady(), where)).toBe('6/29/00');
});

it('a move does not keep the drives waiting', async () => {
  const { initiator, library, ask } = await served({ speed: { handling: 0.3 } });
  for (const where of [0, 1].map(lun)) await ask(testUnitReady(), where);
  await library.execute(testUnitReady().cdb);
  const begun = performance.now();
  const moving = library.execute(moveMedium({ source: SLOT, destination: SLOT }).cdb);
  expect(await ask(testUnitReady(), lun(1))).toBe('2/3a/00');
  expect(performance.now() - begun).toBeLessThan(300);
  await moving;
  expect(performance.now() - begun).toBeGreaterThan(590);
  expect(initiator.socket.destroyed).toBe(false);
});

it('a LUN field is a number in two ways of addressing', () => {
  expect(unitNumber('0005000000000000')).toBe(5);
  expect(unitNumber('4005000000000000')).toBe(5);
  expect(unitNumber('4105000000000000')).toBe(0x105);
  expect(unitNumber('0105000000000000')).toBeUndefined();
  expect(unitNumber('8005000000000000')).toBeUndefined();
  expect(unitNumber('c101000000000000')).toBeUndefined();
  expect(unitNumber('0005000100000000')).toBeUndefined();
  expect(unitNumber('')).toBeUndefined();
});
