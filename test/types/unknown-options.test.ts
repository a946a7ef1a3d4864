import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { newTapeDrive } from '../tape/drives.js';

// That every method refuses an option which does not exist is in `bad-arguments`; here is what the refusal says.

it('an option that does not exist is refused with the nearest one that does, and nothing is written', async () => {
  const drive = await newTapeDrive();
  const misspelt = { recordsize: 512 } as object;
  const failure = await drive.writeFile('text', misspelt).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InvalidArgumentError);
  expect(failure).toMatchObject({ device: drive.device, next: expect.stringContaining('mean recordSize?') });
  expect(await drive.spaceToEndOfData()).toMatchObject({ end: 'blank' });
  await expect(drive.configure({ compresion: true } as object)).rejects.toMatchObject({
    next: expect.stringContaining('mean compression?'),
  });
});

it('an option that another method takes is refused by one that would ignore it', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile('text');
  for (const options of [{ fileNumber: 0 }, { onBadRecord: 'skip' }] as const) {
    expect(() => drive.createWriteStream(options as object)).toThrow(InvalidArgumentError);
  }
  await expect(drive.verifyFile({ fileNumber: 0, inDrive: true, checksum: 'sha256' } as never)).rejects.toThrow(
    InvalidArgumentError,
  );
  expect(await drive.verifyFile({ fileNumber: 0, inDrive: false })).toMatchObject({ bytes: 4 });
});

it('the refusal of encryption options repeats nothing that could be a key', async () => {
  const drive = await newTapeDrive();
  const hex = '0f'.repeat(32);
  const failure = await drive.encryption.enable({ [hex]: true } as object).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InvalidArgumentError);
  expect(JSON.stringify([String(failure), failure])).not.toContain('0f0f0f');
});
