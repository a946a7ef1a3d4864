import { expect, it } from 'vitest';
import { readModeFields, sendModePage } from '../../src/device/mode-pages.js';
import { ProtectionError } from '../../src/errors/index.js';
import { CONTROL_DATA_PROTECTION } from '../../src/scsi/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { closed, testData } from '../conformance/conformance.js';
import { newPort, UNSUPPORTED } from './drives.js';

const RECORD = 64 * 1024;

it('leaves out no record because the drive does not protect any more', async () => {
  const { port } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([testData(40 * RECORD)], { recordSize: RECORD, protection: 'crc32c' });
  const stream = tape.createReadStream({
    fileNumber: 0,
    protection: 'crc32c',
    onBadRecord: 'skip',
    bufferBytes: 4 * RECORD,
  });
  const read = async () => {
    for await (const _ of stream) {
      await sendModePage(port, CONTROL_DATA_PROTECTION, () =>
        encodeModePage(CONTROL_DATA_PROTECTION, { method: 0, informationLength: 0, onWrite: false, onRead: false }),
      );
    }
  };
  await expect(read()).rejects.toThrow(/does not protect blocks by crc32c any more/);
  await closed(stream);
  expect(stream.skipped).toEqual([]);
  // Before the record that came without: it is read by whoever looks next.
  expect((await tape.position()).logicalObject).toBe(stream.bytesRead / RECORD);
});

it('takes a drive that does not tell any more for one that protects still', async () => {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  const data = testData(3 * RECORD);
  await tape.writeFile([data], { recordSize: RECORD, protection: 'crc32c' });
  drive.faults = [{ command: 'MODE SENSE(10)', outcome: UNSUPPORTED }];
  for (const protection of ['crc32c', 'auto', 'off'] as const) {
    await expect(tape.writeFile([data], { protection })).rejects.toThrow(ProtectionError);
    await expect(tape.verifyFile({ fileNumber: 0, protection })).rejects.toThrow(ProtectionError);
  }
  drive.faults = [];
  expect(await tape.verifyFile({ fileNumber: 0, protection: 'off' })).toMatchObject({ bytes: data.length });
  expect((await readModeFields(port, CONTROL_DATA_PROTECTION))?.method).toBe(0);
  await tape.close();
});
