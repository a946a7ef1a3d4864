import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { InvalidArgumentError, LtoError } from '../../errors/index.js';
import { linesOf } from './lines.js';
import { controlSocketPath, LONGEST_PATH, toLine } from './messages.js';

const ONLY_OWNER = 0o600;
const LONGEST_LINE = 1024 * 1024;
const MOST_CLIENTS = 16;

type Serve = (message: unknown) => Promise<unknown>;

/**
 * A Unix socket in the folder of a device. While this process has the device open, other processes of its owner use the
 * socket to insert and remove cartridges, reset the device and inject faults.
 */
export class ControlSocket {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /**
   * `serve` carries out a request and resolves with the state after it; it rejects with ZodError for an invalid one.
   * `open` rejects with InvalidArgumentError if the path of the socket is longer than the system allows.
   */
  static async open(folder: string, serve: Serve): Promise<ControlSocket> {
    const path = controlSocketPath(folder);
    if (path.length > LONGEST_PATH) {
      throw new InvalidArgumentError(`the path of its control socket is longer than ${LONGEST_PATH} bytes`, {
        device: `virtual:${folder}`,
        next: 'Serve it by a shorter path, such as a symbolic link',
      });
    }
    // Left over from a process that was killed: this one holds the lock of the folder.
    await rm(path, { force: true });
    // A client that has closed its sending side still gets its responses.
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      attend(socket, serve).catch(() => socket.destroy());
    });
    server.maxConnections = MOST_CLIENTS;
    const control = new ControlSocket(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    await chmod(path, ONLY_OWNER);
    return control;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Answers the requests of one client, in order. */
async function attend(socket: Socket, serve: Serve): Promise<void> {
  socket.on('error', () => undefined);
  try {
    for await (const line of linesOf(socket, LONGEST_LINE)) await say(socket, await respond(line, serve));
    socket.end();
  } catch (error) {
    await say(socket, refusal(error));
    socket.destroySoon();
  }
}

/** Sends an answer; if the socket is full, resolves when the client has read the earlier ones. */
async function say(socket: Socket, answer: unknown): Promise<void> {
  if (socket.writable && !socket.write(toLine(answer))) await once(socket, 'drain');
}

async function respond(line: string, serve: Serve): Promise<unknown> {
  try {
    return { state: await serve(parse(line)) };
  } catch (error) {
    const { whyNoRequest } = await import('./requests.js');
    const why = whyNoRequest(error);
    return refusal(why === undefined ? error : unreadable(why));
  }
}

function refusal(error: unknown): unknown {
  if (error instanceof LtoError) return { error: { code: error.code, message: error.message } };
  return { error: { code: 'LTO_VIRTUAL', message: error instanceof Error ? error.message : String(error) } };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unreadable('it is not JSON');
  }
}

function unreadable(why: string): InvalidArgumentError {
  return new InvalidArgumentError(`the request can't be read: ${why}`);
}
