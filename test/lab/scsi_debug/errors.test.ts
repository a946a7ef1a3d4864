import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  DriveBusyError,
  InvalidArgumentError,
  NoMediumError,
  NotATapeDriveError,
  WriteProtectedError,
} from '../../../src/errors/index.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { testData } from '../../conformance/conformance.js';
import { expectRefusal } from '../../support/refusals.js';
import { NOBODY, unprivilegedUser } from '../unprivileged.js';

const DEVICE = '/dev/nst0';
const QUERY_DEVICE = '/dev/sg0';
const RECORD = 4096;

async function openDrive(): Promise<TapeDrive> {
  const drive = await TapeDrive.open(DEVICE);
  onTestFinished(() => drive.close());
  await drive.rewind();
  return drive;
}

describe('a node that is not the one to open', () => {
  it('is an sg node: the message names its tape node', async () => {
    const refusal = { device: QUERY_DEVICE, next: /\/dev\/nst0/ };
    await expectRefusal(TapeDrive.open(QUERY_DEVICE), NotATapeDriveError, refusal);
  });

  it('rewinds on close: the message names its twin', async () => {
    await expectRefusal(TapeDrive.open('/dev/st0'), InvalidArgumentError, { device: '/dev/st0', next: /\/dev\/nst0/ });
  });

  it('may be a link to the right one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const device = join(folder, 'by-id');
    await symlink(DEVICE, device);
    await using drive = await TapeDrive.open(device);
    expect(drive.device).toBe(device);
    expect((await drive.identity()).vendor).toBe('Linux');
  });
});

describe('a drive that somebody has', () => {
  const next = /close/;

  it('is refused to a second handle of this process', async () => {
    await openDrive();
    const refusal = { device: DEVICE, errno: 'EBUSY', next };
    const error = await expectRefusal(TapeDrive.open(DEVICE), DriveBusyError, refusal);
    expect(error.holder).toBe(process.pid);
  });

  it('is refused while another process has any of its nodes, whose number is told', async () => {
    for (const node of ['/dev/nst0', '/dev/nst0l', '/dev/st0']) {
      const holder = await holding(node);
      const refusal = { device: DEVICE, errno: 'EBUSY', next };
      const error = await expectRefusal(TapeDrive.open(DEVICE), DriveBusyError, refusal);
      expect(error.holder).toBe(holder.pid);
      expect(error.message).toContain(`process ${holder.pid}`);
      await stop(holder);
    }
    await openDrive();
  });
});

/** A process that has a node open. */
async function holding(node: string): Promise<ChildProcess> {
  const script = 'exec 3<>"$0" && echo open && exec sleep 600';
  const holder = spawn('bash', ['-c', script, node], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => stop(holder));
  await once(holder.stdout, 'data');
  return holder;
}

async function stop(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

describe('a cartridge that is not to be written', () => {
  it('since the drive was opened for reading only', async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD });
    await drive.close();
    await using reading = await TapeDrive.open(DEVICE, { readOnly: true });
    await reading.rewind();
    const refused = [
      () => reading.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD }),
      () => reading.writeFilemarks(),
      () => reading.erase(),
    ];
    for (const attempt of refused) {
      await expect(attempt()).rejects.toBeInstanceOf(WriteProtectedError);
    }
    expect(await reading.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
  });

  it('since it was put out', async () => {
    const drive = await openDrive();
    await drive.eject();
    try {
      const attempt = drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD });
      await expect(attempt).rejects.toBeInstanceOf(NoMediumError);
      await expect(drive.spaceFiles(1)).rejects.toBeInstanceOf(NoMediumError);
    } finally {
      await drive.load();
    }
    await drive.rewind();
  });
});

describe('a user without privileges', () => {
  const user = unprivilegedUser();

  afterEach(async () => {
    for (const node of [DEVICE, QUERY_DEVICE]) await user.revoke(node);
  });

  /** What `script` makes of an opened `drive`, or what is in the way, in a process of an ordinary user. */
  function asNobody(tapeGroup: boolean, script: string): Promise<unknown> {
    return user.run(
      { tapeGroup },
      (url) => `
      const { TapeDrive } = await import(${url('tape/tape-drive.js')});
      const answer = await TapeDrive.open(${JSON.stringify(DEVICE)}).then(
        async (drive) => { const result = await (async () => { ${script} })(); await drive.close(); return result; },
      ).catch((error) => ({ error }));
      console.log(JSON.stringify(answer));`,
    );
  }

  it('is told which node is closed to him, and which group opens it', async () => {
    const refused = (node: string) => ({
      error: {
        name: 'PermissionError',
        code: 'LTO_PERMISSION',
        device: DEVICE,
        errno: 'EACCES',
        message: expect.stringContaining(`may not open ${node}`),
        next: expect.stringContaining(`the group that owns ${node} (usually \`tape\`)`),
      },
    });
    expect(await asNobody(false, 'return "opened"')).toMatchObject(refused(QUERY_DEVICE));
    await user.grant(DEVICE);
    expect(await asNobody(true, 'return "opened"')).toMatchObject(refused(QUERY_DEVICE));
    await user.revoke(DEVICE);
    await user.grant(QUERY_DEVICE);
    expect(await asNobody(true, 'return "opened"')).toMatchObject(refused(DEVICE));
  });

  it('in the group `tape` asks, writes and reads without any capability', async () => {
    await user.grant(DEVICE);
    await user.grant(QUERY_DEVICE);
    const work = `
      const { vendor, product } = await drive.identity();
      const readiness = await drive.readiness();
      // Commands that the kernel keeps from a process without CAP_SYS_RAWIO on the tape node.
      await drive.mam();
      await drive.densities();
      const { maximumBlockLength } = await drive.blockLimits();
      await drive.rewind();
      const data = new Uint8Array(${4 * RECORD});
      const { fileNumber, records } = await drive.writeFile([data], { position: 'overwrite', recordSize: ${RECORD} });
      let bytes = 0;
      for await (const chunk of drive.createReadStream({ fileNumber: 0 })) bytes += chunk.length;
      const status = (await import('node:fs')).readFileSync('/proc/self/status', 'latin1');
      const capabilities = /CapEff:\\s*(\\w+)/.exec(status)[1];
      return { user: process.getuid(), capabilities, vendor, product, state: readiness.state, maximumBlockLength,
        fileNumber, records, bytes };`;
    expect(await asNobody(true, work)).toEqual({
      user: NOBODY,
      capabilities: '0000000000000000',
      vendor: 'Linux',
      product: 'scsi_debug',
      state: 'ready',
      maximumBlockLength: 1024 * 1024,
      fileNumber: 0,
      records: 4,
      bytes: 4 * RECORD,
    });
  });
});
