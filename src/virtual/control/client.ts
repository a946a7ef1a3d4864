import { createConnection, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { DriveClosedError, LtoError } from '../../errors/index.js';
import type { DriveControls, DriveState } from './controls.js';
import { type ControlRequest, controlSocketPath, LONGEST_PATH, parseAnswer, toLine } from './messages.js';

/** There is no control socket: nobody serves the drive, or whoever did is gone. */
const NOT_SERVED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/** The controls of a served drive; undefined when nobody serves it. Rejects with the error of another failure. */
export async function reachControlSocket(folder: string): Promise<DriveControls | undefined> {
  const path = controlSocketPath(folder);
  if (path.length > LONGEST_PATH) return undefined;
  const socket = createConnection(path);
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  } catch (error) {
    if (NOT_SERVED.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
  return new RemoteControls(folder, socket);
}

class RemoteControls implements DriveControls {
  readonly #device: string;
  readonly #socket: Socket;
  readonly #lines: Interface;
  /** Answers come in the order of the requests. */
  readonly #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];

  constructor(folder: string, socket: Socket) {
    this.#device = `virtual:${folder}`;
    this.#socket = socket;
    this.#lines = createInterface({ input: socket });
    this.#lines.on('line', (line) => this.#waiting.shift()?.resolve(line));
    // What it means is told to those that wait, by 'close'.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#gone());
    });
  }

  state(): Promise<DriveState> {
    return this.#ask({ do: 'state' });
  }

  async insert(cartridge: Parameters<DriveControls['insert']>[0]): Promise<void> {
    await this.#ask({ do: 'insert', cartridge });
  }

  async remove(): Promise<void> {
    await this.#ask({ do: 'remove' });
  }

  async reset(): Promise<void> {
    await this.#ask({ do: 'reset' });
  }

  async setFaults(faults: Parameters<DriveControls['setFaults']>[0]): Promise<void> {
    await this.#ask({ do: 'faults', faults });
  }

  async close(): Promise<void> {
    this.#lines.close();
    this.#socket.destroy();
  }

  async #ask(request: ControlRequest): Promise<DriveState> {
    if (this.#socket.destroyed) throw this.#gone();
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(toLine(request));
    });
    const answer = parseAnswer(line);
    if ('error' in answer) throw new LtoError(answer.error.code, answer.error.message);
    return answer.state as DriveState;
  }

  #gone(): DriveClosedError {
    return new DriveClosedError('the process that served the drive is gone', { device: this.#device });
  }
}
