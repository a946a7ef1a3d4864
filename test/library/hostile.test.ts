import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScsiDevice } from '../../src/device/scsi-device.js';
import {
  DeviceNotFoundError,
  DriveClosedError,
  InvalidArgumentError,
  LtoError,
  MalformedResponseError,
  TransportError,
  VerificationError,
} from '../../src/errors/index.js';
import { readInventory } from '../../src/library/inventory.js';
import { readElements, readGeometry } from '../../src/library/read-elements.js';
import { CHANGER_SENSE_RULES } from '../../src/library/sense-rules.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { ELEMENT_ADDRESS_ASSIGNMENT, encodeElementStatus, moveMedium } from '../../src/scsi/changer/index.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { encodeModeParameters } from '../../src/scsi/mode/parameter-list.js';
import type { ScsiReply, ScsiRequest } from '../../src/scsi/wire/command.js';
import type { ScsiTransport } from '../../src/transport/scsi-transport.js';
import { createVirtualLibrary, VirtualLibrary } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { compiledSources } from '../support/compiled.js';
import { contents, newLibraryFolder, SLOT } from '../virtual/library/support.js';
import { temporaryFolder } from '../virtual/support.js';
import { newTapeLibrary } from './support.js';

const run = promisify(execFile);
const compiled = compiledSources();

describe('arguments', () => {
  it('that are none are refused before anything is sent, and nothing is moved', async () => {
    const { library, virtual } = await newTapeLibrary();
    const before = virtual.elements;
    const hostile = library as unknown as Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
    const calls: readonly [string, ...unknown[]][] = [];
    const add = (...call: [string, ...unknown[]]) => (calls as [string, ...unknown[]][]).push(call);
    for (const name of [
      null,
      undefined,
      '',
      Number.NaN,
      -0.5,
      {},
      [],
      { address: '1' },
      { address: Number.NaN },
      true,
    ]) {
      for (const call of ['unload', 'clean', 'export']) add(call, name);
      for (const call of ['load', 'transfer', 'exchange']) {
        add(call, name, 1);
        add(call, 1, name);
      }
    }
    for (const options of [null, 'x', 7, [], { signal: 'x' }, { signal: {} }]) {
      add('inventory', options);
      add('load', 1, 1, options);
      add('unload', 1, options);
      add('transfer', 1, 5, options);
      add('exchange', 1, 2, options);
      add('export', 1, options);
      add('import', options);
      add('audit', options);
      add('clean', 1, options);
    }
    for (const wait of [Number.NaN, -1, 'x', null, {}]) {
      add('inventory', { timeoutMs: wait });
      add('clean', 1, { ejectAfterMs: wait });
      add('import', { intervalMs: wait });
    }
    for (const locked of [null, 'x', 0, {}]) add('lock', locked);
    add('unload', 1, { to: null });
    add('exchange', 1, 2, { second: '' });
    const accepted: unknown[] = [];
    for (const [name, ...args] of calls) {
      const failure = await hostile[name]?.(...args).catch((error: unknown) => error);
      if (!(failure instanceof InvalidArgumentError)) accepted.push([name, args, String(failure)]);
    }
    expect(accepted).toEqual([]);
    expect(virtual.elements).toEqual(before);
    expect(() => library.watch(null as never)).toThrow(InvalidArgumentError);
    expect(() => library.watch({ intervalMs: Number.NaN })).toThrow(InvalidArgumentError);
  });
});

describe('a library that answers what can not be', () => {
  const page1d = (fields: Parameters<typeof encodeModePage<typeof ELEMENT_ADDRESS_ASSIGNMENT.fields>>[1]) => {
    const bytes = encodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, fields);
    const pages = [{ pageCode: 0x1d, subpageCode: 0, bytes }];
    return encodeModeParameters({ mediumType: 0, writeProtected: false, bufferedMode: 0, speed: 0, pages }, 6);
  };
  const answering = async (data: (request: ScsiRequest) => Uint8Array | undefined) => {
    const { changer }: { readonly changer: ScsiTransport } = await newTapeLibrary();
    const scsi = async (request: ScsiRequest): Promise<ScsiReply> => {
      const reply = await changer.scsi(request);
      const other = data(request);
      return other === undefined ? reply : { ...reply, status: 0, sense: new Uint8Array(0), data: other };
    };
    const transport = { device: 'x', queryDevice: 'x', scsi, close: async () => undefined };
    return new ScsiDevice(transport, { senseRules: CHANGER_SENSE_RULES });
  };

  it.each([
    ['overlapping elements', { firstStorage: 1, storages: 5, firstDataTransfer: 3, dataTransfers: 2 }],
    ['addresses beyond 16 bits', { firstStorage: 0xfff0, storages: 100 }],
  ])('%s', async (_name, fields) => {
    const device = await answering(({ name }) => (name === 'MODE SENSE(6)' ? page1d(fields) : undefined));
    await expect(readGeometry(device)).rejects.toBeInstanceOf(MalformedResponseError);
  });

  it('the same element twice, and another not at all', async () => {
    const elements = [1001, 1001, 1003].map((element) => ({ element }));
    const data = encodeElementStatus([{ elementType: 'storage', elements }], { volumeTags: true });
    const device = await answering(({ name }) => (name === 'READ ELEMENT STATUS' ? data : undefined));
    await expect(readElements(device, 'storage', { first: 1001, count: 3 })).rejects.toBeInstanceOf(
      MalformedResponseError,
    );
  });

  it('any bytes: a typed error or an inventory, and always an end', { timeout: 300_000 }, async () => {
    const random = randomFrom(11);
    const { changer }: { readonly changer: ScsiTransport } = await newTapeLibrary();
    let sample: Uint8Array = new Uint8Array(0);
    const scsi = async (request: ScsiRequest): Promise<ScsiReply> => {
      const reply = await changer.scsi(request);
      if (request.name !== 'READ ELEMENT STATUS') return reply;
      sample = Uint8Array.from(reply.data);
      for (let i = 0; i < 3; i += 1) sample[Math.floor(random() * sample.length)] = Math.floor(random() * 256);
      return { ...reply, data: sample.subarray(0, Math.floor(sample.length * Math.min(1, random() * 2))) };
    };
    const device = new ScsiDevice({ device: 'x', queryDevice: 'x', scsi, close: async () => undefined });
    const geometry = await readGeometry(device);
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < 400; round += 1) {
      const found = await readInventory(device, geometry, { nodes: [] }).catch((error: unknown) => error);
      if (found instanceof Error) expect(found, String(found.stack)).toBeInstanceOf(LtoError);
      counts[found instanceof Error ? 'refused' : 'read'] += 1;
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(10);
  });
});

describe('at the same time', () => {
  it('another initiator that is faster is told by name; nothing is reported as moved that was not', async () => {
    const { library, virtual, changer } = await newTapeLibrary();
    // Behind our look, and before our move, another cartridge takes the place of ours.
    const execute = changer.library.execute.bind(changer.library);
    let taken = false;
    virtual.execute = async (cdb, data) => {
      if (cdb[0] === 0xa5 && data?.nexus === undefined && !taken) {
        taken = true;
        await execute(testUnitReady().cdb, { nexus: 'rival' });
        for (const [source, destination] of [
          [SLOT, SLOT + 5],
          [SLOT + 1, SLOT],
        ] as const) {
          await execute(moveMedium({ source, destination }).cdb, { nexus: 'rival' });
        }
      }
      return execute(cdb, data);
    };
    const failure = await library.transfer('A00001L8', 5).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VerificationError);
    expect(String(failure)).toContain('slot 5 has cartridge A00002L8, and not cartridge A00001L8');
  });

  it('a move that is aborted in its middle is made, and told as made', async () => {
    const { library, virtual } = await newTapeLibrary({ speed: { handling: 0.05 } });
    const end = new AbortController();
    const moving = library.transfer('A00001L8', 6, { signal: end.signal });
    setTimeout(() => end.abort(), 40);
    expect(await moving).toMatchObject({ to: { number: 6 } });
    expect(contents(virtual)[SLOT + 5]).toBe('A00001L8');
  });

  it('close() completes a move, ends a wait for an operator, and lets nobody in', async () => {
    const { library, virtual } = await newTapeLibrary({ speed: { handling: 0.05 } });
    const moving = library.transfer('A00001L8', 6);
    const waiting = library.import({ wait: true, intervalMs: 5 });
    const failed = expect(waiting).rejects.toBeInstanceOf(DriveClosedError);
    await Promise.all([library.close(), library.close()]);
    expect(await moving).toMatchObject({ to: { number: 6 } });
    await failed;
    await expect(library.transfer('A00002L8', 5)).rejects.toBeInstanceOf(DriveClosedError);
    await expect(library.inventory()).rejects.toBeInstanceOf(DriveClosedError);
    expect(contents(virtual)[SLOT + 5]).toBe('A00001L8');
  });

  it('another process can not open the same virtual library', async () => {
    const { device } = await newTapeLibrary();
    const script = `
      const { TapeLibrary } = await import(${JSON.stringify(compiled.url('index.js'))});
      await TapeLibrary.open(${JSON.stringify(device)}).catch(({ code }) => console.log(code));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('LTO_DRIVE_BUSY');
  });
});

describe('library.json', () => {
  it.each([
    ['a cartridge in two places', { 1001: 'A00001L8', 1002: 'A00001L8' }],
    ['a cartridge where no element is', { 60000: 'A00001L8' }],
    ['a name that is a path', { 1001: '../../A00001L8' }],
    ['no name', { 1001: '' }],
  ])('with %s is damaged', async (_name, stored) => {
    const folder = await newLibraryFolder({ cartridges: 2, slots: 3 });
    const path = join(folder, 'library.json');
    const record = JSON.parse(await readFile(path, 'utf8'));
    record.memory.stored = Object.fromEntries(
      Object.entries(stored).map(([element, cartridge]) => [element, { cartridge, kind: 'data' }]),
    );
    await writeFile(path, JSON.stringify(record));
    await expect(VirtualLibrary.open(folder)).rejects.toBeInstanceOf(DeviceNotFoundError);
    await expect(TapeLibrary.open(`virtual:${folder}`)).rejects.toThrow('damaged at memory.stored');
  });

  it('that has no room on the disk: nothing is moved, the drive keeps its cartridge, and all goes on later', async ({
    skip,
  }) => {
    const disk = await temporaryFolder();
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).catch(() => undefined);
    if (mounted === undefined) return skip('no file system can be mounted here');
    onTestFinished(async () => void (await run('umount', ['--lazy', disk])));
    const folder = join(disk, 'library');
    await createVirtualLibrary(folder, { slots: 3, cartridges: 2, drives: 2, capacityBytes: 1e6 });
    const library = await TapeLibrary.open(`virtual:${folder}`);
    onTestFinished(() => library.close());
    await library.load('A00001L8', 1);
    const places = async () =>
      (await library.inventory()).elements.flatMap(({ address, barcode }) => (barcode ? [[address, barcode]] : []));
    const before = await places();
    await writeFile(join(disk, 'rest'), Buffer.alloc(4 * 2 ** 20)).catch(() => undefined);
    for (const move of [
      () => library.transfer('A00002L8', 3),
      () => library.unload(1),
      () => library.load('A00002L8', 2),
    ]) {
      const failure = await move().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TransportError);
      expect(String(failure)).toMatch(/disk of this host is full/);
      expect(await places()).toEqual(before);
    }
    await run('rm', [join(disk, 'rest')]);
    expect(await library.unload(1)).toMatchObject({ barcode: 'A00001L8', to: { number: 1 } });
    expect(await library.load('A00001L8', 2)).toMatchObject({ drive: expect.anything() });
  });
});
