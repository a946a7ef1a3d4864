import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { PositionMismatchError } from '../../src/errors/index.js';
import { locate10 } from '../../src/scsi/commands/position.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive } from '../../src/virtual/index.js';

const MIB = 1024 * 1024;

it('writes no filemark where another program has put the tape', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await createVirtualDrive(join(folder, 'drive'));
  const transport = await VirtualTransport.open({ device: 'drive', folder: join(folder, 'drive') });
  const drive = TapeDrive.onTransport(transport);
  await drive.rewind();
  await drive.writeFile([Buffer.alloc(MIB, 1)]);
  await drive.writeFile([Buffer.alloc(MIB, 2)]);
  const stream = drive.createWriteStream({ startThreshold: 0 });
  const failed = new Promise((resolve) => stream.once('error', resolve));
  stream.write(Buffer.alloc(4 * MIB, 3));
  while (stream.bytesWritten < 4 * MIB) await new Promise((resolve) => setTimeout(resolve, 5));
  // As a program does that has the sg node.
  await transport.drive.execute(locate10({ logicalObject: 2 }).cdb);
  stream.end();
  expect(await failed).toBeInstanceOf(PositionMismatchError);
  expect(stream.receipt).toBeUndefined();
  for (const fileNumber of [0, 1]) {
    let bytes = 0;
    for await (const chunk of drive.createReadStream({ fileNumber })) bytes += chunk.length;
    expect(bytes).toBe(MIB);
  }
  await drive.close();
});
