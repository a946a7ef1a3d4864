import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/cli/output/terminal.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { expectValid } from '../support/command-schemas.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
/** Clears the screen, sets the title, begins another line, and turns the direction of writing. */
const NAME = 'a\u001b[2J\u009b2J\u001b]0;owned\u0007\nlto: done\u202eb\r\u2028';
const SHOWN = 'a\\x1b[2J\\x9b2J\\x1b]0;owned\\x07\\x0alto: done\\u202eb\\x0d\\u2028';
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** Nothing but line feeds steers the terminal. */
function expectHarmless(output: Buffer | string): void {
  expect(output.toString().replaceAll('\n', '')).not.toMatch(STEERING);
}

it('control characters are made visible', () => {
  expect(visible(NAME)).toBe(SHOWN);
  expect(visible('\ud800 \u007f é 漢 \u{1f4fc}')).toBe('\\ud800 \\x7f é 漢 \u{1f4fc}');
});

describe('names with control characters', () => {
  it('of a device that is not there, in the message and in the document', async () => {
    const { stderr, stdout, code } = await lto.run(['status', '--json'], { device: `virtual:${NAME}` });
    expect(code).toBe(3);
    expect(stderr).toContain(SHOWN);
    expect(stderr.trimEnd().split('\n').length).toBe(1);
    expectHarmless(stderr);
    expectHarmless(stdout);
    expect(JSON.parse(stdout.toString()).error.device).toContain(NAME);
  });

  it('of arguments that are wrong', async () => {
    const { stderr, code } = await lto.run(['status', `--${NAME}`]);
    expect(code).toBe(2);
    expectHarmless(stderr);
  });

  it('of a folder, in text', async () => {
    await mkdir(lto.path(NAME));
    const folder = join(lto.path(NAME), 'drive');
    await lto.run(['virtual', 'create', folder, '--barcode', 'NAME01L8']);
    const { stdout, stderr, code } = await lto.run(['virtual', 'reset', folder]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.toString()).toContain(SHOWN);
    expectHarmless(stdout);
  });

  it('in the cartridge memory', async () => {
    const folder = lto.path('drive');
    await lto.run(['virtual', 'create', folder, '--barcode', 'NAME01L8']);
    const drive = await TapeDrive.open(`virtual:${folder}`);
    await drive.setAttributes({ userMediumLabel: 'a\u001b[2J\u009bb\nc' });
    await drive.close();
    const { stdout } = await lto.run(['mam']);
    expect(stdout.toString()).toContain('hex 611b5b32');
    expectHarmless(stdout);
    expectHarmless((await lto.run(['mam', '--json'])).stdout);
  });

  it('of files that could not be written', async () => {
    await lto.run(['virtual', 'create', lto.path('drive'), '--barcode', 'NAME01L8']);
    const { stderr, code } = await lto.run(['write', lto.path(NAME)]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(SHOWN);
    expectHarmless(stderr);
  });
});

it('nothing but the one piece writes text to the terminal', async () => {
  const root = fileURLToPath(new URL('../../src/cli', import.meta.url));
  const writers: string[] = [];
  for (const name of await readdir(root, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const source = await readFile(join(root, name), 'utf8');
    if (/process\.std(out|err)\.write\((?!textLines|jsonLines)|console\./.test(source)) writers.push(name);
  }
  // Questions, which are made visible, and the frame of a live view, whose lines are.
  expect(writers.toSorted()).toEqual(['input/prompt.ts', 'output/screen.ts']);
});

it('SIGUSR1 opens no debugger and ends nothing', async () => {
  await lto.run(['virtual', 'create', lto.path('drive')]);
  const server = lto.start(['serve-virtual', lto.path('drive'), '--port', '0', '--json']);
  while (!(await readdir(lto.path('drive'))).includes('control.sock')) await delay(20);
  server.kill('SIGUSR1');
  await delay(300);
  server.kill('SIGTERM');
  const { code, stdout, stderr } = await server.ended;
  expectValid('serve-virtual', JSON.parse(stdout.toString()));
  expect(stderr).not.toContain('Debugger');
  expect(code).toBe(0);
});
