import { expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';

// FORMAT MEDIUM goes past the driver, which must know afterwards where the tape stands.

it('formats, and the driver goes on from the beginning', async () => {
  const drive = await TapeDrive.open('/dev/nst0');
  try {
    await drive.rewind();
    await drive.writeFile([Buffer.alloc(100_000)], { position: 'overwrite' });
    await drive.formatMedium({ confirm: 'erase everything' });
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
    expect((await drive.spaceToEndOfData()).end).toBe('blank');
    const receipt = await drive.writeFile([Buffer.alloc(100_000)]);
    expect(receipt.fileNumber).toBe(0);
  } finally {
    await drive.close();
  }
});
