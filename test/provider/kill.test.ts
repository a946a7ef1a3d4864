import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { UnterminatedFileError } from '../../src/errors/index.js';
import type { ArchiveReceipt } from '../../src/provider/archive/archive.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { compiledSources } from '../support/compiled.js';
import { newDriveFolder } from '../virtual/support.js';
import { ID, source } from './support.js';

const ROUNDS = 20;
/** A child writes some tens of megabytes until then. */
const LONGEST_MS = 120;
/** Chunks of a quarter of a megabyte after which the drive has begun to write: the stream's start threshold is 24 MiB. */
const UNDER_WAY = 200;

const { url } = compiledSources();

/** Writes a whole archive and tells its receipt, then begins an endless one. */
const CHILD = `
const [, lib, device, id] = process.argv;
const { LtoProvider } = await import(lib);
const provider = new LtoProvider({ devicePath: device });
await provider.prepareForWrite(id);
const chunk = (i) => Buffer.alloc(256 * 1024 + 17, i);
const receipt = await provider.writeArchive(id, [chunk(1), chunk(2)]);
console.log(JSON.stringify(receipt));
async function* endless() {
  for (let i = 0; ; i += 1) {
    if (i === ${UNDER_WAY}) console.log('under way');
    await new Promise(setImmediate);
    yield chunk(i);
  }
}
await provider.writeArchive(id, endless());
`;

/** Resolves with the receipt of the whole archive once the child was killed in the middle of the next one. */
async function writeAndKill(device: string, afterMs: number): Promise<ArchiveReceipt> {
  const args = ['--input-type=module', '-e', CHILD, url('index.js'), device, ID];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let receipt: ArchiveReceipt | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line === 'under way') break;
    receipt = JSON.parse(line);
  }
  await delay(afterMs);
  child.kill('SIGKILL');
  await exited;
  if (receipt === undefined) throw new Error('the child gave no receipt');
  return receipt;
}

it('loses no earlier archive when the process is killed, at any moment, and finds the torn end', async () => {
  const device = `virtual:${await newDriveFolder({ cartridge: { barcode: ID } })}`;
  const labelling = new LtoProvider({ devicePath: device });
  await labelling.initializeMedia(ID);
  await labelling.close();
  const receipts: ArchiveReceipt[] = [];
  let torn = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const afterMs = Math.random() * LONGEST_MS;
    receipts.push(await writeAndKill(device, afterMs));
    const provider = new LtoProvider({ devicePath: device });
    const refused = await provider.prepareForWrite(ID).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refused !== undefined) {
      expect(refused, `killed after ${afterMs} ms`).toBeInstanceOf(UnterminatedFileError);
      torn += 1;
    }
    const { nextFile } = await provider.prepareForWrite(ID, { closeUnterminated: true });
    const receipt = await provider.writeArchive(ID, source(1000, round));
    expect(receipt.location).toBe(nextFile);
    receipts.push(receipt);
    const recent = round === ROUNDS ? receipts : receipts.slice(-4);
    for (const { location, checksum, bytes } of recent) {
      expect(await provider.verifyArchive(ID, location, { expectedChecksum: checksum })).toMatchObject({ bytes });
    }
    await provider.close();
  }
  expect(torn).toBeGreaterThan(ROUNDS / 2);
}, 180_000);
