import { describe, expect, it } from 'vitest';
import {
  CONTROL_DATA_PROTECTION,
  decodeExtendedInquiry,
  decodeModePage,
  decodeModeParameters,
  decodeProtectionMethods,
  encodeModePage,
  encodeModeParameters,
  inquiry,
  modeSelect10,
  modeSense10,
  PROTECTION_NAMES,
  type ProtectionName,
  protectionCode,
  protectionInformation,
  read6,
  rewind,
  testUnitReady,
  VERIFY_6,
  VPD_PAGES,
  verifyFilemarks,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import { commandWithoutData } from '../../src/scsi/wire/cdb.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, outcome, pattern, send, where } from './support.js';

const { page, subpage } = CONTROL_DATA_PROTECTION;
const RECORD = pattern(1000, 1);

function setting(method: number, more: object = {}) {
  const values = {
    method,
    informationLength: method === 0 ? 0 : 4,
    onWrite: method !== 0,
    onRead: method !== 0,
    ...more,
  };
  const bytes = encodeModePage(CONTROL_DATA_PROTECTION, values);
  const pages = [{ pageCode: page, subpageCode: subpage, bytes }];
  return modeSelect10({
    data: encodeModeParameters({ mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0, pages }, 10),
  });
}

async function readBack(drive: VirtualDrive, nexus?: string) {
  const { cdb } = modeSense10({ pageCode: page, subpageCode: subpage });
  const { dataIn } = await drive.execute(cdb, { nexus });
  const [first] = decodeModeParameters(dataIn, 10).pages;
  return decodeModePage(CONTROL_DATA_PROTECTION, first?.bytes ?? new Uint8Array());
}

const guarded = (name: ProtectionName, data: Uint8Array) => Buffer.concat([data, protectionInformation(name, data)]);

async function protectedDrive(name: ProtectionName, generation = 8): Promise<VirtualDrive> {
  const drive = await newDrive({ generation });
  expect(await outcome(send(drive, setting(protectionCode(name))))).toBe('good');
  return drive;
}

describe('what a drive offers', () => {
  it.each([
    [5, [1]],
    [6, [1]],
    [7, [1, 2]],
    [9, [1, 2]],
  ])('LTO-%i', async (generation, methods) => {
    const drive = await newDrive({ generation });
    const told = await send(drive, inquiry({ vpdPage: VPD_PAGES.extendedInquiry }));
    expect(decodeExtendedInquiry(told.dataIn).supportedProtectionType).toBe(1);
    const { dataIn } = await send(drive, inquiry({ vpdPage: VPD_PAGES.logicalBlockProtection }));
    expect(decodeProtectionMethods(dataIn)).toEqual(
      methods.map((method) => ({
        method,
        informationLength: 4,
        onWrite: true,
        onRead: true,
        recoverBufferedData: true,
      })),
    );
    expect(await outcome(send(drive, setting(2)))).toBe(methods.includes(2) ? 'good' : '5/26/00');
  });
});

describe('the mode page', () => {
  it('is off at first, and reads back as it was set, for its nexus alone', async () => {
    const drive = await newDrive();
    const off = { method: 0, informationLength: 0, onWrite: false, onRead: false, onRecoverBufferedData: false };
    expect(await readBack(drive)).toEqual(off);
    await drive.execute(testUnitReady().cdb, { nexus: 'other' });
    await send(drive, setting(2));
    expect(await readBack(drive)).toEqual({ ...off, method: 2, informationLength: 4, onWrite: true, onRead: true });
    expect(await outcome(drive.execute(testUnitReady().cdb, { nexus: 'other' }))).toBe('6/2a/01');
    expect(await readBack(drive, 'other')).toEqual(off);
    await send(drive, setting(0));
    expect(await readBack(drive)).toEqual(off);
  });

  it('is off again after a reset', async () => {
    const drive = await protectedDrive('crc32c');
    await drive.reset();
    await send(drive, testUnitReady());
    expect((await readBack(drive)).method).toBe(0);
  });

  it('takes no method that there is not, and no other length', async () => {
    const drive = await newDrive();
    expect(await outcome(send(drive, setting(3)))).toBe('5/26/00');
    expect(await outcome(send(drive, setting(2, { informationLength: 8 })))).toBe('5/26/00');
    expect((await readBack(drive)).method).toBe(0);
  });
});

describe.each(PROTECTION_NAMES)('%s', (name) => {
  it('is checked and taken off what is written, and put on what is read', async () => {
    const drive = await protectedDrive(name);
    expect(await outcome(send(drive, write6({ data: guarded(name, RECORD) })))).toBe('good');
    await send(drive, rewind());
    const { dataIn } = await send(drive, read6({ length: 1004 }));
    expect(Buffer.from(dataIn)).toEqual(guarded(name, RECORD));
    // On the medium there is the record alone.
    await send(drive, setting(0));
    await send(drive, rewind());
    const plain = await send(drive, read6({ length: 1000 }));
    expect(Buffer.from(plain.dataIn)).toEqual(Buffer.from(RECORD));
  });

  it('keeps a record from tape that does not fit it', async () => {
    const drive = await protectedDrive(name);
    await send(drive, write6({ data: guarded(name, RECORD) }));
    expect(await outcome(send(drive, write6({ data: RECORD })))).toBe('4/10/01 residual 1000');
    expect(await where(drive)).toEqual([1, 0]);
    expect(await outcome(send(drive, write6({ data: new Uint8Array(4) })))).toBe('5/24/00');
  });

  it('counts in the length of a read', async () => {
    const drive = await protectedDrive(name);
    await send(drive, write6({ data: guarded(name, RECORD) }));
    await send(drive, rewind());
    expect(await outcome(send(drive, read6({ length: 2000 })))).toBe('0/00/00 ILI residual 996');
    await send(drive, rewind());
    for (const length of [1002, 1000, 500]) {
      const answer = await send(drive, read6({ length }));
      expect(await outcome(answer)).toBe(`0/00/00 ILI residual ${length - 1004}`);
      expect(Buffer.from(answer.dataIn)).toEqual(guarded(name, RECORD).subarray(0, length));
      await send(drive, rewind());
    }
  });
});

describe('a flipped bit', () => {
  it('of what is written is found by the drive, and the record is not on tape', async () => {
    const drive = await protectedDrive('crc32c');
    drive.faults = [{ command: 'WRITE(6)', times: 1, outcome: { flip: 'wire' } }];
    const data = guarded('crc32c', RECORD);
    const before = Buffer.from(data);
    expect(await outcome(send(drive, write6({ data })))).toBe('4/10/01 residual 1004');
    expect(data).toEqual(before);
    expect(await outcome(send(drive, write6({ data })))).toBe('good');
    expect(await where(drive)).toEqual([1, 0]);
  });

  it('of what is written without protection goes onto the tape unseen', async () => {
    const drive = await newDrive();
    drive.faults = [{ command: 'WRITE(6)', times: 1, outcome: { flip: 'wire' } }];
    expect(await outcome(send(drive, write6({ data: RECORD })))).toBe('good');
    await send(drive, rewind());
    const { dataIn } = await send(drive, read6({ length: 1000 }));
    expect(Buffer.from(dataIn).equals(RECORD)).toBe(false);
  });

  it('of what is read is left to the host to find', async () => {
    const drive = await protectedDrive('crc32c');
    await send(drive, write6({ data: guarded('crc32c', RECORD) }));
    await send(drive, rewind());
    drive.faults = [{ command: 'READ(6)', times: 1, outcome: { flip: 'wire' } }];
    const { dataIn, status } = await send(drive, read6({ length: 1004 }));
    expect(status).toBe(0);
    expect(Buffer.from(dataIn).equals(guarded('crc32c', RECORD))).toBe(false);
  });

  it('on the medium is told as a failed guard check, or as a read error', async () => {
    const drive = await protectedDrive('crc32c');
    for (let i = 0; i < 2; i += 1) await send(drive, write6({ data: guarded('crc32c', RECORD) }));
    await send(drive, rewind());
    drive.faults = [{ atObject: 0, outcome: { flip: 'medium' } }];
    expect(await outcome(send(drive, read6({ length: 1004 })))).toBe('3/10/01 residual 1004');
    expect(await where(drive)).toEqual([1, 0]);
    await send(drive, setting(0));
    await send(drive, rewind());
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('3/11/00 residual 1000');
  });
});

describe('VERIFY(6)', () => {
  const verify = (values: object) => commandWithoutData(VERIFY_6, values);

  async function recorded(): Promise<VirtualDrive> {
    const drive = await newDrive();
    for (const seed of [1, 2]) {
      for (let i = 0; i < 3; i += 1) await send(drive, write6({ data: pattern(100, seed) }));
      await send(drive, writeFilemarks6({ count: 1 }));
    }
    await send(drive, rewind());
    return drive;
  }

  it('goes over a file, to the end of the data, and over blocks, without a transfer', async () => {
    const drive = await recorded();
    const answer = await send(drive, verifyFilemarks(1));
    expect([await outcome(answer), answer.dataIn.length]).toEqual(['good', 0]);
    expect(await where(drive)).toEqual([4, 1]);
    expect(await outcome(send(drive, verify({ toEndOfData: true })))).toBe('good');
    expect(await where(drive)).toEqual([8, 2]);
    expect(await outcome(send(drive, verifyFilemarks(1)))).toBe('8/00/05 residual 1');
    await send(drive, rewind());
    expect(await outcome(send(drive, verify({ verificationLength: 100 })))).toBe('good');
    expect(await outcome(send(drive, verify({ verificationLength: 120 })))).toBe('0/00/00 ILI residual 20');
    expect(await outcome(send(drive, verify({ verificationLength: 100 })))).toBe('good');
    expect(await outcome(send(drive, verify({ verificationLength: 100 })))).toBe('0/00/01 FM residual 100');
    expect(await outcome(send(drive, verify({ byteCompare: true })))).toBe('5/24/00');
  });

  it('stops behind a block that is no longer what was recorded', async () => {
    const drive = await recorded();
    drive.faults = [{ command: 'VERIFY(6)', times: 1, outcome: { flip: 'medium' } }];
    expect(await outcome(send(drive, verifyFilemarks(2)))).toBe('3/11/00 residual 2');
    expect(await where(drive)).toEqual([1, 0]);
    expect(await outcome(send(drive, verifyFilemarks(2)))).toBe('good');
  });
});
