import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command } from '../command.js';
import { RIGHTS } from '../rights-table.js';
import { NOBODY, type Rights, unprivilegedUser } from '../unprivileged.js';

// docs/rights.md, row by row, as an ordinary user on the kernel's st and sg.

const DEVICE = '/dev/nst0';
const user = unprivilegedUser();
let queryNode = '';

beforeEach(async () => {
  const drive = await TapeDrive.open(DEVICE);
  queryNode = await queryNodeOf();
  await drive.rewind();
  await drive.close();
  for (const node of [DEVICE, queryNode]) await user.grant(node);
});

afterEach(async () => {
  for (const node of [DEVICE, queryNode]) await user.revoke(node);
});

async function queryNodeOf(): Promise<string> {
  const found = (await listDrives()).find(({ device }) => device === DEVICE);
  return found?.queryDevice ?? '';
}

/** What each call of the table comes to: `done`, or the error; the error of opening when that fails. */
function outcomes(rights: Rights): Promise<unknown> {
  const calls = RIGHTS.map(({ call }) => `[${JSON.stringify(call)}, () => drive.${call}]`);
  return user.run(
    rights,
    (url) => `
    const { TapeDrive } = await import(${url('tape/tape-drive.js')});
    const outcomes = async (drive) => {
      const told = {};
      for (const [name, call] of [${calls.join(', ')}]) told[name] = await call().then(() => 'done', (error) => error);
      await drive.close();
      return told;
    };
    const answer = await TapeDrive.open(${JSON.stringify(DEVICE)}).then(outcomes, (error) => error);
    console.log(JSON.stringify(answer));`,
  );
}

const ALL_DONE = Object.fromEntries(RIGHTS.map(({ call }) => [call, 'done']));

/** Takes the sg node away, as in a container that was given the tape node only. */
async function withoutQueryNode<T>(work: () => Promise<T>): Promise<T> {
  await rename(queryNode, `${queryNode}.away`);
  try {
    return await work();
  } finally {
    await rename(`${queryNode}.away`, queryNode);
  }
}

describe('an ordinary user without any capability', () => {
  it('may do everything as a member of the group that owns both nodes', async () => {
    expect(await outcomes({ tapeGroup: true })).toEqual(ALL_DONE);
  });

  it('without the sg node may not open the drive, by an error that names the capability', async () => {
    expect(await withoutQueryNode(() => outcomes({ tapeGroup: true }))).toMatchObject({
      name: 'PermissionError',
      code: 'LTO_PERMISSION',
      device: DEVICE,
      errno: 'EPERM',
      next: expect.stringContaining('CAP_SYS_RAWIO'),
    });
  });

  it('is kept by st from sending any command through its node, even INQUIRY', async () => {
    const identity = ['--reuid', `${NOBODY}`, '--groups', user.group(), '--bounding-set', '-all'];
    await expect(command('setpriv', ...identity, 'sg_inq', DEVICE)).rejects.toThrow(/not permitted/);
    expect(await command('setpriv', ...identity, 'sg_inq', queryNode)).toContain('NODE-LTO');
  });
});

it('CAP_SYS_RAWIO does for the sg node', async () => {
  const told = await withoutQueryNode(() => outcomes({ tapeGroup: true, capabilities: ['sys_rawio'] }));
  expect(told).toEqual(ALL_DONE);
});
