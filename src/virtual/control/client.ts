import { createConnection, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { DriveClosedError, InvalidArgumentError, LtoError } from '../../errors/index.js';
import { controlSocketPath, LONGEST_PATH, toLine } from './messages.js';

/** Errors without a control socket in use: the drive is not served, or its server is gone. */
const NOT_SERVED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/** Sends requests to the process that serves a device, through its control socket. */
export class ControlClient {
  readonly #device: string;
  readonly #socket: Socket;
  readonly #lines: Interface;
  /** Requests without an answer yet. Answers come in the order of the requests. */
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];

  private constructor(folder: string, socket: Socket) {
    this.#device = `virtual:${folder}`;
    this.#socket = socket;
    this.#lines = createInterface({ input: socket });
    this.#lines.on('line', (line) => this.#waiting.shift()?.resolve(line));
    // The 'close' handler reports it to the waiting calls.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#gone());
    });
  }

  /** Undefined if the device is not served. Rejects with the error of any other failure. */
  static async reach(folder: string): Promise<ControlClient | undefined> {
    const path = controlSocketPath(folder);
    if (path.length > LONGEST_PATH) return undefined;
    const socket = createConnection(path);
    try {
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    } catch (error) {
      if (NOT_SERVED.has((error as NodeJS.ErrnoException).code)) return undefined;
      throw error;
    }
    return new ControlClient(folder, socket);
  }

  /** Resolves with the state of the device after the request. Rejects with the LtoError of the device. */
  async ask(request: unknown): Promise<unknown> {
    if (this.#socket.destroyed) throw this.#gone();
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(toLine(request));
    });
    const { parseResponse } = await import('./requests.js');
    const response = parseResponse(line);
    if ('error' in response) throw refusal(response.error);
    return response.state;
  }

  async close(): Promise<void> {
    this.#lines.close();
    this.#socket.destroy();
  }

  #gone(): DriveClosedError {
    return new DriveClosedError('the process that served the drive is gone', { device: this.#device });
  }
}

function refusal({ code, message }: { readonly code: string; readonly message: string }): LtoError {
  return code === 'LTO_INVALID_ARGUMENT' ? new InvalidArgumentError(message) : new LtoError(code, message);
}
