import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive, openControls } from '../../src/virtual/index.js';
import { expectValid } from '../support/command-schemas.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const NAME = 'AA0001L8';

const write = (data: string) => lto.document(['append', '-'], { input: Buffer.from(data) });
const readBack = async (file: number) => (await lto.run(['read', String(file)])).stdout.toString();
const eventsOf = (stderr: string) =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(() => createVirtualDrive(lto.path('drive'), { cartridge: { barcode: NAME, capacityBytes: 500e6 } }));

describe('lto mam', () => {
  it('without a word shows all attributes, as `get` does', async () => {
    const all = await lto.document(['mam']);
    expect(all).toEqual(await lto.document(['mam', 'get']));
    expect(all.attributes).toContainEqual(expect.objectContaining({ id: '0x0401', key: 'serialNumber' }));
  });

  it('sets, shows and deletes an attribute, by name or identifier', async () => {
    expect(await lto.document(['mam', 'set', 'userMediumLabel', 'öffsite 7'])).toMatchObject({ value: 'öffsite 7' });
    const { attributes } = await lto.document(['mam', 'get', '0803']);
    expect(attributes).toEqual([expect.objectContaining({ key: 'userMediumLabel', value: 'öffsite 7' })]);
    expect(await lto.document(['mam', 'delete', 'userMediumLabel'])).toMatchObject({ value: null });
    const refused = await lto.run(['mam', 'get', 'userMediumLabel', '--json']);
    expect(refused.code).toBe(2);
    expectValid('error', JSON.parse(refused.stdout.toString()));
  });

  it('takes values in the type of the attribute', async () => {
    expect(await lto.document(['mam', 'set', 'textLocalization', '129'])).toMatchObject({ value: 129 });
    const time = '2026-01-31T12:00';
    expect(await lto.document(['mam', 'set', 'lastWritten', time])).toMatchObject({ value: time });
    await lto.document(['mam', 'set', 'mediumGuid', 'ab'.repeat(36)]);
  });

  it.each([
    [['get', 'barcodee'], /Did you mean barcode\?/],
    [['set', 'serialNumber', 'X'], /not one that a host writes/],
    [['set', 'textLocalization', 'many'], /not a whole number/],
    [['set', 'mediumGuid', 'xyz'], /hexadecimal/],
    [['set', 'volumeCoherency', '1'], /by a program only/],
    [['set', 'barcode', 'x'.repeat(33)], /32 bytes/],
    [['get', '__proto__'], /no attribute/],
  ])('mam %j is refused', async (args, message) => {
    const { code, stderr } = await lto.run(['mam', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('motions', () => {
  beforeEach(async () => {
    for (const data of ['one', 'two', 'three']) await write(data);
  });

  const position = async (...args: string[]) => (await lto.document(args)).position;

  it('locate and space say where the tape then stands', async () => {
    expect(await position('locate', '2')).toEqual({ partition: 0, logicalObject: 2, fileNumber: 1 });
    expect(await position('locate', '--file', '1')).toEqual({ partition: 0, logicalObject: 2, fileNumber: 1 });
    expect(await position('locate', '--end')).toEqual({ partition: 0, logicalObject: 6, fileNumber: 3 });
    expect(await position('rewind')).toEqual({ partition: 0, logicalObject: 0, fileNumber: 0 });
    expect((await lto.run(['locate', '3'])).stdout.toString()).toBe('partition 0, logical object 3, in file 1\n');
    await lto.document(['unload']);
    expect(await lto.run(['space', 'files', '1'])).toMatchObject({ code: 5 });
    await lto.document(['load']);
  });

  it('space goes forward and back', async () => {
    await lto.document(['rewind']);
    expect(await position('space', 'files', '2')).toMatchObject({ logicalObject: 4 });
    expect(await position('space', 'records')).toMatchObject({ logicalObject: 5 });
    expect(await position('space', 'records', '-1')).toMatchObject({ logicalObject: 4 });
    expect(await position('space', 'files', '-1')).toMatchObject({ logicalObject: 3 });
  });

  it.each([
    ['locate'],
    ['locate', '1', '--end'],
    ['locate', 'x'],
    ['locate', '1e3'],
    ['locate', '-1'],
    ['space', 'miles', '1'],
    ['space', 'files', 'NaN'],
    ['space', 'files', '1.5'],
    ['space', 'files', '99999999999'],
  ])('%s %s %s is refused', async (...args) => {
    expect((await lto.run(args)).code).toBe(2);
  });

  it('wait ends at once when the drive is ready, and gives up on an empty one', async () => {
    expect(await lto.document(['wait'])).toMatchObject({ state: 'ready' });
    await lto.document(['virtual', 'remove', 'drive']);
    expect((await lto.run(['wait', '--timeout', '0.1'])).code).toBe(5);
    expect((await lto.run(['wait', '--timeout', 'soon'])).code).toBe(2);
  });
});

describe('what destroys', () => {
  beforeEach(() => write('precious'));

  it.each([
    ['erase'],
    ['erase', '--long'],
    ['format', '--single-partition'],
    ['label', 'NEW', '--overwrite'],
    ['write', '-', '--overwrite', '0'],
  ])('%s %s %s %s needs the name of the cartridge', async (...args) => {
    for (const given of [[], ['--yes-overwrite', 'AA0002L8'], ['--yes-overwrite', ''], ['--yes-overwrite', 'yes']]) {
      const { code, stderr } = await lto.run([...args, ...given], { input: Buffer.from('lost') });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/on AA0001L8, and .*--yes-overwrite AA0001L8/)]);
    }
    expect(await readBack(0)).toBe('precious');
    await lto.document([...args, '--yes-overwrite', NAME], { input: Buffer.from('new') });
    expect(await readBack(0)).not.toBe('precious');
  });

  it('is confirmed at a terminal by typing the name', async () => {
    const device = `virtual:${lto.path('drive')}`;
    expect(await lto.onTerminal(`lto erase -d ${device}`, [[/Type "AA0001L8"/, 'no\n']])).toMatch(
      /was confirmed for "no"/,
    );
    expect(await readBack(0)).toBe('precious');
    await lto.onTerminal(`lto erase -d ${device}`, [[/Type "AA0001L8"/, `${NAME}\n`]]);
    expect((await lto.run(['read', '0'])).code).toBe(8);
  });

  it('takes the serial number of a cartridge without a barcode, and asks for nothing on a blank one', async () => {
    await lto.document(['mam', 'delete', 'barcode']);
    const { attributes } = await lto.document(['mam', 'get', 'serialNumber']);
    const serial = (attributes as readonly { value: string }[])[0]?.value ?? '';
    const { stderr } = await lto.run(['erase']);
    expect(stderr).toContain(`--yes-overwrite ${serial}`);
    await lto.document(['erase', '--yes-overwrite', serial]);
    await lto.document(['erase']);
  });

  it('formats into partitions, and refuses sizes that are none', async () => {
    const args = ['--yes-overwrite', NAME];
    expect(await lto.document(['format', '--partitions', '20MB,rest', ...args])).toMatchObject({ partitions: 2 });
    for (const sizes of ['', 'rest,rest', '1GB', 'x,rest', 'rest,1e9']) {
      expect((await lto.run(['format', '--partitions', sizes, ...args])).code).toBe(2);
    }
  });
});

describe('the drive', () => {
  it('shows and changes its settings, and reads them back', async () => {
    expect(await lto.document(['configuration'])).toMatchObject({ compression: true, appendOnly: false });
    const changed = await lto.document(['configuration', '--compression', 'off', '--early-warning', '500']);
    expect(changed).toMatchObject({ compression: false, programmableEarlyWarningMegabytes: 500 });
    expect((await lto.run(['compression', 'on'])).stdout.toString()).toBe('on\n');
    expect((await lto.run(['compression', 'maybe'])).code).toBe(2);
    expect((await lto.run(['configuration', '--early-warning', '99999999'])).code).toBe(2);
  });

  it('is reserved and released', async () => {
    const key = '00000000000000ab';
    const taken = await lto.document(['reserve', 'take', '--key', 'AB']);
    expect(taken).toMatchObject({ key, keys: [key], holder: { key, kind: 'exclusive' } });
    expect(await lto.document(['reserve', 'release', '--key', 'ab'])).toMatchObject({ supported: true, keys: [] });
    for (const bad of ['0', 'xyz', '1'.repeat(17), '']) {
      expect((await lto.run(['reserve', 'take', '--key', bad])).code).toBe(2);
    }
    expect((await lto.run(['reserve', 'take', '--kind', 'some'])).code).toBe(2);
  });

  it('is cleaned with a cleaning cartridge, and with no other', async () => {
    expect(await lto.run(['clean'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no cleaning cartridge'),
    });
    await lto.document(['virtual', 'remove', 'drive']);
    expect(await lto.run(['clean'])).toMatchObject({ code: 2, stderr: expect.stringContaining('is empty') });
    const controls = await openControls(lto.path('drive'));
    await controls.insert({ barcode: 'CLN001L1', cleaning: true });
    await controls.close();
    expect(await lto.document(['clean', '--eject-after', '0.1'])).toMatchObject({ uses: 1, usesLeft: 49 });
  });

  it('is measured without one, and appends to the one that is named', async () => {
    const { runs } = await lto.document(['bench', '--size', '8MB', '--runs', '2'], { device: undefined });
    const measured = { bytes: 8e6, seconds: expect.any(Number), bytesPerSecond: expect.any(Number) };
    const run = (fileNumber: number) =>
      expect.objectContaining({
        fileNumber,
        written: expect.objectContaining(measured),
        read: expect.objectContaining(measured),
      });
    expect(runs).toEqual([run(0), run(1)]);
    await write('before');
    await lto.document(['bench', '--size', '1MB']);
    expect(await readBack(0)).toBe('before');
    expect((await lto.run(['verify', '1'])).code).toBe(0);
  });
});

describe('--quiet and --json', () => {
  it('--quiet prints nothing but errors', async () => {
    const { code, stdout, stderr } = await lto.run(['append', '-', '-q'], { input: Buffer.from('x') });
    expect([code, stdout.toString(), stderr]).toEqual([0, '', '']);
    expect(await lto.run(['status', '--quiet'])).toMatchObject({ code: 0, stderr: '' });
    expect((await lto.run(['read', '7', '--quiet'])).stderr).toMatch(/^lto: .*\[LTO_END_OF_DATA\]\n$/);
    expect(JSON.parse((await lto.run(['status', '--quiet', '--json'])).stdout.toString())).toHaveProperty('identity');
  });

  it('--json tells progress and notes as events on stderr', async () => {
    const { stderr } = await lto.run(['append', '-', '--json'], { input: Buffer.alloc(1e6) });
    for (const event of eventsOf(stderr)) expectValid('event', event);
    expect(eventsOf(stderr).at(-1)).toMatchObject({ event: 'progress', work: 'writing', bytes: 1e6 });
    const { stderr: notes } = await lto.run(['demo', '--size', '1MB', '--folder', lto.path('drive'), '--json'], {
      device: undefined,
    });
    expect(
      notes
        .trim()
        .split('\n')
        .every((line) => line.startsWith('{"event":')),
    ).toBe(true);
    expect(eventsOf(notes)).toContainEqual({ event: 'note', message: 'labelled DEMO01L8' });
  });

  it('--json --quiet tells no events', async () => {
    expect((await lto.run(['append', '-', '--json', '-q'], { input: Buffer.alloc(1e6) })).stderr).toBe('');
  });
});

describe('Ctrl-C', () => {
  it('while writing says where the tape stands, and the next append goes there', async () => {
    const running = lto.start(['append', '-', '--json']);
    running.stdin.on('error', () => undefined);
    const device = lto.path('drive');
    const image = join(device, 'cartridges', NAME, 'partition-0.tap');
    while ((await stat(image)).size === 0) {
      if (!running.stdin.write(Buffer.alloc(1 << 20))) await once(running.stdin, 'drain');
    }
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    const { error } = JSON.parse(stdout.toString());
    expect(error.position).toMatchObject({ partition: 0, fileNumber: 1 });
    expect(eventsOf(stderr)).toContainEqual({ event: 'note', message: 'stopping; press again to end at once' });
    await using drive = await TapeDrive.open(`virtual:${device}`);
    await drive.spaceToEndOfData();
    expect(await drive.logicalObject()).toBe(error.position.logicalObject);
  });

  it('while reading says where the tape stands', async () => {
    await lto.document(['append', '-'], { input: Buffer.alloc(40e6) });
    const running = lto.start(['read', '0']);
    running.stdin.on('error', () => undefined);
    await once(running.stdout, 'readable');
    running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([
      143,
      expect.stringMatching(/interrupted: the tape stands at partition 0, logical object \d+/),
    ]);
  });
});
