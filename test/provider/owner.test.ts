import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COMMAND_CHANNEL, type CommandEvent } from '../../src/device/command-log.js';
import {
  type DriveBusyError as Busy,
  DriveBusyError,
  InvalidArgumentError,
  MediumChangedError,
} from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { shareDrive } from '../../src/provider/session/drive-owner.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { VirtualDrive } from '../../src/virtual/index.js';
import { collect } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';
import { filesOf, ID, MIB, newLabelledBench, source } from './support.js';

describe('the one owner of a drive', () => {
  it('is shared by two providers, whose jobs wait for each other', async () => {
    const { provider, device, tape } = await newLabelledBench();
    const other = new LtoProvider({ devicePath: device });
    onTestFinished(() => other.close());
    await provider.prepareForWrite(ID);
    const jobs = await Promise.all([
      provider.writeArchive(ID, source(20 * MIB, 1)),
      other.identifyMedia({ allowIntrusive: true }),
      other.checkExistingData(),
      provider.writeArchive(ID, source(5, 2)),
    ]);
    expect(jobs.map((job) => ('location' in job ? job.location : undefined))).toEqual([1, undefined, undefined, 2]);
    expect((await filesOf(tape)).slice(1)).toEqual([20 * MIB, 5]);
  });

  it('does not let one append where the other has written since', async () => {
    const { provider, device } = await newLabelledBench();
    const other = new LtoProvider({ devicePath: device });
    onTestFinished(() => other.close());
    await provider.prepareForWrite(ID);
    await other.prepareForWrite(ID);
    await other.writeArchive(ID, source(5));
    await expect(provider.writeArchive(ID, source(6))).rejects.toMatchObject({ code: 'LTO_POSITION_MISMATCH' });
    await provider.prepareForWrite(ID);
    expect((await provider.writeArchive(ID, source(6))).location).toBe(2);
  });

  it('lets a reader finish before the next job', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(30 * MIB));
    const stream = await provider.readArchive(ID, 1);
    const prepared = provider.prepareForWrite(ID);
    expect((await collect(stream)).length).toBe(30 * MIB);
    expect(await prepared).toMatchObject({ nextFile: 2 });
  });

  it('closes the drive with its last user, and opens it again', async () => {
    const folder = await newDriveFolder();
    const devicePath = `virtual:${folder}`;
    const [a, b] = [new LtoProvider({ devicePath }), new LtoProvider({ devicePath: `virtual:${folder}/.` })];
    await Promise.all([a.getDriveInfo(), b.getDriveInfo()]);
    await a.close();
    await expect(VirtualDrive.open(folder)).rejects.toBeInstanceOf(DriveBusyError);
    await Promise.all([b.close(), a.getDriveInfo()]);
    await a.close();
    await (await VirtualDrive.open(folder)).close();
  });

  it('names the process that holds the drive', async () => {
    const folder = await newDriveFolder();
    const held = await TapeDrive.open(`virtual:${folder}`);
    const provider = new LtoProvider({ devicePath: `virtual:${folder}` });
    const refused = await provider.getDriveInfo().catch((error: Busy) => error);
    expect(refused).toMatchObject({ code: 'LTO_DRIVE_BUSY', holder: process.pid });
    expect(await provider.checkOnline()).toMatchObject({ online: false, state: 'busy', holder: process.pid });
    await held.close();
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: true });
    await provider.close();
  });

  it('goes on with the next job when one fails', async () => {
    const folder = await newDriveFolder();
    const { owner, release } = await shareDrive(`virtual:${folder}`);
    const order: string[] = [];
    const failing = owner.run('one', async () => {
      order.push(owner.job ?? '');
      throw new MediumChangedError('changed');
    });
    const next = owner.run('two', async () => order.push(owner.job ?? ''));
    await expect(failing).rejects.toBeInstanceOf(MediumChangedError);
    await next;
    expect(order).toEqual(['one', 'two']);
    expect(owner.job).toBeUndefined();
    await release();
  });
});

describe('the command log', () => {
  it('publishes every command with what came of it', async () => {
    const events: CommandEvent[] = [];
    const listen = (event: unknown) => events.push(event as CommandEvent);
    subscribe(COMMAND_CHANNEL, listen);
    const { provider, virtual, device } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(3 * MIB));
    await virtual.remove();
    await provider.checkOnline({ force: true });
    unsubscribe(COMMAND_CHANNEL, listen);
    expect(new Set(events.map((event) => event.device))).toEqual(new Set([device]));
    const operations = events.map(({ operation, outcome }) => `${operation}: ${outcome}`);
    expect(operations).toContain('MTWEOF 1: good');
    expect(operations).toContain('write: done');
    expect(operations).toContain('TEST UNIT READY: 2/3a/00');
    const inquiry = events.find(({ operation }) => operation === 'READ ATTRIBUTE');
    expect(inquiry?.cdb).toMatch(/^8c00/);
    expect(inquiry?.duration).toBeGreaterThan(0);
  });
});

describe('a call that waits for the one before it', () => {
  it('rejects at once when aborted, and those behind it still wait', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    const reader = await provider.readArchive(ID, 1);
    const controller = new AbortController();
    const queued = new PassThrough();
    const aborted = provider.writeArchive(ID, queued, { signal: controller.signal });
    let prepared = false;
    const behind = provider.prepareForWrite(ID).then(() => {
      prepared = true;
    });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(queued.destroyed).toBe(true);
    await setImmediate();
    expect(prepared).toBe(false);
    reader.destroy();
    await behind;
  });

  it('survives that its source breaks meanwhile, and tells it', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    const reader = await provider.readArchive(ID, 1);
    const queued = createReadStream(join(tmpdir(), 'no', 'such', 'file'));
    const written = provider.writeArchive(ID, queued);
    await new Promise<void>((resolve) => queued.once('close', resolve));
    reader.destroy();
    await expect(written).rejects.toMatchObject({ code: 'LTO_WRITE_FAILED', cause: { code: 'ENOENT' } });
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 2 });
  });

  it('takes no source that is none, and destroys the source of a call that is refused', async () => {
    const { provider } = await newLabelledBench();
    for (const none of [null, undefined, 5, {}, new Response(null).body]) {
      const written = provider.writeArchive(ID, none as never);
      await expect(written).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    const refused = new PassThrough();
    await expect(provider.writeArchive('OTHER', refused)).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(refused.destroyed).toBe(true);
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 1 });
  });
});
