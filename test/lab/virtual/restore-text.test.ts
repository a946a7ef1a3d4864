import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeTextMembers } from '../../../src/archive/encode/text-members.js';
import { MemoryKeyStore } from '../../../src/keys/memory-key-store.js';
import { encodeStencFile } from '../../../src/keys/stenc-file.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { testData } from '../../conformance/conformance.js';
import { newKey } from '../../support/keys.js';
import { shell } from '../command.js';
import { freshCartridge } from './served.js';

// The text on the tape is judged by doing what it says: its indented lines are run as they stand, by mt, dd, tar and stenc.

const DEVICE = '/dev/nst0';
const KEY_ID = "owner's key";
const KEY = newKey();

let work = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'restore-'));
});

afterAll(() => rm(work, { recursive: true, force: true }));

const commandsOf = (text: string) => text.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.trim()] : []));

/** The text of the last file of the tape, and its parts: what is said first, and what of each archive. */
async function textOfTape(
  before = '',
): Promise<{ readonly text: string; readonly first: string; readonly sections: string[] }> {
  const last = `mt -f ${DEVICE} eod; mt -f ${DEVICE} bsf 2; mt -f ${DEVICE} fsf 1`;
  const text = await shell(`${before}${last}; dd if=${DEVICE} bs=1M 2>/dev/null | tar -xOf - RESTORE.txt`);
  const [first = '', ...sections] = text.split(/^(?=FILE )/m);
  return { text, first, sections };
}

/** Runs what the text says of one archive; resolves with the folder that it is then in. */
async function follow(
  first: string,
  section: string,
  keyFiles: Readonly<Record<string, Buffer>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(work, 'empty-'));
  for (const [name, content] of Object.entries(keyFiles)) await writeFile(join(folder, name), content, { mode: 0o600 });
  await shell([`cd ${folder}`, ...commandsOf(first), ...commandsOf(section)].join('\n'));
  return folder;
}

const content = (path: string) => `content of ${path}\n`.repeat(20_000);
const archiveOf = (...names: string[]) => encodeTextMembers(names.map((path) => ({ path, content: content(path) })));

it('gives every archive back to somebody who does what it says', async () => {
  const id = await freshCartridge();
  await using provider = new LtoProvider({ devicePath: DEVICE, indexArchive: true });
  await provider.initializeMedia(id);
  await provider.prepareForWrite(id);
  const data = testData(3 * 2 ** 20 + 777);
  await provider.writeArchive(id, archiveOf('a/one.txt', 'a/two.txt'));
  await provider.writeArchive(id, data);
  await provider.writeArchive(id, archiveOf('b/three.txt'), { tags: { archive: 'photos' } });
  await provider.close();
  const { text, first, sections } = await textOfTape();
  expect(text).toContain(id);
  expect(sections).toHaveLength(3);
  expect(sections[2]).toContain('"photos"');
  const [one = '', two = '', three = ''] = sections;
  const folder = await follow(first, one);
  expect(await readFile(join(folder, 'a/one.txt'), 'utf8')).toBe(content('a/one.txt'));
  expect(await readFile(join(folder, 'a/two.txt'), 'utf8')).toBe(content('a/two.txt'));
  expect((await readFile(join(await follow(first, two), 'file-3'))).equals(data)).toBe(true);
  expect(await readFile(join(await follow(first, three), 'b/three.txt'), 'utf8')).toBe(content('b/three.txt'));
});

it('names the key of an encrypted archive, and never holds it', async () => {
  const id = await freshCartridge();
  const keyStore = new MemoryKeyStore([[KEY_ID, KEY]]);
  await using provider = new LtoProvider(
    { devicePath: DEVICE, indexArchive: true, encryptionKeyId: KEY_ID },
    { keyStore },
  );
  await provider.initializeMedia(id);
  await provider.prepareForWrite(id);
  await provider.writeArchive(id, archiveOf('secret.txt'));
  await provider.close();
  await shell('stenc -f /dev/sg0 -e off -a 1');
  await expect(textOfTape()).rejects.toThrow(/not look like a tar archive/);
  const file = encodeStencFile({ key: KEY, description: KEY_ID });
  await mkdir(join(work, 'keys'));
  await writeFile(join(work, 'keys', 'key'), file, { mode: 0o600 });
  const { text, first, sections } = await textOfTape(
    `stenc -f /dev/sg0 -e mixed -k ${join(work, 'keys', 'key')} -a 1; `,
  );
  await shell('stenc -f /dev/sg0 -e off -a 1');
  expect(text.toLowerCase()).not.toContain(KEY.export().toString('hex'));
  const folder = await follow(first, sections[0] ?? '', { [`${KEY_ID}.key`]: file });
  expect(await readFile(join(folder, 'secret.txt'), 'utf8')).toBe(content('secret.txt'));
});
