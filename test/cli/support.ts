import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { expectDocument } from '../support/command-schemas.js';
import { compiledSources } from '../support/compiled.js';

/** How an `lto` process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  /** Drive of LTO_DEVICE; `undefined` for none. Default: the virtual drive of the test. */
  readonly device?: string | undefined;
  readonly input?: Uint8Array;
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/** A running `lto` process. */
export interface Running {
  readonly stdin: NodeJS.WritableStream;
  /** What it prints; `ended` has all of it, too. */
  readonly stdout: NodeJS.ReadableStream;
  kill(signal: NodeJS.Signals): void;
  closeStdout(): void;
  readonly ended: Promise<Ended>;
}

/** The compiled command, and for each test a folder of its own; `drive` in it is the name for a virtual drive. */
export function ltoCommand() {
  const compiled = compiledSources();
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lto-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const device = 'device' in options ? options.device : `virtual:${join(folder, 'drive')}`;
    const { LTO_DEVICE: _unused, ...env } = process.env;
    const child = spawn(process.execPath, [compiled.path('cli/main.js'), ...args], {
      cwd: folder,
      env: {
        ...env,
        ...(device !== undefined && { LTO_DEVICE: device }),
        ...(options.temporary && { TMPDIR: options.temporary }),
      },
    });
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    // A stdout that the test closed has given nothing.
    const output = buffer(child.stdout).catch((): Buffer => Buffer.alloc(0));
    const ended = Promise.all([exit, output, text(child.stderr)]).then(([code, stdout, stderr]) => {
      return { code, stdout, stderr };
    });
    const closeStdout = () => child.stdout.destroy();
    return { stdin: child.stdin, stdout: child.stdout, kill: (signal) => child.kill(signal), closeStdout, ended };
  };

  const run = async (args: readonly string[], options: RunOptions = {}): Promise<Ended> => {
    const running = start(args, options);
    running.stdin.on('error', () => undefined);
    running.stdin.end(options.input ?? Buffer.alloc(0));
    return running.ended;
  };

  /**
   * Runs a line of the shell on a terminal, in which `program` is `lto`; each answer is typed when what is shown since the
   * last one matches the question.
   */
  const onTerminal = async (
    line: string,
    answers: readonly (readonly [question: RegExp, typed: string])[],
    program: readonly string[] = [process.execPath, compiled.path('cli/main.js')],
  ): Promise<string> => {
    const words = program.map((word) => `"${word}"`).join(' ');
    const command = `lto() { ${words} "$@"; }; ${line}`;
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, SHELL: '/bin/bash', NO_COLOR: '1' },
    });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let seen = 0;
    for (const [question, typed] of answers) {
      while (!question.test(shown.slice(seen))) {
        if (child.exitCode !== null) throw new Error(`it ended without asking: ${shown}`);
        await delay(10);
      }
      seen = shown.length;
      child.stdin.write(typed);
    }
    await ended;
    return shown.replaceAll('\r\n', '\n');
  };

  return {
    /** Node.js and the script that is the command. */
    get program(): readonly string[] {
      return [process.execPath, compiled.path('cli/main.js')];
    },
    path: (...names: readonly string[]) => join(folder, ...names),
    start,
    run,
    onTerminal,
    /** A module of the compiled sources. */
    compiled: (source: string) => compiled.path(source),
    /** Runs a command that is to succeed, and gives its JSON document, which is as its schema says. */
    document: async (args: readonly string[], options?: RunOptions): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await run([...args, '--json'], options);
      if (code !== 0) throw new Error(`lto ${args.join(' ')} ended with ${code}: ${stderr}`);
      const document: Record<string, unknown> = JSON.parse(stdout.toString());
      expectDocument(args, document);
      return document;
    },
  };
}
