import { describe, expect, it } from 'vitest';
import { replyError } from '../../src/device/sense-errors.js';
import { fromSystemError } from '../../src/device/system-errors.js';
import { LtoError } from '../../src/errors/index.js';
import { CHANGER_SENSE_RULES } from '../../src/library/sense-rules.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { inquiry } from '../../src/scsi/commands/primary.js';
import { encodeSense } from '../../src/scsi/sense/sense.js';
import type { ScsiReply } from '../../src/scsi/wire/command.js';
import { VirtualLibrary } from '../../src/virtual/index.js';
import { newLibraryFolder } from '../virtual/library/support.js';

const LIBRARY = { device: '/dev/sg9', noun: 'library', rules: CHANGER_SENSE_RULES } as const;
const EMPTY = new Uint8Array(0);
const HOST_STATUSES = [1, 2, 3, 4, 5, 8, 14, 15, 99].map((hostStatus) => ({ hostStatus }));
const STATUSES = [0x02, 0x08, 0x18, 0x28, 0x40].map((status) => ({ status }));
/** NO SENSE and RECOVERED ERROR are no errors. */
const SENSES = [0x2, 0x3, 0x4, 0x5, 0x6, 0xb]
  .flatMap((key) => [0x00, 0x04, 0x29, 0x30].map((asc) => encodeSense({ key, asc, ascq: 0 })))
  .map((sense) => ({ status: 0x02, sense }));

describe('errors of a library speak of the library', () => {
  it.each([...HOST_STATUSES, ...STATUSES, ...SENSES])('%o', (given) => {
    const reply = {
      status: 0,
      hostStatus: 0,
      sense: EMPTY,
      data: EMPTY,
      residual: 0,
      ...given,
    } as unknown as ScsiReply;
    const error = replyError(reply, inquiry(), LIBRARY);
    expect(error?.message).toMatch(/\S/);
    expect(error?.message).not.toMatch(/\bdrive\b/);
    // The same of a drive, by default.
    const ofDrive = replyError(reply, inquiry(), { device: '/dev/sg1' });
    expect(ofDrive?.message).not.toMatch(/\blibrary\b/);
  });

  it.each(['ENOENT', 'ENXIO', 'EIO', 'ERR_LTO_CLOSED'])('%s', (code) => {
    const cause = Object.assign(new Error(code), { code, errno: -1, syscall: 'open' });
    const error = fromSystemError(cause, { device: '/dev/sg9', operation: 'open' }, 'library');
    expect(error).toBeInstanceOf(LtoError);
    expect((error as LtoError).message).not.toMatch(/\bdrive\b/);
  });

  it('when it is held by somebody, and once it is closed', async () => {
    const folder = await newLibraryFolder();
    const library = await TapeLibrary.open(`virtual:${folder}`);
    await expect(VirtualLibrary.open(folder)).rejects.toThrow('holds the library');
    await library.close();
    await expect(library.identity()).rejects.toThrow('the library was closed');
    await expect(library.audit()).rejects.toThrow('the library was closed');
  });
});
