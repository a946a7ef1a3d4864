import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import type { RawCommand } from '../../src/device/raw-command.js';
import { DriveBusyError, InvalidArgumentError, LtoError, PositionLostError } from '../../src/errors/index.js';
import { inquiry } from '../../src/scsi/commands/primary.js';
import { decodeTapeAlert, TAPE_ALERT } from '../../src/scsi/log/tape-alert.js';
import { closed } from '../../src/streams/closed.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { newDriveFolder } from '../virtual/support.js';

async function newDrive() {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const drive = TapeDrive.onTransport(transport);
  onTestFinished(() => drive.close());
  return { drive, virtual: transport.drive };
}

const cdb = (...bytes: number[]) =>
  Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0]).subarray(0, Math.max(6, bytes.length));
const none = (...bytes: number[]): RawCommand => ({ cdb: cdb(...bytes), direction: 'none' });
const INQUIRY: RawCommand = { cdb: inquiry().cdb, direction: 'in', allocationLength: 36 };
const REWIND = none(0x01);

it('sends a query, and gives the answer as it is', async () => {
  const { drive } = await newDrive();
  const { status, sense, data } = await drive.scsi(INQUIRY);
  expect({ status, sense }).toEqual({ status: 0, sense: undefined });
  expect(data).toHaveLength(36);
  expect(data[0]).toBe(1);
});

it('gives CHECK CONDITION as an answer, with the sense decoded', async () => {
  const { drive } = await newDrive();
  const reply = await drive.scsi(none(0xc0, 0, 0, 0, 0, 0));
  expect(reply).toMatchObject({ status: 2, sense: { key: 5, asc: 0x20, ascq: 0 } });
});

it('takes notice of a unit attention that a raw query was answered with', async () => {
  const { drive, virtual } = await newDrive();
  const { mediumEpoch } = drive;
  await virtual.reset();
  expect((await drive.scsi(none(0x00))).sense).toMatchObject({ key: 6, asc: 0x29 });
  expect(drive.mediumEpoch).toBe(mediumEpoch + 1);
});

it.each([
  ['FORMAT MEDIUM', 0x04, 6],
  ['WRITE(6)', 0x0a, 6],
  ['SET CAPACITY', 0x0b, 6],
  ['WRITE FILEMARKS(6)', 0x10, 6],
  ['ERASE(6)', 0x19, 6],
  ['WRITE FILEMARKS(16)', 0x80, 16],
  ['ALLOW OVERWRITE', 0x82, 16],
  ['EXTENDED COPY', 0x83, 16],
  ['WRITE(16)', 0x8a, 16],
  ['ERASE(16)', 0x93, 16],
  ['COPY', 0x18, 6],
  ['COPY AND VERIFY', 0x3a, 10],
])('%s does not pass the write gate', async (name, code, length) => {
  const { drive, virtual } = await newDrive();
  const sent: number[] = [];
  const execute = virtual.execute.bind(virtual);
  virtual.execute = (bytes, data) => {
    sent.push(bytes[0] ?? -1);
    return execute(bytes, data);
  };
  const command = Uint8Array.from({ length }, (_, i) => (i === 0 ? code : 0));
  const attempt = drive.scsi({ cdb: command, direction: 'out', dataOut: new Uint8Array(512) });
  await expect(attempt).rejects.toThrow(InvalidArgumentError);
  await expect(attempt).rejects.toThrow(name);
  expect(sent).not.toContain(code);
});

it('takes nothing for known after a command that is no plain query, until a rewind', async () => {
  const { drive } = await newDrive();
  await drive.writeFile([Buffer.alloc(1000)]);
  const { mediumEpoch } = drive;
  expect((await drive.scsi(REWIND)).status).toBe(0);
  expect(drive.mediumEpoch).toBe(mediumEpoch + 1);
  expect((await drive.status()).fileNumber).toBeUndefined();
  // At the beginning of the tape a file would be lost: nothing is written there.
  await expect(drive.writeFile([Buffer.alloc(10)], { position: 'overwrite' })).rejects.toThrow(PositionLostError);
  await drive.rewind();
  expect((await drive.verifyFile(0)).bytes).toBe(1000);
});

it('sends only plain queries while a stream is open, and waits for a motion', async () => {
  const { drive } = await newDrive();
  await drive.writeFile([Buffer.alloc(1000)]);
  const rewinding = drive.rewind();
  expect((await drive.scsi(REWIND)).status).toBe(0);
  await rewinding;
  await drive.rewind();
  const stream = drive.createReadStream({ fileNumber: 0 });
  expect((await drive.scsi(INQUIRY)).status).toBe(0);
  await expect(drive.scsi(REWIND)).rejects.toThrow(DriveBusyError);
  stream.destroy();
  await closed(stream);
});

it('is not sent when its signal is aborted', async () => {
  const { drive } = await newDrive();
  const reason = new Error('enough');
  const { mediumEpoch } = drive;
  for (const command of [INQUIRY, REWIND]) {
    await expect(drive.scsi(command, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  }
  expect(drive.mediumEpoch).toBe(mediumEpoch);
});

it.each([
  [undefined],
  [null],
  ['12 00'],
  [{}],
  [{ cdb: '120000002400', direction: 'none' }],
  [{ cdb: new Uint8Array(0), direction: 'none' }],
  [{ cdb: new Uint8Array(10), direction: 'none' }],
  [{ cdb: Uint8Array.from({ length: 33 }, () => 0x7f), direction: 'none' }],
  [{ cdb: new Uint8Array(6) }],
  [{ cdb: new Uint8Array(6), direction: 'both' }],
  [{ cdb: new Uint8Array(6), direction: 'in' }],
  [{ cdb: new Uint8Array(6), direction: 'in', allocationLength: -1 }],
  [{ cdb: new Uint8Array(6), direction: 'in', allocationLength: 2 ** 24 + 1 }],
  [{ cdb: new Uint8Array(6), direction: 'in', allocationLength: Number.NaN }],
  [{ cdb: new Uint8Array(6), direction: 'out' }],
  [{ cdb: new Uint8Array(6), direction: 'out', dataOut: 'text' }],
  [{ cdb: new Uint8Array(6), direction: 'out', dataOut: new Uint8Array(0) }],
  [{ cdb: new Uint8Array(6), direction: 'none', timeoutMs: 0 }],
  [{ cdb: new Uint8Array(6), direction: 'none', timeoutMs: 1e12 }],
])('%o is no command', async (command) => {
  const { drive } = await newDrive();
  await expect(drive.scsi(command as RawCommand)).rejects.toThrow(InvalidArgumentError);
});

it('ends in an answer or a typed error, whatever is sent, and loses no file by it', async () => {
  const { drive } = await newDrive();
  await drive.writeFile([Buffer.alloc(1000, 7)]);
  const before = await drive.verifyFile(0);
  const data = fc.uint8Array({ maxLength: 64 });
  const command = fc.record({
    cdb: fc.oneof(data, fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
    direction: fc.constantFrom('none', 'in', 'out'),
    allocationLength: fc.oneof(fc.nat(4096), fc.constant(Number.NaN)),
    dataOut: data,
    timeoutMs: fc.option(fc.nat(10_000), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(command, async (raw) => {
      const reply = await drive.scsi(raw as RawCommand).catch((error: unknown) => error);
      if (reply instanceof Error) expect(reply).toBeInstanceOf(LtoError);
      else expect(reply).toMatchObject({ status: expect.any(Number), data: expect.any(Uint8Array) });
    }),
    { numRuns: 300 },
  );
  await drive.load();
  await drive.rewind();
  expect((await drive.verifyFile(0)).checksum).toBe(before.checksum);
});

it('reads any log page and mode page, undefined for one that the drive does not have', async () => {
  const { drive } = await newDrive();
  const codes = (await drive.logPages()) ?? [];
  expect(codes.length).toBeGreaterThan(10);
  for (const { page, subpage } of codes) expect(await drive.logPage(page, subpage)).toMatchObject({ page, subpage });
  expect((await drive.logPage(0x17))?.parameters.length).toBeGreaterThan(3);
  expect(await drive.logPage(0x3f)).toBeUndefined();
  expect((await drive.modePage(0x0f))?.bytes.length).toBe(16);
  expect(await drive.modePage(0x10, 1)).toMatchObject({ pageCode: 0x10, subpageCode: 1 });
  expect(await drive.modePage(0x3e)).toBeUndefined();
  for (const wrong of [-1, 0x40, 0x3fff, 1.5, Number.NaN, '2e', null]) {
    await expect(drive.logPage(wrong as number)).rejects.toThrow(InvalidArgumentError);
    await expect(drive.modePage(wrong as number)).rejects.toThrow(InvalidArgumentError);
    await expect(drive.logPage(0x17, wrong === 0x40 ? 255 : (wrong as number))).rejects.toThrow(InvalidArgumentError);
  }
});

it('keeps the TapeAlert flags that reading their page has cleared', async () => {
  const { drive, virtual } = await newDrive();
  virtual.faults = [{ command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
  await drive.readiness().catch(() => undefined);
  const page = await drive.logPage(TAPE_ALERT.page);
  const flags = page ? decodeTapeAlert(page).map(({ flag }) => flag) : [];
  expect(flags).not.toEqual([]);
  const again = await drive.logPage(TAPE_ALERT.page);
  expect(again && decodeTapeAlert(again)).toEqual([]);
  // A drive without page 12.
  virtual.faults = [{ command: 'LOG SENSE', times: 1, outcome: { sense: { key: 5, asc: 0x24, ascq: 0 } } }];
  const alerts = await drive.alerts();
  expect(alerts?.source).toBe('log page 2E');
  expect(alerts?.flags.map(({ flag }) => flag)).toEqual(flags);
});

it('a diagnostic that may write on the medium is not sent', async () => {
  const { drive } = await newDrive();
  for (const flags of [0x01, 0x05, 0x13]) {
    await expect(drive.scsi(none(0x1d, flags))).rejects.toThrow(/SEND DIAGNOSTIC with UNITOFFL may destroy data/);
  }
  expect((await drive.scsi(none(0x1d, 0x04))).status).toBeTypeOf('number');
});

it.each(['text', 5, {}, null, { aborted: false, addEventListener() {}, removeEventListener() {} }])(
  '%o is no signal',
  async (wrong) => {
    const { drive } = await newDrive();
    const signal = wrong as unknown as AbortSignal;
    const { mediumEpoch } = drive;
    for (const command of [INQUIRY, REWIND]) {
      await expect(drive.scsi(command, { signal })).rejects.toThrow(InvalidArgumentError);
    }
    await expect(drive.rewind({ signal })).rejects.toThrow(InvalidArgumentError);
    await expect(drive.confirmPosition({ signal })).rejects.toThrow(InvalidArgumentError);
    await expect(drive.encryption.disable({ signal })).rejects.toThrow(InvalidArgumentError);
    expect(drive.mediumEpoch).toBe(mediumEpoch);
  },
);

it('believes the memory, and asks an object of the caller once', async () => {
  const { drive, virtual } = await newDrive();
  const sent: Uint8Array[] = [];
  const execute = virtual.execute.bind(virtual);
  virtual.execute = (bytes, data) => {
    sent.push(bytes);
    return execute(bytes, data);
  };
  class Liar extends Uint8Array {
    override get length() {
      return 6;
    }
    override *[Symbol.iterator](): ArrayIterator<number> {
      yield* [...Buffer.alloc(300)];
    }
  }
  await expect(drive.scsi({ cdb: new Liar(300), direction: 'none' })).rejects.toThrow(InvalidArgumentError);
  expect((await drive.scsi({ ...INQUIRY, cdb: new Liar(INQUIRY.cdb) } as RawCommand)).data).toHaveLength(36);
  const shared = new Uint8Array(new SharedArrayBuffer(6));
  expect((await drive.scsi({ cdb: shared, direction: 'none' })).status).toBe(0);
  const detached = new Uint8Array(6);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  await expect(drive.scsi({ cdb: detached, direction: 'none' })).rejects.toThrow(InvalidArgumentError);
  expect(sent.map(({ length }) => length)).toEqual([6, 6]);
  let asked = 0;
  const changing = {
    ...INQUIRY,
    get timeoutMs() {
      asked += 1;
      return 1000 * asked;
    },
  };
  await drive.scsi(changing);
  expect(asked).toBe(1);
});
