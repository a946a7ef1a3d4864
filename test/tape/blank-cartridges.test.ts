import { describe, expect, it } from 'vitest';
import { BeginningOfPartitionError, EndOfDataError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Trait } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

// A cartridge that was never written, in a drive that answers spacing back at the beginning as the standard says, and in
// one that answers BLANK CHECK.

describe.each<[string, readonly Trait[]]>([
  ['NO SENSE', []],
  ['BLANK CHECK', ['blank-check-at-beginning']],
])('a cartridge that was never written, where going back is answered %s', (_, traits) => {
  const newDevice = async () =>
    `virtual:${await newDriveFolder({ cartridge: { barcode: 'NEVER1L8', capacityBytes: 64e6 }, traits })}`;

  it('begins and ends where it stands, and nothing is asked of the drive for that', async () => {
    await using drive = await TapeDrive.open(await newDevice());
    await drive.rewind();
    await expect(drive.spaceRecords(-1)).rejects.toBeInstanceOf(BeginningOfPartitionError);
    await expect(drive.spaceFiles(-1)).rejects.toBeInstanceOf(BeginningOfPartitionError);
    await expect(collect(drive.createReadStream())).rejects.toBeInstanceOf(EndOfDataError);
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'blank', fileNumber: 0 });
    expect(await drive.writeFile([testData(1000)])).toMatchObject({ fileNumber: 0 });
  });

  it('holds no data for a provider, and is initialised', async () => {
    const provider = new LtoProvider({ devicePath: await newDevice() });
    try {
      expect(await provider.checkExistingData()).toMatchObject({ hasData: false });
      await provider.initializeMedia('NEVER1L8');
      expect(await provider.checkExistingData()).toMatchObject({ hasData: false });
    } finally {
      await provider.close();
    }
  });
});
