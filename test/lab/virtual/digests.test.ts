import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { command } from '../command.js';
import { serveAnother } from './second-server.js';

// The kernel's initiator judges the digests: it computes its own of all that it sends, and compares those that come.

const MIB = 2 ** 20;

it.each([
  ['header and data', 'CRC32C', 'CRC32C'],
  ['header', 'CRC32C', 'None'],
  ['data', 'None', 'CRC32C'],
])('open-iscsi writes a file and reads it with %s digests', async (_which, header, data) => {
  const { set, login, admin, said } = await serveAnother();
  await set('node.conn[0].iscsi.HeaderDigest', header);
  await set('node.conn[0].iscsi.DataDigest', data);
  const { tape, query } = await login();
  const session = await command('iscsiadm', '-m', 'session', '-P', '2');
  expect(session).toContain(`HeaderDigest: ${header}\n`);
  expect(session).toContain(`DataDigest: ${data}\n`);

  const work = await mkdtemp(join(tmpdir(), 'digests-'));
  onTestFinished(() => rm(work, { recursive: true, force: true }));
  const source = join(work, 'source');
  // The last record has a length that needs padding.
  await writeFile(source, randomBytes(5 * MIB + 4095));
  await command('mt', '-f', tape, 'rewind');
  await command('dd', `if=${source}`, `of=${tape}`, 'bs=1M');
  await command('mt', '-f', tape, 'rewind');
  await command('dd', `if=${tape}`, `of=${join(work, 'back')}`, 'bs=1M');
  expect((await readFile(join(work, 'back'))).equals(await readFile(source))).toBe(true);
  expect(await command('sg_inq', query)).toContain('NODE-LTO');
  expect(said()).not.toMatch(/digest|protocol|missing/);
  expect(await admin('-o', 'show')).toContain(`HeaderDigest = ${header}\n`);
});
