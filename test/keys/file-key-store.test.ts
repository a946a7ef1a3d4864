import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidArgumentError, KeyStoreError } from '../../src/errors/index.js';
import { decodeKeyFile } from '../../src/keys/decode-key-file.js';
import { FileKeyStore } from '../../src/keys/file-key-store.js';
import { compiledSources } from '../support/compiled.js';
import { expectSilent, testKey, traces } from './support.js';

const compiled = compiledSources();
const PASSPHRASE = 'correct horse battery staple';
const KEY = testKey(7);
/** The cheapest there is. */
const scryptCost = 14;

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-keys-'));
  path = join(folder, 'keystore.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (passphrase: string | Uint8Array = PASSPHRASE) => new FileKeyStore(path, { passphrase, scryptCost });
const modeOf = async (name: string) => ((await stat(name)).mode & 0o777).toString(8);

describe('the file keystore', () => {
  it('keeps keys between openings, in a file and a folder of the owner alone', async () => {
    path = join(folder, 'new', 'deep', 'keystore.json');
    const made = await open().put('a', KEY);
    await open().put('b', testKey(8));
    const store = open();
    expect((await store.get('a'))?.equals(KEY)).toBe(true);
    expect((await store.get('b'))?.equals(testKey(8))).toBe(true);
    expect(await store.get('c')).toBeUndefined();
    expect((await store.list()).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await store.list())[0]?.created).toBe(made.created);
    expect([await modeOf(path), await modeOf(join(folder, 'new', 'deep'))]).toEqual(['600', '700']);
    expect(await readdir(join(folder, 'new', 'deep'))).toEqual(['keystore.json']);
  });

  it('sees what another has written since', async () => {
    const [one, other] = [open(), open()];
    await one.put('a', KEY);
    expect((await other.get('a'))?.equals(KEY)).toBe(true);
    await other.put('b', testKey(8));
    expect((await one.get('b'))?.equals(testKey(8))).toBe(true);
    await one.delete('b');
    expect(await other.get('b')).toBeUndefined();
  });

  it('replaces no key, and tells whether there was one to delete', async () => {
    const store = open();
    await store.put('a', KEY);
    await expect(store.put('a', testKey(8))).rejects.toMatchObject({ reason: 'exists' });
    expect((await store.get('a'))?.equals(KEY)).toBe(true);
    expect([await store.delete('a'), await store.delete('a')]).toEqual([true, false]);
    expect(await open().list()).toEqual([]);
  });

  it('is nowhere before the first key', async () => {
    for (const attempt of [
      () => open().get('a'),
      () => open().list(),
      () => open().delete('a'),
      () => open().changePassphrase('b'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ reason: 'missing', next: expect.stringContaining('lto key') });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('uses a fresh salt and nonce for every writing', async () => {
    const store = open();
    const seen = new Set<string>();
    for (const id of ['a', 'b', 'c']) {
      await store.put(id, KEY);
      const { kdf, cipher } = JSON.parse(await readFile(path, 'utf8'));
      seen.add(kdf.salt).add(cipher.nonce);
    }
    expect(seen.size).toBe(6);
  });

  it('stays where a link leads', async () => {
    await mkdir(join(folder, 'real'), { mode: 0o700 });
    await writeFile(join(folder, 'real', 'k'), '', { mode: 0o600 });
    await rm(join(folder, 'real', 'k'));
    const real = join(folder, 'real', 'k');
    path = real;
    await open().put('a', KEY);
    path = join(folder, 'link');
    await symlink(real, path);
    await open().put('b', KEY);
    expect((await readdir(join(folder, 'real'))).sort()).toEqual(['k']);
    path = real;
    expect((await open().list()).length).toBe(2);
  });
});

describe('the passphrase', () => {
  it('may be bytes, which are wiped', async () => {
    const bytes = Buffer.from(PASSPHRASE);
    const store = open(bytes);
    expect(bytes.equals(Buffer.alloc(bytes.length))).toBe(true);
    await store.put('a', KEY);
    expect((await open().get('a'))?.equals(KEY)).toBe(true);
  });

  it('is told from no damage, and neither is repeated', async () => {
    await open().put('a', KEY);
    const file = JSON.parse(await readFile(path, 'utf8'));
    const wrong: unknown = await open('wrong horse')
      .get('a')
      .catch((e: unknown) => e);
    await writeFile(path, JSON.stringify({ ...file, keys: [{ ...file.keys[0], id: 'b' }] }));
    const tampered: unknown = await open()
      .get('b')
      .catch((e: unknown) => e);
    expect(wrong).toBeInstanceOf(KeyStoreError);
    expect(wrong).toMatchObject({ reason: 'locked' });
    expect(String(wrong)).toBe(String(tampered));
    expectSilent(wrong, ['wrong horse', file.wrapped, ...traces(KEY)]);
  });

  it('that is wrong writes nothing', async () => {
    await open().put('a', KEY);
    const before = await readFile(path);
    const stranger = open('wrong');
    for (const attempt of [
      () => stranger.put('b', KEY),
      () => stranger.delete('a'),
      () => stranger.changePassphrase('mine'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ reason: 'locked' });
    }
    expect(await readFile(path)).toEqual(before);
  });

  it('can be changed', async () => {
    const store = open();
    await store.put('a', KEY);
    await store.changePassphrase('another');
    await expect(open().get('a')).rejects.toMatchObject({ reason: 'locked' });
    expect((await open('another').get('a'))?.equals(KEY)).toBe(true);
    await store.put('b', KEY);
    expect((await open('another').list()).length).toBe(2);
  });

  it('is as hard to guess as it was, whoever writes the file next, unless another cost is given', async () => {
    const cost = async () => decodeKeyFile(await readFile(path), path).kdf.cost;
    await open().put('a', testKey(1));
    await new FileKeyStore(path, { passphrase: PASSPHRASE }).put('b', testKey(2));
    expect(await cost()).toBe(scryptCost);
    await new FileKeyStore(path, { passphrase: PASSPHRASE, scryptCost: 15 }).delete('b');
    expect(await cost()).toBe(15);
    await new FileKeyStore(path, { passphrase: PASSPHRASE }).changePassphrase('another');
    expect(await cost()).toBe(15);
    await rm(path);
    await new FileKeyStore(path, { passphrase: PASSPHRASE }).put('a', testKey(1));
    expect(await cost()).toBe(17);
  });

  it('is not empty; the cost of scrypt is in its range', () => {
    expect(() => open('')).toThrow(InvalidArgumentError);
    for (const cost of [13, 21, 14.5]) {
      expect(() => new FileKeyStore(path, { passphrase: 'x', scryptCost: cost })).toThrow(InvalidArgumentError);
    }
  });
});

describe('rights', () => {
  it.each([0o640, 0o604, 0o620, 0o601])('refuses a file of mode %o, and says the chmod', async (mode) => {
    await open().put('a', KEY);
    await chmod(path, mode);
    for (const attempt of [() => open().get('a'), () => open().put('b', KEY), () => open().delete('a')]) {
      await expect(attempt()).rejects.toMatchObject({
        reason: 'exposed',
        next: expect.stringContaining(`chmod 600 ${path}`),
      });
    }
    await chmod(path, 0o400);
    expect((await open().get('a'))?.equals(KEY)).toBe(true);
  });

  it.each([0o777, 0o770, 0o702])('refuses a folder of mode %o, in which others replace files', async (mode) => {
    await open().put('a', KEY);
    await chmod(folder, mode);
    const refusal = { reason: 'exposed', next: expect.stringContaining(`chmod go-w ${folder}`) };
    await expect(open().get('a')).rejects.toMatchObject(refusal);
    await rm(path);
    await expect(open().put('a', KEY)).rejects.toMatchObject(refusal);
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)('refuses a file, or a folder, of somebody else, also for root', async () => {
    await open().put('a', KEY);
    await chown(path, 65534, 65534);
    await expect(open().get('a')).rejects.toMatchObject({
      reason: 'exposed',
      message: expect.stringContaining('belongs to somebody else'),
    });
    await chown(path, 0, 0);
    await chown(folder, 65534, 65534);
    await expect(open().get('a')).rejects.toMatchObject({
      reason: 'exposed',
      message: expect.stringContaining('may replace files in it'),
    });
    await chown(folder, 0, 0);
    expect((await open().get('a'))?.equals(KEY)).toBe(true);
  });

  it.each([0o000, 0o022, 0o377])('a new file is for its owner, whatever the umask (%o)', async (umask) => {
    const before = process.umask(umask);
    try {
      await open().put('a', KEY);
    } finally {
      process.umask(before);
    }
    expect(await modeOf(path)).toBe('600');
  });

  it('a file without an end is read up to a limit', async () => {
    path = '/dev/zero';
    await expect(open().get('a')).rejects.toMatchObject({
      reason: 'malformed',
      message: expect.stringContaining('too large'),
    });
  });

  it('accepts a folder like /tmp, in which others cannot', async () => {
    await chmod(folder, 0o1777);
    await open().put('a', KEY);
    expect((await open().get('a'))?.equals(KEY)).toBe(true);
  });

  it('names the file and the cause when the system refuses', async () => {
    await mkdir(path);
    await expect(open().get('a')).rejects.toMatchObject({ reason: 'failed', errno: 'EISDIR' });
  });
});

it('shows neither keys nor passphrase when the store or what it lists is printed', async () => {
  const store = open();
  await store.put('a', KEY);
  const secrets = [PASSPHRASE, ...traces(KEY)];
  expectSilent(store, secrets);
  expectSilent(await store.list(), secrets);
  const file = await readFile(path, 'latin1');
  for (const secret of secrets) expect(file).not.toContain(secret);
});

describe('several writers', () => {
  it('in one process lose nothing', async () => {
    const stores = [open(), open()];
    await Promise.all(Array.from({ length: 8 }, (_, i) => stores[i % 2]?.put(`key ${i}`, testKey(i))));
    expect(new Set((await open().list()).map(({ id }) => id)).size).toBe(8);
  });

  it('in several processes lose nothing', async () => {
    const writers = ['a', 'b', 'c'].map((name) => promisify(execFile)(process.execPath, writer(name, 4)));
    await Promise.all(writers);
    const ids = (await open().list()).map(({ id }) => id);
    expect(ids.sort()).toEqual(['a', 'b', 'c'].flatMap((name) => [0, 1, 2, 3].map((i) => `${name} ${i}`)));
    expect(await readdir(folder)).toEqual(['keystore.json']);
  });

  it('that are killed at any moment leave the old file or the new, and nobody locked out', async () => {
    let kept = 0;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, writer(`round ${round}`, 1000), { stdio: ['ignore', 'pipe', 'inherit'] });
      let told = 0;
      child.stdout.on('data', (lines: Buffer) => {
        told += lines.toString().split('\n').length - 1;
      });
      const closed = new Promise((resolve) => child.once('close', resolve));
      while (told === 0) await delay(5);
      await delay(Math.random() * 150);
      child.kill('SIGKILL');
      await closed;
      const keys = await open().list();
      // All that was told, and at most the one more that was on its way.
      expect(keys.length - kept - told).toBeOneOf([0, 1]);
      kept = keys.length;
    }
    await open().put('after all', KEY);
    expect(await readdir(folder)).toEqual(['keystore.json']);
  });
});

/** Arguments for a process that puts keys, and prints a line for each that is there. */
function writer(name: string, count: number): string[] {
  const script = `
    const { FileKeyStore } = await import(${JSON.stringify(compiled.url('keys/file-key-store.js'))});
    const { generateKey } = await import(${JSON.stringify(compiled.url('keys/data-key.js'))});
    const store = new FileKeyStore(${JSON.stringify(path)}, { passphrase: ${JSON.stringify(PASSPHRASE)}, scryptCost: 14 });
    for (let i = 0; i < ${count}; i++) {
      await store.put(${JSON.stringify(name)} + ' ' + i, generateKey());
      process.stdout.write(i + '\\n');
    }`;
  return ['--input-type=module', '--eval', script];
}
