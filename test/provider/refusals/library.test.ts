import { expect, it } from 'vitest';
import { LtoProvider } from '../../../src/provider/provider.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { newLibraryBench } from '../library/support.js';
import { failureOf } from './refusal.js';

// What a provider with a library says when it refuses.

const [A, B, MISSING] = ['A00001L8', 'A00002L8', 'ZZ0009L8'] as const;

it('a question that names no cartridge, before any is in a drive', async () => {
  const { provider, device } = await newLibraryBench();
  const failure = await failureOf(() => provider.position());
  expect(failure).toMatchObject({ code: 'LTO_NO_MEDIUM', device });
  expect(failure.message).toContain('no cartridge of the library is in a drive of this provider');
  expect(failure.next).toBe('Call a method that names a cartridge first, as prepareForWrite and readArchive do');
});

it('a drive that another provider of this process has by its node', async () => {
  const { device, another } = await newLibraryBench();
  const node = `${device}/drives/1`;
  const holding = new LtoProvider({ devicePath: node }, { open: TapeDrive.open });
  await holding.getDriveInfo();
  const failure = await failureOf(() => another({ drives: [1] }).initializeMedia(A));
  expect(failure.code).toBe('LTO_DRIVE_BUSY');
  expect(failure.message).toContain('another provider of this process has the drive');
  expect(failure.next).toContain('Close it, or leave the drive out of `drives`');
  // It is not taken away from the other one, and free as soon as that is closed.
  await holding.getDriveInfo();
  await holding.close();
  await another({ drives: [1] }).initializeMedia(A);
});

it('a pool of which no cartridge can be used, each with its reason', async () => {
  const pool = [A, B, MISSING];
  const { provider, device } = await newLibraryBench({ pool }, { drive: { earlyWarningBytes: 8 * 2 ** 20 } });
  await provider.initializeMedia(A);
  const failure = await failureOf(() => provider.writeArchive(A, endless()));
  expect(failure).toMatchObject({ code: 'LTO_ELEMENT', device, operation: 'write', problem: 'source-empty' });
  const reasons = `(${A}: it is full; ${B}: it is full; ${MISSING}: `;
  expect(failure.message).toContain(`no cartridge of the pool can be used ${reasons}`);
  expect(failure.next).toBe('Put blank cartridges into the library, and name them in `pool`');
  expect(failure.cause).toMatchObject({ code: 'LTO_ELEMENT' });
});

/** More than all cartridges hold. */
function* endless(): Generator<Buffer> {
  for (let i = 0; i < 400; i += 1) yield Buffer.alloc(2 ** 20, i);
}
