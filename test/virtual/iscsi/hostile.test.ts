import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { write6 } from '../../../src/scsi/commands/transfer.js';
import { createVirtualDrive } from '../../../src/virtual/index.js';
import {
  DATA_OUT,
  LOGIN_REQUEST,
  NO_TAG,
  NOP_IN,
  NOP_OUT,
  type PduLayout,
  READY_TO_TRANSFER,
  SCSI_COMMAND,
  TASK_MANAGEMENT_REQUEST,
  TEXT_REQUEST,
  type Values,
} from '../../../src/virtual/iscsi/pdu/layouts.js';
import { encodePdu } from '../../../src/virtual/iscsi/pdu/pdu.js';
import { IscsiServer } from '../../../src/virtual/iscsi/server.js';
import { compiledSources } from '../../support/compiled.js';
import { newDriveFolder, temporaryFolder } from '../support.js';
import { Initiator } from './initiator.js';
import { connected, loggedIn, outcomeOf, serveDrives } from './support.js';

const MIB = 2 ** 20;
const MOST_GROWTH = 64 * MIB;
/** What one attack sends at most. */
const SENT = 256 * MIB;

const { url } = compiledSources();

/** A server in a process of its own, whose memory can be asked for. */
class Child {
  readonly folder: string;
  readonly port: number;
  readonly target: string;
  readonly #process: ChildProcess;
  readonly #lines: Interface;

  private constructor(folder: string, process: ChildProcess, lines: Interface, ready: { port: number; name: string }) {
    this.folder = folder;
    this.port = ready.port;
    this.target = ready.name;
    this.#process = process;
    this.#lines = lines;
  }

  static async start(folder: string): Promise<Child> {
    const script = `
      const { IscsiServer } = await import(${JSON.stringify(url('virtual/iscsi/server.js'))});
      const server = await IscsiServer.open([${JSON.stringify(folder)}], { port: 0 });
      console.log(JSON.stringify({ port: server.address.port, name: server.targets[0].name }));
      process.stdin.on('data', () => console.log(process.resourceUsage().maxRSS * 1024));
      process.stdin.on('end', () => server.close());
    `;
    const process_ = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(process_.stdout);
    const [ready] = await once(lines, 'line');
    return new Child(folder, process_, lines, JSON.parse(ready));
  }

  /** The most bytes that it ever had. */
  async peak(): Promise<number> {
    this.#process.stdin?.write('?');
    const [line] = await once(this.#lines, 'line');
    return Number(line);
  }

  async stop(): Promise<void> {
    this.#process.stdin?.end();
    await once(this.#process, 'exit');
  }
}

function pdu<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): Buffer {
  return Buffer.concat(encodePdu(layout, values, { data }));
}

/** Sends copies of one thing, and never looks at an answer, until so much is sent or the server has had enough. */
async function flood(socket: Socket, what: Buffer, most = SENT): Promise<void> {
  socket.on('error', () => undefined);
  const block = Buffer.concat(Array(Math.max(1, Math.floor(65_536 / what.length))).fill(what));
  for (let sent = 0; sent < most && socket.writable; sent += block.length) {
    if (socket.write(block)) continue;
    // It takes nothing more: it does not answer who does not listen.
    const took = await Promise.race([once(socket, 'drain'), once(socket, 'close'), delay(3000, 'nothing')]).catch(
      () => 0,
    );
    if (took === 'nothing') break;
  }
  socket.destroy();
}

describe('memory for a peer that has proven nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-lto-'));
  let server: Child;
  beforeAll(async () => {
    await createVirtualDrive(folder);
    server = await Child.start(folder);
    // What a session takes by itself, and code that is compiled.
    const initiator = await Initiator.connect(server.port);
    await initiator.login({ target: server.target });
    for (let i = 0; i < 200; i += 1) await initiator.command(testUnitReady());
    initiator.socket.destroy();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** A connection that reads nothing. */
  const deaf = async (login?: 'discovery' | 'target') => {
    const initiator = await Initiator.connect(server.port);
    if (login !== undefined) await initiator.login({ target: login === 'target' ? server.target : undefined });
    initiator.socket.removeAllListeners('data').pause();
    return initiator;
  };
  const login = pdu(LOGIN_REQUEST, { immediate: true, continues: true, currentStage: 1, commandSequence: 1 });
  const textPart = pdu(TEXT_REQUEST, { immediate: true, continues: true, targetTransferTag: NO_TAG });
  const nop = (bytes: number) =>
    pdu(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 1, targetTransferTag: NO_TAG }, Buffer.alloc(bytes));

  it.each<[string, () => Promise<unknown>]>([
    ['a login of empty parts', async () => flood((await deaf()).socket, login)],
    ['a text of empty parts', async () => flood((await deaf('discovery')).socket, textPart)],
    ['NOPs whose answers nobody reads', async () => flood((await deaf('discovery')).socket, nop(0))],
    ['NOPs of a session with echoes that nobody reads', async () => flood((await deaf('target')).socket, nop(8192))],
    [
      'task management that nobody reads of',
      async () =>
        flood(
          (await deaf('target')).socket,
          pdu(TASK_MANAGEMENT_REQUEST, { immediate: true, final: true, function: 5 }),
        ),
    ],
    [
      'headers of large data segments that never come',
      async () => {
        const half = nop(8192).subarray(0, 60);
        const all = await Promise.all(Array.from({ length: 60 }, () => deaf()));
        for (const { socket } of all) socket.write(half);
        await delay(200);
        for (const { socket } of all) socket.destroy();
      },
    ],
  ])('is bounded: %s', async (_what, attack) => {
    const before = await server.peak();
    await attack();
    expect((await server.peak()) - before).toBeLessThan(MOST_GROWTH);
    // The others are none the worse for it.
    const initiator = await Initiator.connect(server.port);
    await initiator.login({ target: server.target });
    expect(outcomeOf(await initiator.command(testUnitReady()))).toMatch(/good|^6/);
    initiator.socket.destroy();
  });

  it('is bounded: data out byte by byte', async () => {
    const initiator = await Initiator.connect(server.port);
    await initiator.login({ target: server.target });
    const before = await server.peak();
    const size = 4 * MIB;
    const { cdb } = write6({ data: new Uint8Array(size) });
    const initiatorTaskTag = initiator.nextTag();
    const command = { initiatorTaskTag, final: true, write: true, expectedDataTransferLength: size };
    initiator.send(SCSI_COMMAND, { ...command, commandSequence: initiator.nextCommand() }, undefined, cdb);
    const { desiredDataTransferLength: end } = await initiator.expect(READY_TO_TRANSFER);
    const one = Buffer.alloc(1);
    for (let at = 0; at < Math.min(end, MIB / 4); ) {
      const parts: Buffer[] = [];
      for (let i = 0; i < 1000; i += 1, at += 1) {
        parts.push(pdu(DATA_OUT, { initiatorTaskTag, targetTransferTag: 0, bufferOffset: at, dataSequence: at }, one));
        // Nothing at all may be sent, too.
        parts.push(pdu(DATA_OUT, { initiatorTaskTag, targetTransferTag: 0, bufferOffset: at + 1, dataSequence: at }));
      }
      if (!initiator.socket.write(Buffer.concat(parts))) await once(initiator.socket, 'drain');
    }
    expect((await server.peak()) - before).toBeLessThan(MOST_GROWTH);
    initiator.socket.destroy();
  });

  it('is bounded: a line without an end at the control socket', async () => {
    const before = await server.peak();
    const socket = createConnection(join(server.folder, 'control.sock'));
    const answer = text(socket);
    await flood(socket, Buffer.alloc(4096, 'x'), SENT).catch(() => undefined);
    await answer.catch(() => undefined);
    expect((await server.peak()) - before).toBeLessThan(MOST_GROWTH);
    const polite = createConnection(join(server.folder, 'control.sock'));
    polite.end(`{"do":"state"}\n`);
    expect(JSON.parse(await text(polite))).toMatchObject({ state: {} });
  });
});

describe('time', () => {
  const limits = { login: 150, discovery: 150, silence: 150, ping: 150, reading: 150 };

  it('for a login is limited', async () => {
    const served = await serveDrives({ limits });
    const initiator = await connected(served.port);
    expect(await initiator.next()).toBeUndefined();
    expect(served.lines.join()).toContain('no login in time');
  });

  it('for a discovery is limited', async () => {
    const served = await serveDrives({ limits: { ...limits, login: 5000 } });
    const initiator = await connected(served.port);
    await initiator.login({});
    expect(await initiator.next()).toBeUndefined();
    expect(served.lines.join()).toContain('a discovery without an end');
  });

  it('without a word is limited, unless a session answers when it is asked', async () => {
    const served = await serveDrives({ limits: { ...limits, login: 5000 } });
    const initiator = await loggedIn(served);
    for (let asked = 0; asked < 2; asked += 1) {
      const { targetTransferTag } = await initiator.expect(NOP_IN);
      initiator.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: NO_TAG, targetTransferTag });
    }
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
    await initiator.expect(NOP_IN);
    expect(await initiator.next()).toBeUndefined();
    expect(served.lines.join()).toContain('no sign of life');
  });

  it('without fetching answers is limited', async () => {
    const served = await serveDrives({ limits: { ...limits, silence: 10_000 } });
    const initiator = await loggedIn(served);
    initiator.socket.removeAllListeners('data').pause();
    const echo = pdu(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 1 }, Buffer.alloc(8192));
    const closed = new Promise((resolve) => initiator.socket.once('close', resolve));
    await flood(initiator.socket, echo, 32 * MIB);
    await closed;
    while (served.lines.length === 0) await delay(10);
    expect(served.lines.join()).toMatch(/does not fetch its answers|ECONNRESET|EPIPE/);
  });
});

describe('places', () => {
  it('are left for who logs in, however many do not', async () => {
    const served = await serveDrives();
    const idle = await Promise.all(Array.from({ length: 100 }, () => connected(served.port)));
    const initiator = await loggedIn(served);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
    expect(served.lines.join()).toContain('another connection needs its place');
    for (const { socket } of idle) socket.destroy();
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });

  it('of sessions are limited, but not for one that comes again', async () => {
    const served = await serveDrives();
    const logIn = (sessionId: number) => loggedIn(served, { sessionId });
    for (let sessionId = 0; sessionId < 32; sessionId += 1) await logIn(sessionId);
    await expect(logIn(99)).rejects.toThrow('login status 0302');
    expect(outcomeOf(await (await logIn(3)).command(testUnitReady()))).toMatch(/^6/);
    // Discovery is still possible.
    const discovery = await connected(served.port);
    await discovery.login({});
    expect(await discovery.text('SendTargets=All\0')).toContain(served.target);
  });
});

describe('an address that others reach', () => {
  const others = Object.values(networkInterfaces()).flatMap((all) => all?.filter(({ internal }) => !internal) ?? []);
  const ours = others.find(({ family }) => family === 'IPv4')?.address;
  const chap = { initiator: { user: 'backup', secret: 'twelve bytes or more' } };

  it.each(['0.0.0.0', '::', '', ...(ours === undefined ? [] : [ours])])(
    '%s needs CHAP, or leave for everybody',
    async (host) => {
      const folder = await newDriveFolder();
      await expect(IscsiServer.open([folder], { port: 0, host })).rejects.toMatchObject({
        code: 'LTO_INVALID_ARGUMENT',
        next: expect.stringContaining('--allow-anyone'),
      });
      // The drive is not held.
      for (const options of host === '::' || host === '' ? [] : [{ chap }, { allowAnyone: true }]) {
        await (await IscsiServer.open([folder], { port: 0, host, ...options })).close();
      }
    },
  );

  it.each(['127.0.0.1', 'localhost', '127.1.2.3'])('is not %s', async (host) => {
    const folder = await newDriveFolder();
    await (await IscsiServer.open([folder], { port: 0, host })).close();
  });

  it('that there is none of is an error', async () => {
    const folder = await temporaryFolder();
    await expect(IscsiServer.open([folder], { port: 0, host: 'no.such.host.invalid' })).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
      message: expect.stringContaining("can't listen"),
    });
  });
});
