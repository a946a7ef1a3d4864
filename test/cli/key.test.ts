import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { generateKey } from '../../src/keys/data-key.js';
import { FileKeyStore } from '../../src/keys/file-key-store.js';
import { COST } from '../../src/keys/key-file-format.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const HEX = '0123456789abcdef'.repeat(4);
const PASSPHRASE = 'correct horse battery staple';
const FINGERPRINT = /^([0-9a-f]{4}:){3}[0-9a-f]{4}$/;

/** Every command of these tests uses this keystore, unlocked from a file. */
const UNLOCKED = ['--keystore', 'keystore.json', '--passphrase-file', 'passphrase'];
const key = (...args: readonly string[]) => lto.run(['key', ...args, ...UNLOCKED]);
const document = (...args: readonly string[]) => lto.document(['key', ...args, ...UNLOCKED]);
const secretFile = (name: string, content: string) => writeFile(lto.path(name), content, { mode: 0o600 });
/** A key that is there already, in a keystore whose passphrase is quick to try. */
const storedKey = (id: string) =>
  new FileKeyStore(lto.path('keystore.json'), { passphrase: PASSPHRASE, scryptCost: COST.least }).put(
    id,
    generateKey(),
  );
const modeOf = async (name: string) => ((await stat(lto.path(name))).mode & 0o777).toString(8);

beforeEach(() => secretFile('passphrase', `${PASSPHRASE}\n`));

describe('lto key', () => {
  it('generates, lists and deletes keys, and shows no more of them than a fingerprint', async () => {
    const made = await document('generate', 'offsite 2026');
    expect(made).toMatchObject({ id: 'offsite 2026', fingerprint: expect.stringMatching(FINGERPRINT) });
    await document('generate', 'other');
    const { keys } = await document('list');
    expect(keys).toEqual([
      { id: 'offsite 2026', fingerprint: made.fingerprint, created: made.created },
      expect.objectContaining({ id: 'other' }),
    ]);
    expect((await key('list')).stdout.toString()).toContain(String(made.fingerprint));
    expect(await modeOf('keystore.json')).toBe('600');
    await document('delete', 'other', '--yes');
    expect((await document('list')).keys).toHaveLength(1);
    expect((await key('delete', 'other', '--yes')).code).toBe(16);
  });

  it('deletes nothing without a yes', async () => {
    await storedKey('a');
    expect(await key('delete', 'a')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await document('list')).keys).toHaveLength(1);
  });

  it('never replaces a key', async () => {
    await storedKey('a');
    const before = await readFile(lto.path('keystore.json'));
    expect((await key('generate', 'a')).code).toBe(16);
    expect(await readFile(lto.path('keystore.json'))).toEqual(before);
  });

  it('uses the keystore and the passphrase that the environment names', async () => {
    process.env.LTO_KEYSTORE = lto.path('named.json');
    process.env.LTO_KEYSTORE_PASSPHRASE_FILE = lto.path('passphrase');
    try {
      await lto.document(['key', 'generate', 'a']);
      expect(await lto.document(['key', 'list'])).toMatchObject({ keystore: lto.path('named.json') });
    } finally {
      delete process.env.LTO_KEYSTORE;
      delete process.env.LTO_KEYSTORE_PASSPHRASE_FILE;
    }
    expect(await readdir(lto.path())).toContain('named.json');
  });

  it('keeps it in the data folder of the user otherwise', async () => {
    process.env.XDG_DATA_HOME = lto.path('data');
    try {
      await lto.document(['key', 'generate', 'a', '--passphrase-file', 'passphrase']);
    } finally {
      delete process.env.XDG_DATA_HOME;
    }
    expect(await readdir(lto.path('data', 'lto'))).toEqual(['keystore.json']);
  });

  it('changes the passphrase', async () => {
    await storedKey('a');
    await secretFile('new', 'another');
    await document('passphrase', '--new-passphrase-file', 'new');
    expect((await key('list')).code).toBe(16);
    await secretFile('passphrase', 'another\r\n');
    expect((await document('list')).keys).toHaveLength(1);
  });
});

describe('lto key import and export', () => {
  it('take over a file of stenc and give the same file back, for the owner alone', async () => {
    const file = `${HEX}\nSeptember Tape Key`;
    await secretFile('stenc.key', file);
    const imported = await document('import', '--file', 'stenc.key');
    expect(imported).toMatchObject({ id: 'September Tape Key', fingerprint: expect.stringMatching(FINGERPRINT) });
    expect(await document('export', 'September Tape Key', '-o', 'again')).not.toHaveProperty('key');
    expect(await readFile(lto.path('again'), 'latin1')).toBe(file);
    expect(await modeOf('again')).toBe('600');
  });

  it('read stdin and write stdout when told to', async () => {
    const input = Buffer.from(`${HEX}\n`);
    expect((await lto.run(['key', 'import', 'a', '--file', '-', ...UNLOCKED], { input })).code).toBe(0);
    const { stdout, stderr } = await key('export', 'a', '-o', '-');
    expect(stdout.toString()).toBe(`${HEX}\na`);
    expect(stderr).not.toContain(HEX.slice(0, 16));
    const passphrase = Buffer.from(PASSPHRASE);
    const listing = ['key', 'list', '--keystore', 'keystore.json', '--passphrase-file', '-'];
    expect((await lto.run(listing, { input: passphrase })).stdout.toString()).toMatch(/^a /m);
  });

  it('replace no file, and write to stdout only when it is asked for', async () => {
    await storedKey('a');
    await writeFile(lto.path('there'), 'old');
    expect(await key('export', 'a', '-o', 'there')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists'),
    });
    expect(await readFile(lto.path('there'), 'utf8')).toBe('old');
    expect(await key('export', 'a')).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect((await key('export', 'a', '-o', '-', '--json')).code).toBe(2);
    expect((await key('export', 'b', '-o', 'new')).code).toBe(16);
    expect(await readdir(lto.path())).not.toContain('new');
  });

  it('need a name from somewhere', async () => {
    await secretFile('plain.key', HEX);
    expect(await key('import', '--file', 'plain.key')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no name'),
    });
    await secretFile('long.key', `${HEX}\n${'long '.repeat(7)}`);
    expect((await key('import', '--file', 'long.key')).code).toBe(2);
    expect((await document('import', 'short', '--file', 'long.key')).id).toBe('short');
  });
});

describe('refusals', () => {
  it('repeat no key: not one in the wrong place, not one that is damaged', async () => {
    await secretFile('damaged.key', `${HEX.slice(2)}zz`);
    const attempts = [
      ['import', HEX],
      ['generate', HEX],
      ['import', 'a', HEX],
      ['import', 'a', '--file', 'damaged.key'],
    ];
    for (const attempt of attempts) {
      for (const json of [[], ['--json']]) {
        const { code, stdout, stderr } = await key(...attempt, ...json);
        expect([attempt, code]).toEqual([attempt, 2]);
        expect(stdout.toString() + stderr).not.toContain(HEX.slice(2, 18));
      }
    }
    expect(await readdir(lto.path())).not.toContain('keystore.json');
  });

  it('16 for a wrong passphrase, a missing keystore, and files that others may read', async () => {
    expect((await key('list')).code).toBe(16);
    await storedKey('a');
    const input = Buffer.from('wrong');
    const listing = ['key', 'list', '--keystore', 'keystore.json', '--passphrase-file', '-'];
    const wrong = await lto.run(listing, { input });
    expect([wrong.code, wrong.stderr]).toEqual([16, expect.not.stringContaining('wrong')]);
    for (const file of ['keystore.json', 'passphrase']) {
      await chmod(lto.path(file), 0o644);
      expect(await key('list')).toMatchObject({ code: 16, stderr: expect.stringContaining('chmod 600') });
      await chmod(lto.path(file), 0o600);
    }
  });

  it('2 where there is nobody to ask, before anything is made', async () => {
    for (const args of [
      ['generate', 'a'],
      ['import', 'a'],
    ]) {
      const { code, stderr } = await lto.run(['key', ...args, '--keystore', 'keystore.json']);
      expect([code, stderr]).toEqual([2, expect.stringContaining('no terminal')]);
    }
    const both = ['key', 'import', 'a', '--file', '-', '--keystore', 'keystore.json', '--passphrase-file', '-'];
    expect(await lto.run(both)).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot give both') });
    await secretFile('passphrase', 'two\nlines\n');
    expect(await key('generate', 'a')).toMatchObject({ code: 2, stderr: expect.stringContaining('one line') });
    expect(await readdir(lto.path())).toEqual(['passphrase']);
  });
});

describe('on a terminal', () => {
  const GENERATE = 'lto key generate a --keystore keystore.json';
  const LIST = 'lto key list --keystore keystore.json';

  it('the passphrase is asked for twice when it is new, once later, and never shown', async () => {
    const made = await lto.onTerminal(GENERATE, [
      [/New passphrase for keystore.json: $/, `${PASSPHRASE}\r`],
      [/again: $/, `${PASSPHRASE}\r`],
    ]);
    expect(made).toMatch(/^fingerprint/m);
    // With a slip that is corrected, as people do.
    const listed = await lto.onTerminal(LIST, [[/Passphrase of keystore.json: $/, `${PASSPHRASE}xy\x7f\x7f\r`]]);
    expect(listed).toMatch(/^a +[0-9a-f:]{19}/m);
    for (const shown of [made, listed]) expect(shown).not.toContain('horse');
    expect((await document('list')).keys).toHaveLength(1);
  });

  it('two that differ make nothing', async () => {
    const shown = await lto.onTerminal(GENERATE, [
      [/: $/, `${PASSPHRASE}\r`],
      [/again: $/, 'something else\r'],
    ]);
    expect(shown).toMatch(/the two entries differ/);
    expect(await readdir(lto.path())).not.toContain('keystore.json');
  });

  it('a key is asked for when no file is named, and the terminal also when stdin is something else', async () => {
    await lto
      .onTerminal('lto key import a --keystore keystore.json --passphrase-file passphrase', [
        [/digits: $/, `${HEX}\r`],
        [/again: $/, `${HEX}\r`],
      ])
      .then((shown) => expect(shown).not.toContain(HEX.slice(0, 8)));
    expect((await key('export', 'a', '-o', '-')).stdout.toString()).toBe(`${HEX}\na`);
    await secretFile('other.key', HEX);
    const piped = 'lto key import b --keystore keystore.json --file - < other.key';
    expect(await lto.onTerminal(piped, [[/: $/, `${PASSPHRASE}\r`]])).toMatch(/^fingerprint/m);
    expect((await document('list')).keys).toHaveLength(2);
  });

  it.each(['\x03', '\x04'])('Ctrl-C and Ctrl-D end it, with the terminal as it was (%j)', async (control) => {
    await storedKey('a');
    const line = `${LIST}; echo "code $?"; stty -a`;
    const shown = await lto.onTerminal(line, [[/: $/, `half${control === '\x04' ? '\x15' : ''}${control}`]]);
    expect(shown).toContain('code 130');
    expect(shown).toMatch(/ echo /);
    expect(shown).toMatch(/ icanon /);
    expect(shown).not.toContain('half');
  });
});
