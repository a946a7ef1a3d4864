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
   * Address to listen at; default 127.0.0.1, which other machines cannot reach. An address that they can reach requires
   * `chap` or `allowAnyone`.
   */
  readonly host?: string | undefined;
  /** TCP port; 3260 by default, 0 for any that is free. */
  readonly port?: number | undefined;
  /** Secrets that the initiator, and if asked the target, must prove to know. Without them, anyone may log in. */
  readonly chap?: ChapOptions | undefined;
  /** Lets anyone who reaches the address read, write and erase the cartridges. Default false. */
  readonly allowAnyone?: boolean | undefined;
  /** Time limits for an initiator, ms, where they differ from the defaults. */
  readonly limits?: Partial<TimeLimits> | undefined;
  /** Receives one line for each event of a connection. */
  readonly log?: ((line: string) => void) | undefined;
}

/** RFC 7143 section 9.2.1 asks for 96 bits. */
const LEAST_SECRET_BYTES = 12;
const MOST_HANDLE = 0xffff;

/** An iSCSI server (RFC 7143) for virtual drives and libraries, each as a target of its own. */
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
   * Opens the drives and libraries of the folders and serves them. Rejects as `VirtualDrive.open` does, and with
   * InvalidArgumentError if two have the same serial number, a secret is too short or is used in both directions, the
   * address is unavailable, or other machines can reach it without `chap` or `allowAnyone`.
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

  /** Ends the sessions and closes the drives in order. A second call has no further effect. */
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

/** The address to listen at. Rejects if other machines can reach it without `chap` or `allowAnyone`. */
async function addressOf({ host = '127.0.0.1', chap, allowAnyone = false }: IscsiServerOptions): Promise<string> {
  // An empty name means all addresses.
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
