import { lookup } from 'node:dns/promises';
import { BlockList, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { requireNumbers } from '../../arguments/number.js';
import { InvalidArgumentError, LtoError } from '../../errors/index.js';
import { serveDriveControls } from '../control/drive-controls.js';
import { serveLibraryControls } from '../control/library-controls.js';
import { ControlSocket } from '../control/socket.js';
import { isLibrary } from '../library/library-folder.js';
import { controlsOf, libraryControlsOf } from '../open-controls.js';
import { VirtualDrive } from '../virtual-drive.js';
import { VirtualLibrary } from '../virtual-library.js';
import { Connection } from './connection.js';
import { ISCSI_PORT, MOST_CONNECTIONS, MOST_UNREAD, Places, TIME_LIMITS, type TimeLimits } from './limits.js';
import type { ChapOptions } from './login/chap.js';
import { Target } from './target/target.js';

export interface IscsiServerOptions {
  /**
   * Address to listen at; default 127.0.0.1, which other machines cannot reach. One that others can reach requires
   * `chap` or `allowAnyone`.
   */
  readonly host?: string | undefined;
  /** TCP port; 3260 by default, 0 for any that is free. */
  readonly port?: number | undefined;
  /** What an initiator has to prove that it knows, and the target to it; without it, everybody is let in. */
  readonly chap?: ChapOptions | undefined;
  /** Lets everybody in who reaches the address, and read, write and erase the cartridges. Default false. */
  readonly allowAnyone?: boolean | undefined;
  /** How long an initiator may take, ms, where it is to be another time than usual. */
  readonly limits?: Partial<TimeLimits> | undefined;
  /** What happens to connections: one line each. */
  readonly log?: ((line: string) => void) | undefined;
}

/** RFC 7143 section 9.2.1 asks for 96 bits. */
const LEAST_SECRET_BYTES = 12;
const MOST_HANDLE = 0xffff;

/** Virtual drives and libraries as the targets of an iSCSI server (RFC 7143), each a target of its own. */
export class IscsiServer {
  readonly targets: readonly Target[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #controls: readonly ControlSocket[] = [];
  #handle = 0;
  #closing: Promise<void> | undefined;

  private constructor(targets: readonly Target[], { chap, log = () => undefined, limits }: IscsiServerOptions) {
    this.targets = targets;
    const nextHandle = () => this.#nextHandle();
    const service = { targets, chap, log, nextHandle, places: new Places(), limits: { ...TIME_LIMITS, ...limits } };
    this.#server = createServer({ highWaterMark: MOST_UNREAD }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      new Connection(socket, service);
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /**
   * Opens the drives and libraries of the folders and serves them. Rejects as `VirtualDrive.open` does, and with InvalidArgumentError
   * when two have the same serial number, a secret is too short or serves both ways, the address is not to be had,
   * or others could reach it and nothing keeps them out.
   */
  static async open(folders: readonly string[], options: IscsiServerOptions = {}): Promise<IscsiServer> {
    requireNumbers(options, { port: { min: 0, max: 65535, unit: 'TCP ports' } }, { operation: 'serve' });
    requireSecrets(options.chap);
    const host = await addressOf(options);
    const devices: (VirtualDrive | VirtualLibrary)[] = [];
    try {
      for (const folder of folders) devices.push(await openDevice(folder));
      const targets = devices.map((device) => new Target(device));
      requireDistinct(targets);
      const server = new IscsiServer(targets, options);
      await server.#listen(host, options.port);
      try {
        server.#controls = await openControlSockets(devices);
      } catch (error) {
        await server.close();
        throw error;
      }
      return server;
    } catch (error) {
      await Promise.allSettled(devices.map((device) => device.close()));
      throw error;
    }
  }

  /** Where the server listens. */
  get address(): { readonly host: string; readonly port: number } {
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new LtoError('LTO_ISCSI', 'the server does not listen');
    return { host: bound.address, port: bound.port };
  }

  /** Ends the sessions and closes the drives in order. A second call does nothing more. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const sessions = this.targets.flatMap((target) => [...target.sessions]);
    await Promise.all(sessions.map((session) => session.end('the server ends')));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await Promise.all(this.#controls.map((door) => door.close()));
    for (const { device } of this.targets) await device.close();
  }

  #listen(host: string, port = ISCSI_PORT): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => reject(noAddress(`${host}, port ${port}`, cause)));
      this.#server.listen(port, host, resolve);
    });
  }

  #nextHandle(): number {
    this.#handle = (this.#handle % MOST_HANDLE) + 1;
    return this.#handle;
  }
}

/** The address to listen at, which only this machine reaches unless others are kept out or let in. */
async function addressOf({ host = '127.0.0.1', chap, allowAnyone = false }: IscsiServerOptions): Promise<string> {
  // An empty name is every address.
  const { address } = await lookup(host || '::').catch((cause: NodeJS.ErrnoException) => {
    throw noAddress(host, cause);
  });
  if (chap !== undefined || allowAnyone || LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return address;
  throw new InvalidArgumentError(`at ${host || address} everybody who can reach it could erase the cartridges`, {
    operation: 'listen',
    next: 'Require CHAP of the initiators, or allow everybody with --allow-anyone (allowAnyone)',
  });
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function noAddress(where: string, cause: NodeJS.ErrnoException): InvalidArgumentError {
  const next = 'Choose another address or port';
  return new InvalidArgumentError(`can't listen at ${where}`, { operation: 'listen', errno: cause.code, next, cause });
}

async function openDevice(folder: string): Promise<VirtualDrive | VirtualLibrary> {
  return (await isLibrary(folder)) ? VirtualLibrary.open(folder) : VirtualDrive.open(folder);
}

async function openControlSockets(
  devices: readonly (VirtualDrive | VirtualLibrary)[],
): Promise<readonly ControlSocket[]> {
  const sockets: ControlSocket[] = [];
  try {
    for (const device of devices) {
      if (device instanceof VirtualLibrary) {
        const controls = libraryControlsOf(device);
        sockets.push(await ControlSocket.open(device.folder, (message) => serveLibraryControls(controls, message)));
      }
      for (const drive of device instanceof VirtualLibrary ? device.drives : [device]) {
        const controls = controlsOf(drive);
        sockets.push(await ControlSocket.open(drive.folder, (message) => serveDriveControls(controls, message)));
      }
    }
    return sockets;
  } catch (error) {
    await Promise.allSettled(sockets.map((socket) => socket.close()));
    throw error;
  }
}

function requireSecrets(chap: ChapOptions | undefined): void {
  if (chap === undefined) return;
  const { initiator, target } = chap;
  for (const { user, secret } of target ? [initiator, target] : [initiator]) {
    if (user === '') throw new InvalidArgumentError('CHAP needs a user');
    if (Buffer.byteLength(secret) < LEAST_SECRET_BYTES) {
      throw new InvalidArgumentError(`a CHAP secret has at least ${LEAST_SECRET_BYTES} bytes`);
    }
  }
  // With one secret for both, a peer could obtain a proof from the target and present it as its own (RFC 7143 section
  // 9.2.1).
  if (target?.secret === initiator.secret) {
    throw new InvalidArgumentError('the target and the initiator must have different secrets', {
      next: 'Choose two different secrets',
    });
  }
}

function requireDistinct(targets: readonly Target[]): void {
  const names = new Set<string>();
  for (const { name, device } of targets) {
    if (names.has(name)) {
      throw new InvalidArgumentError(`the serial number ${device.identity.serial} belongs to more than one device`);
    }
    names.add(name);
  }
}
