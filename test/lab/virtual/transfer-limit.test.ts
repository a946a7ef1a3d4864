import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testData } from '../../conformance/conformance.js';
import { command } from '../command.js';
import { ltoDone, lto as ltoOnDrive } from '../lto.js';

// No drive of the lab has an adapter with a short scatter list: read(2) and write(2) under the addon answer for it.

const SOURCE = fileURLToPath(new URL('../transfer-limit.cc', import.meta.url));
const KIB = 1024;
const MIB = 1024 * KIB;
const LIMIT = 512 * KIB;
const DATA = testData(5 * MIB + 12_345);

let work = '';
const file = (name: string) => join(work, name);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'transfer-limit-'));
  await command('c++', '-std=c++20', '-shared', '-fPIC', '-o', file('limit.so'), SOURCE, '-ldl');
  await writeFile(file('data'), DATA);
});

afterAll(() => rm(work, { recursive: true, force: true }));

/** Runs `lto` on the drive; with `limit`, nothing larger comes through the tape node. */
const lto = (args: readonly string[], limit?: number) => ltoOnDrive(args, limited(limit));
const expectDone = (args: readonly string[], limit?: number) => ltoDone(args, limited(limit));

const limited = (limit?: number): Record<string, string> =>
  limit === undefined ? {} : { LD_PRELOAD: file('limit.so'), LTO_TRANSFER_LIMIT: String(limit) };

async function expectReadBack(fileNumber: number, limit?: number): Promise<void> {
  await rm(file('back'), { force: true });
  await expectDone(['read', String(fileNumber), '--output', file('back')], limit);
  expect((await readFile(file('back'))).equals(DATA)).toBe(true);
}

it('files are labelled, written, read, verified and appended to through a path that carries 512 KiB', async () => {
  const [, serial = ''] = /"value": "([^"]+)"/.exec(await ltoDone(['mam', 'serialNumber', '--json'])) ?? [];
  await expectDone(['label', 'LIMIT1', '--overwrite', '--yes-overwrite', serial], LIMIT);
  await expectDone(['write', file('data')], LIMIT);
  await expectDone(['write', file('data'), '--record-size', '512KiB'], LIMIT);
  await expectReadBack(1, LIMIT);
  await expectReadBack(2, LIMIT);
  await expectDone(['verify', '2'], LIMIT);
});

it('a record size above it is refused with the largest that goes, and what is on tape stays', async () => {
  const { code, said } = await lto(['write', file('data'), '--record-size', '1MiB'], LIMIT);
  expect(code, said).toBe(1);
  expect(said).toMatch(/1048576 bytes \(EBUSY\), but 524288 at most/);
  await expectReadBack(2);
});

it('a record that is larger is told with both numbers', async () => {
  await expectDone(['write', file('data'), '--record-size', '1MiB']);
  const { code, said } = await lto(['read', '3', '--output', file('none')], LIMIT);
  expect(code, said).toBe(1);
  expect(said).toMatch(/larger than 524288 bytes.*528384 is refused \(EBUSY\)/);
  await expectReadBack(3);
});
