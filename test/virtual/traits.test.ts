import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import {
  decodeAttributeValues,
  decodeLogPage,
  inquiry,
  logSense,
  mamValues,
  modeSense10,
  read6,
  readAttribute,
  readPosition,
  rewind,
  type ScsiCommand,
  securityProtocolIn,
  space6,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import { createVirtualDrive, type Trait, type VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send, temporaryFolder } from './support.js';

const KIB = 1024;
const RECORD = write6({ data: pattern(100, 1) });

function driveWith(trait: Trait, capacityBytes = 64 * KIB): Promise<VirtualDrive> {
  return newDrive({ traits: [trait], earlyWarningBytes: 8 * KIB, cartridge: { capacityBytes } });
}

/** Writes records until one is refused. */
async function fill(drive: VirtualDrive, length: number): Promise<{ sense: Uint8Array; outcomes: string[] }> {
  const outcomes: string[] = [];
  for (;;) {
    const answer = await send(drive, write6({ data: pattern(length, 1) }));
    outcomes.push(await outcome(answer));
    if (outcomes.at(-1)?.startsWith('d/')) return { sense: answer.sense, outcomes };
  }
}

it('are kept with the drive, and only those that there are', async () => {
  const folder = await newDriveFolder({ traits: ['transfer-limit=512K', 'small-early-warning'] });
  expect((await openDrive(folder)).transferLimit).toBe(512 * KIB);
  expect((await newDrive()).transferLimit).toBeUndefined();
  const unknown = createVirtualDrive(await temporaryFolder(), { traits: ['transfer-limit=3K' as Trait] });
  await expect(unknown).rejects.toThrow(InvalidArgumentError);
});

it('blank-check-at-beginning: the bytes that one emulator sends', async () => {
  const drive = await driveWith('blank-check-at-beginning');
  const { sense } = await send(drive, space6({ code: 'objects', count: -1 }));
  // Its additional length is 58h: it sends 96 bytes of sense.
  expect(Buffer.from(sense.subarray(0, 7)).toString('hex')).toBe('f0000800000000');
  expect([...sense.subarray(12, 14)]).toEqual([0x00, 0x05]);
});

it('overflow-without-residual: early warning as ever, then a residual of 0 for a record that is not there', async () => {
  const drive = await driveWith('overflow-without-residual');
  const { sense, outcomes } = await fill(drive, KIB);
  expect(outcomes).toContain('0/00/02 EOM residual 0');
  expect(Buffer.from(sense.subarray(0, 7)).toString('hex')).toBe('f0004d00000000');
  const { dataIn } = await send(drive, readPosition('short'));
  expect(Buffer.from(dataIn).readUInt32BE(4)).toBe(outcomes.length - 1);
  expect((dataIn[0] ?? 0) & 0x40).toBe(0x40);
});

it('bop-at-block-1: in the short form only', async () => {
  const drive = await driveWith('bop-at-block-1');
  await send(drive, writeFilemarks6({ count: 1 }));
  expect((await send(drive, readPosition('short'))).dataIn[0]).toSatisfy((flags: number) => (flags & 0x80) !== 0);
  expect((await send(drive, readPosition('long'))).dataIn[0]).toSatisfy((flags: number) => (flags & 0x80) === 0);
  await send(drive, RECORD);
  expect((await send(drive, readPosition('short'))).dataIn[0]).toSatisfy((flags: number) => (flags & 0x80) === 0);
});

it('unknown-marks: all ones or all ones but the last bit, in counters and partition records', async () => {
  const drive = await driveWith('unknown-marks');
  const values = async (page: number) => {
    const { parameters } = decodeLogPage((await send(drive, logSense(page))).dataIn);
    return new Map(parameters.map(({ code, value }) => [code, Buffer.from(value).toString('hex')]));
  };
  const volume = await values(0x17);
  expect([volume.get(0x01), volume.get(0x10), volume.get(0x16)]).toEqual(['fffffffe', 'f'.repeat(16), 'ffffffff']);
  expect(volume.get(0x202)).toBe('07000000ffffffff');
  expect(volume.get(0)).toBe('01');
  expect((await values(0x31)).get(1)).toBe('fffffffe');
  expect((await values(0x0c)).get(4)).toMatch(/^f+$/);
  expect([volume.get(0x18), volume.get(0x19)]).toEqual(['ffffffff', 'fe']);
  const memory = decodeAttributeValues((await send(drive, readAttribute())).dataIn);
  const attribute = (wanted: number) => memory.attributes.find(({ id }) => id === wanted)?.bytes ?? [];
  expect([0x0003, 0x0220].map((id) => Buffer.from(attribute(id)).toString('hex'))).toEqual([
    'fffffffffffffffe',
    'ffffffffffffffff',
  ]);
  expect(mamValues(memory.attributes)).not.toHaveProperty('loadCount');
  expect(mamValues(memory.attributes)).toHaveProperty('maximumCapacity');
});

it('short-lengths: four bytes fewer than there are, but in lists of single bytes', async () => {
  const drive = await driveWith('short-lengths');
  const lengthOf = async (command: ScsiCommand, at: number) => {
    const bytes = Buffer.from((await send(drive, command)).dataIn);
    return bytes.length - (bytes.readUInt16BE(at) + at + 2);
  };
  expect(await lengthOf(inquiry({ vpdPage: 0x83 }), 2)).toBe(4);
  expect(await lengthOf(inquiry({ vpdPage: 0x80 }), 2)).toBe(0);
  expect(await lengthOf(logSense(0x17), 2)).toBe(4);
  expect(await lengthOf(logSense(0), 2)).toBe(0);
  expect(await lengthOf(modeSense10({ pageCode: 0x3f }), 0)).toBe(4);
  expect(await lengthOf(securityProtocolIn(0x10), 2)).toBe(4);
});

it('the early-warning zone is as large as the trait has it', async () => {
  const small = await driveWith('small-early-warning', 4 * KIB * KIB);
  const warned = (await fill(small, 64 * KIB)).outcomes.filter((what) => what.startsWith('0/00/02'));
  expect(warned.length).toBeGreaterThanOrEqual(31);
  expect(warned.length).toBeLessThanOrEqual(32);
  const absent = await driveWith('no-early-warning');
  expect(new Set((await fill(absent, KIB)).outcomes.slice(0, -1))).toEqual(new Set(['good']));
});

it('attention-in-file: told once at a place, and what is sent again is carried out', async () => {
  const drive = await driveWith('attention-in-file');
  const outcomes: string[] = [];
  const give = async (command = RECORD) => {
    outcomes.push(await outcome(send(drive, command)));
  };
  for (let i = 0; i < 22; i += 1) await give();
  expect(outcomes.filter((what) => what !== 'good')).toEqual(['6/2a/01', '6/2a/10', '6/3f/0e']);
  expect(outcomes.indexOf('6/2a/01')).toBe(3);
  await send(drive, rewind());
  for (let i = 0; i < 4; i += 1) await give(read6({ length: 100 }));
  expect(outcomes.slice(-4)).toEqual(['good', 'good', 'good', '6/2a/01']);
});
