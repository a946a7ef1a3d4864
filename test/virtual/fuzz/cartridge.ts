import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { locate16 } from '../../../src/scsi/commands/position.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { PERSISTENT_RESERVE_OUT_ACTION, persistentReserveOut } from '../../../src/scsi/commands/reservation.js';
import { read6, write6, writeFilemarks6 } from '../../../src/scsi/commands/transfer.js';
import { VirtualDrive } from '../../../src/virtual/index.js';
import { newDriveFolder, outcome, pattern, send } from '../support.js';
import { parseTap } from '../tap-parser.js';

const RECORDS = 8;
const RECORD_BYTES = 3000;
const CARTRIDGE = 'FUZZ01LX';
const CAPACITY = 4_000_000;

/** A drive with a file on a WORM cartridge: whatever is sent, nobody has leave to change the file. */
export async function driveWithFile(): Promise<string> {
  const folder = await newDriveFolder({ cartridge: { barcode: CARTRIDGE, worm: true, capacityBytes: CAPACITY } });
  const drive = await VirtualDrive.open(folder);
  await send(drive, testUnitReady());
  for (let record = 0; record < RECORDS; record += 1) {
    expect(await outcome(send(drive, write6({ data: pattern(RECORD_BYTES, record) })))).toBe('good');
  }
  expect(await outcome(send(drive, writeFilemarks6({ count: 1 })))).toBe('good');
  await drive.close();
  return folder;
}

/** The file is as it was written, for the drive and for another reader of the image. */
export async function expectFileIntact(folder: string): Promise<void> {
  const drive = await VirtualDrive.open(folder);
  try {
    await release(drive);
    if (drive.cartridge === undefined) await drive.insert(CARTRIDGE);
    await send(drive, { ...read6({ length: 0 }), cdb: Uint8Array.of(0x1b, 0, 0, 0, 1, 0) });
    await drive.reset();
    for (let asked = 0; asked < 4; asked += 1) await send(drive, testUnitReady());
    expect(await outcome(send(drive, locate16({ destination: 'logicalObject', identifier: 0, partition: 0 })))).toBe(
      'good',
    );
    for (let record = 0; record < RECORDS; record += 1) {
      const { dataIn, ...answer } = await send(drive, read6({ length: RECORD_BYTES }));
      expect(await outcome({ ...answer, dataIn })).toBe('good');
      expect(Buffer.compare(dataIn, pattern(RECORD_BYTES, record))).toBe(0);
    }
  } finally {
    await drive.close();
  }
  const image = await readFile(join(folder, 'cartridges', CARTRIDGE, 'partition-0.tap'));
  expect(parseTap(image).length).toBeGreaterThan(RECORDS);
}

/** Takes away what may have been reserved. */
async function release(drive: VirtualDrive): Promise<void> {
  const { registerAndIgnoreExistingKey, clear } = PERSISTENT_RESERVE_OUT_ACTION;
  for (let asked = 0; asked < 8; asked += 1) await send(drive, testUnitReady());
  await send(drive, persistentReserveOut(registerAndIgnoreExistingKey, 0, { serviceActionKey: '0000000000000001' }));
  await send(drive, persistentReserveOut(clear, 0, { reservationKey: '0000000000000001' }));
}
