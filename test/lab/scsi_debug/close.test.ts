import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { MtOperation } from '../../../src/transport/mtio.js';
import { collect, testData } from '../../conformance/conformance.js';
import { openDevice, slab } from '../../native/addon.js';
import { command } from '../command.js';

// What close(2) of a node of st says behind a reset, and what TapeDrive.close() makes of it.

const { EIO } = os.errno;
const RECORD = 16 * 1024;
const CLOSE_FAILED = { errno: -EIO, syscall: 'close' };

async function openNode(flags = constants.O_RDWR) {
  const node = await openDevice('/dev/nst0', flags | constants.O_NONBLOCK);
  onTestFinished(() => node.close().catch(() => undefined));
  await node.mtOp(MtOperation.MTREW, 1, 0);
  return node;
}

const reset = () => command('sg_reset', '--device', '/dev/sg0');

it.each([
  ['nothing was done', constants.O_RDONLY, async () => undefined],
  [
    'a file was written and ended',
    constants.O_RDWR,
    async (node: Awaited<ReturnType<typeof openNode>>) => {
      await node.writeRecords(slab(RECORD), RECORD, 1, 0);
      await node.mtOp(MtOperation.MTWEOF, 1, 0);
    },
  ],
  [
    'records were written',
    constants.O_RDWR,
    async (node: Awaited<ReturnType<typeof openNode>>) => {
      await node.writeRecords(slab(RECORD), RECORD, 1, 0);
    },
  ],
])('st answers EIO once a command of its own has met the unit attention, where %s', async (_, flags, work) => {
  const node = await openNode(flags);
  await work(node);
  await reset();
  await node.mtPos(0).catch(() => undefined);
  await expect(node.close()).rejects.toMatchObject(CLOSE_FAILED);
  // The node is closed all the same: only one program at a time has it.
  await (await openNode()).close();
});

it.each([{ readOnly: true }, { readOnly: false }])(
  'a drive that wrote nothing closes without an error: %o',
  async (options) => {
    const writer = await TapeDrive.open('/dev/nst0');
    await writer.rewind();
    const receipt = await writer.writeFile([testData(4 * RECORD)], { position: 'overwrite', recordSize: RECORD });
    await writer.close();
    const drive = await TapeDrive.open('/dev/nst0', options);
    await reset();
    await drive.close();
    await using again = await TapeDrive.open('/dev/nst0');
    await again.rewind();
    expect((await collect(again.createReadStream({ fileNumber: 0 }))).length).toBe(receipt.bytes);
  },
);
