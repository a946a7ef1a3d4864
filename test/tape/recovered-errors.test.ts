import { expect, it } from 'vitest';
import type { CommandName } from '../../src/scsi/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { collect, testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const DATA = testData(8 * RECORD + 512);

/** Every command that the driver gives, answered RECOVERED ERROR: st takes it for success (st_chk_result). */
const COMMANDS: readonly CommandName[] = [
  'READ(6)',
  'WRITE(6)',
  'WRITE FILEMARKS(6)',
  'SPACE(16)',
  'REWIND',
  'TEST UNIT READY',
];

it.each(['1/11/00', '1/17/01', '1/18/00', '1/5d/00'])('recovered errors %s are success', async (codes) => {
  const [key = 0, asc = 0, ascq = 0] = codes.split('/').map((part) => Number.parseInt(part, 16));
  const { port, drive } = await newPort();
  drive.faults = COMMANDS.map((command) => ({ command, carriedOut: true, outcome: { sense: { key, asc, ascq } } }));
  const tape = TapeDrive.onTransport(port.transport);
  await tape.rewind();
  const receipt = await tape.writeFile([DATA], { recordSize: RECORD });
  expect(receipt).toMatchObject({ fileNumber: 0, records: 9, bytes: DATA.length });
  await tape.rewind();
  expect((await collect(tape.createReadStream())).equals(DATA)).toBe(true);
  await tape.locateFile(1);
  expect(await tape.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
});
