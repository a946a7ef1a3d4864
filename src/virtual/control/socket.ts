import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { InvalidArgumentError, LtoError } from '../../errors/index.js';
import type { DriveControls } from './controls.js';
import { linesOf } from './lines.js';
import { type ControlRequest, controlSocketPath, LONGEST_PATH, parseRequest, toLine } from './messages.js';

const ONLY_OWNER = 0o600;
const LONGEST_LINE = 1024 * 1024;
const MOST_CLIENTS = 16;

/**
 * A Unix socket in the folder of a drive, through which other processes of its owner put cartridges in and out, reset
 * the drive and make it fail while this process has it open.
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

  /** Rejects with InvalidArgumentError when the path of the socket is longer than the system allows. */
  static async open(folder: string, controls: DriveControls): Promise<ControlSocket> {
    const path = controlSocketPath(folder);
    if (path.length > LONGEST_PATH) {
      throw new InvalidArgumentError(`the path of its control socket is longer than ${LONGEST_PATH} bytes`, {
        device: `virtual:${folder}`,
        next: 'Serve it by a shorter path, such as a symbolic link',
      });
    }
    // Left by a process that was killed: this one holds the lock of the folder.
    await rm(path, { force: true });
    const server = createServer((socket) => {
      attend(socket, controls).catch(() => socket.destroy());
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
async function attend(socket: Socket, controls: DriveControls): Promise<void> {
  socket.on('error', () => undefined);
  try {
    for await (const line of linesOf(socket, LONGEST_LINE)) await say(socket, await carryOut(line, controls));
  } catch (error) {
    await say(socket, refusal(error));
    socket.destroySoon();
  }
}

/** Resolves when the client has fetched what it was told before. */
async function say(socket: Socket, answer: unknown): Promise<void> {
  if (socket.writable && !socket.write(toLine(answer))) await once(socket, 'drain');
}

async function carryOut(line: string, controls: DriveControls): Promise<unknown> {
  try {
    await perform(parse(line), controls);
    return { state: await controls.state() };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): unknown {
  if (error instanceof LtoError) return { error: { code: error.code, message: error.message } };
  return { error: { code: 'LTO_VIRTUAL', message: error instanceof Error ? error.message : String(error) } };
}

function parse(line: string): ControlRequest {
  try {
    return parseRequest(line);
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is no JSON';
    throw new InvalidArgumentError(`the request can't be read: ${why}`);
  }
}

async function perform(request: ControlRequest, controls: DriveControls): Promise<void> {
  switch (request.do) {
    case 'state':
      return;
    case 'insert':
      return controls.insert(request.cartridge);
    case 'remove':
      return controls.remove();
    case 'reset':
      return controls.reset();
    case 'faults':
      return controls.setFaults(request.faults);
  }
}
