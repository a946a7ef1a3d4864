// What becomes of a file when a call to the addon is refused altogether: it has no outcome that could be counted.
import { expect, it, vi } from 'vitest';
import { LtoError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const DATA = testData(3 * RECORD);

/** A tape with a file, whose next write is refused. */
async function refusing(code: string): Promise<TapeDrive> {
  const { port } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([DATA], { recordSize: RECORD });
  const refused = Object.assign(new Error(code), { code, syscall: 'write' });
  vi.spyOn(port.transport, 'writeRecords').mockRejectedValueOnce(refused);
  return tape;
}

it.each(['EIO', 'EFAULT'])('%s fails the file, and harms none before it', async (code) => {
  const tape = await refusing(code);
  await expect(tape.writeFile([DATA], { recordSize: RECORD })).rejects.toBeInstanceOf(LtoError);
  expect(await tape.verifyFile({ fileNumber: 0 })).toMatchObject({ records: 3 });
});

it('ECANCELED says that nothing was written: the records are sent again', async () => {
  const tape = await refusing('ECANCELED');
  const { checksum } = await tape.writeFile([DATA], { recordSize: RECORD });
  expect(await tape.verifyFile({ fileNumber: 1 })).toMatchObject({ records: 3, bytes: DATA.length, checksum });
});
