import { execFile, execFileSync } from 'node:child_process';
import { appendFile, lstat, readFile, rename, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { testData } from '../conformance/conformance.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const MIB = 2 ** 20;
const LARGE = testData(192 * MIB);

beforeEach(() => lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']));

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Runs `lto` through a shell, which does with its descriptors what `redirections` say. */
function shell(args: readonly string[], redirections: string): Promise<{ code: number; stderr: string }> {
  const script = `exec "$@" ${redirections}`;
  const env = { ...process.env, LTO_DEVICE: `virtual:${lto.path('drive')}` };
  return new Promise((resolve) => {
    const words = ['-c', script, 'bash', ...lto.program, ...args];
    execFile('bash', words, { cwd: lto.path(), env }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

describe('a file that changes while it is written to tape', () => {
  /** What happens to it, once some of it has been read. */
  const CHANGES: Readonly<Record<string, [does: (path: string) => Promise<unknown>, said: RegExp]>> = {
    'is cut short': [(path) => truncate(path, MIB), /was cut short while it was read/],
    grows: [(path) => appendFile(path, 'more'), /grew while it was read/],
    'is written to': [(path) => utimes(path, 1, 1), /was written to while it was read/],
    'is replaced': [(path) => rename(`${path}.new`, path), /was replaced or removed while it was read/],
  };

  it.each(Object.entries(CHANGES))('is no success when it %s', async (_what, [change, said]) => {
    const path = lto.path('source');
    await writeFile(path, LARGE);
    await writeFile(`${path}.new`, 'another');
    const running = lto.start(['write', 'source', '--json', '--record-size', '64KiB']);
    const image = lto.path('drive', 'cartridges', 'AA0001L8', 'partition-0.tap');
    // Stopped where it stands, long before the end.
    while ((await stat(image)).size === 0) await delay(1);
    running.kill('SIGSTOP');
    await change(path);
    running.kill('SIGCONT');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([12, expect.stringMatching(said)]);
    const { error } = JSON.parse(stdout.toString());
    expect(error).toMatchObject({ code: 'LTO_WRITE_FAILED', fileNumber: 0, safe: { filemark: true } });
    await writeFile(path, 'unchanged');
    expect(await lto.document(['write', 'source'])).toMatchObject({ fileNumber: 1 });
  });
});

describe('an answer that cannot be printed', () => {
  it('is no success: a receipt, >/dev/full', async () => {
    await writeFile(lto.path('source'), 'data');
    for (const options of [[], ['--json']]) {
      const { code, stderr } = await shell(['write', 'source', ...options], '>/dev/full');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/lto: .*the result could not be printed/)]);
    }
    for (const command of ['status', 'drives', 'inspect', 'health']) {
      const { code, stderr } = await shell([command, '--json'], '>/dev/full');
      expect([command, code, stderr]).toEqual([command, 1, expect.stringMatching(/could not be printed/)]);
    }
  });

  // Node.js's `stdio: 'ignore'` and Python's DEVNULL open /dev/null as `<>` does.
  it.each(['>&-', '1<>/dev/null'])('that the caller ignores is a success, %s', async (redirection) => {
    await writeFile(lto.path('source'), 'data');
    for (const args of [['write', 'source'], ['write', 'source', '--json'], ['status'], ['health', '--json']]) {
      expect([args, await shell(args, redirection)]).toEqual([
        args,
        { code: 0, stderr: expect.not.stringMatching(/lto:/) },
      ]);
    }
  });

  it.each([
    ['>&-', 1],
    ['1<>/dev/null', 1],
    ['>/dev/full', 20],
  ])('is no success: a file of the tape, %s', async (redirection, expected) => {
    await lto.document(['write', '-'], { input: testData(4 * MIB) });
    const { code, stderr } = await shell(['read', '0'], redirection);
    expect([code, stderr]).toEqual([expected, expect.stringMatching(/closed|ENOSPC/)]);
    expect((await shell(['read', '0'], '>/dev/null')).code).toBe(0);
    expect((await shell(['status'], '>/dev/null')).code).toBe(0);
  });

  it('keeps the exit code of what went wrong before', async () => {
    const { code, stderr } = await shell(['read', '7', '-o', 'file', '--json'], '>/dev/full');
    expect([code, stderr]).toEqual([8, expect.stringMatching(/no file 7/)]);
  });

  it('is no success when the reader has gone', async () => {
    await writeFile(lto.path('source'), 'data');
    const running = lto.start(['write', 'source']);
    running.closeStdout();
    running.stdin.end();
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/could not be printed.*EPIPE/),
    });
  });
});

describe('lto read -o', () => {
  const DATA = testData(3 * MIB);

  beforeEach(() => lto.document(['write', '-'], { input: DATA }));

  it('writes into a FIFO with --force, which stays one', async () => {
    const fifo = lto.path('fifo');
    execFileSync('mkfifo', [fifo]);
    const read = readFile(fifo);
    const { code } = await lto.run(['read', '0', '-o', 'fifo', '--force']);
    expect(code).toBe(0);
    expect((await read).equals(DATA)).toBe(true);
    expect((await lstat(fifo)).isFIFO()).toBe(true);
    expect((await lto.run(['read', '0', '-o', 'fifo'])).code).toBe(2);
  });

  it('writes into a device with --force, which stays one', async () => {
    const { code, stderr } = await lto.run(['read', '0', '-o', '/dev/full', '--force']);
    expect([code, stderr]).toEqual([20, expect.stringMatching(/ENOSPC/)]);
    expect((await lstat('/dev/full')).isCharacterDevice()).toBe(true);
    expect((await lto.run(['read', '0', '-o', '/dev/null', '--force'])).code).toBe(0);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('neither follows nor replaces a link, with --force or without', async () => {
    await writeFile(lto.path('target'), 'as it was');
    await symlink('target', lto.path('link'));
    await symlink('nowhere', lto.path('dangling'));
    for (const name of ['link', 'dangling']) {
      for (const options of [[], ['--force']]) {
        expect((await lto.run(['read', '0', '-o', name, ...options])).code).toBe(2);
        expect((await lstat(lto.path(name))).isSymbolicLink()).toBe(true);
      }
    }
    expect(await readFile(lto.path('target'), 'utf8')).toBe('as it was');
    expect(await exists(lto.path('nowhere'))).toBe(false);
  });

  it('replaces a file with --force only', async () => {
    await writeFile(lto.path('file'), 'as it was');
    expect((await lto.run(['read', '0', '-o', 'file'])).code).toBe(2);
    expect((await lto.run(['read', '0', '-o', 'file', '--force'])).code).toBe(0);
    expect((await readFile(lto.path('file'))).equals(DATA)).toBe(true);
  });
});
