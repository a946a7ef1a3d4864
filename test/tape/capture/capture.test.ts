import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../../src/backends/virtual/virtual-transport.js';
import { InvalidArgumentError } from '../../../src/errors/index.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { captureDrive, captureTransport } from '../../../src/tape/capture/capture-drive.js';
import { redact } from '../../../src/tape/capture/redact.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import type { DriveCapture } from '../../../src/virtual/capture/capture.js';
import { createVirtualDrive, type VirtualDriveOptions } from '../../../src/virtual/index.js';
import { testData } from '../../conformance/conformance.js';
import { newDriveFolder, temporaryFolder } from '../../virtual/support.js';

const NAMES = {
  barcode: 'SECRET1L6',
  owningHost: 'host.example',
  mediaPool: 'pool of mine',
  userMediumLabel: 'a label',
};

/** A drive with names in it, whose cartridge holds a file. */
async function namedDrive(options: VirtualDriveOptions = {}) {
  const folder = await newDriveFolder({
    generation: 6,
    serial: 'HU1234567890',
    vendor: 'HP',
    product: 'Ultrium 6-SCSI',
    cartridge: { barcode: 'SECRET1L6' },
    ...options,
  });
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const drive = TapeDrive.onTransport(transport);
  onTestFinished(() => drive.close());
  await drive.setAttributes(NAMES);
  await drive.writeFile([testData(100_000)]);
  return { drive, transport, folder };
}

/** A virtual drive that gives the captured reports. */
async function copyOf(capture: DriveCapture): Promise<{ readonly drive: TapeDrive; readonly device: string }> {
  const folder = join(await temporaryFolder(), 'copy');
  await createVirtualDrive(folder, { capture, generation: 6 });
  const device = `virtual:${folder}`;
  const drive = await TapeDrive.open(device);
  onTestFinished(() => drive.close());
  return { drive, device };
}

describe('a capture', () => {
  it('shows no name, in any reply', async () => {
    const { drive, transport } = await namedDrive();
    const serial = (await drive.mam())?.values.serialNumber ?? '';
    const names = ((await drive.identity()).names ?? []).filter(({ type }) => type === 'naa').map(({ name }) => name);
    expect(serial).toMatch(/^V/);
    const capture = await captureTransport(transport);
    const everything = capture.replies.map(({ data }) => data).join('|');
    for (const secret of [...Object.values(NAMES), 'HU1234567890', serial]) {
      expect(everything, secret).not.toContain(Buffer.from(secret).toString('hex'));
    }
    for (const name of names) expect(everything).not.toContain(name.toLowerCase());
  });

  it('moves, writes and clears nothing', async () => {
    const { drive, transport } = await namedDrive();
    const before = await drive.position();
    const sent: Uint8Array[] = [];
    const execute = transport.drive.execute.bind(transport.drive);
    transport.drive.execute = (cdb, data) => {
      sent.push(Uint8Array.from(cdb));
      return execute(cdb, data);
    };
    await captureTransport(transport);
    expect(await drive.position()).toEqual(before);
    const codes = new Set(sent.map(([code]) => code));
    for (const motion of [0x01, 0x08, 0x0a, 0x10, 0x11, 0x15, 0x19, 0x1b, 0x2b, 0x55, 0x8d, 0x91, 0x92, 0xb5]) {
      expect(codes, motion.toString(16)).not.toContain(motion);
    }
    expect(sent.filter((cdb) => cdb[0] === 0x4d && ((cdb[2] ?? 0) & 0x3f) === 0x2e)).toEqual([]);
  });

  it('is a drive that reports the same', async () => {
    const { drive, transport } = await namedDrive();
    const { drive: copy } = await copyOf(await captureTransport(transport));
    const { vendor, product, revision, wormCapable } = await drive.identity();
    expect(await copy.identity()).toMatchObject({
      vendor,
      product,
      revision,
      wormCapable,
      serialNumber: expect.stringMatching(/^X+\d+$/),
    });
    for (const report of [
      'settings',
      'densities',
      'blockLimits',
      'supportedCommands',
      'mediumFormat',
      'capacity',
    ] as const) {
      expect(await copy[report](), report).toEqual(await drive[report]());
    }
    expect(await copy.logPages()).toEqual(await drive.logPages());
    expect((await copy.health()).verdict).toBe((await drive.health()).verdict);
    const memory = (await copy.mam())?.values;
    expect(memory).toMatchObject({ lifetimeWritten: (await drive.mam())?.values.lifetimeWritten });
    expect(memory?.barcode).toMatch(/^X+\d$/);
  });

  it('has a tape of its own', async () => {
    const { transport } = await namedDrive();
    const { drive: copy } = await copyOf(await captureTransport(transport));
    await copy.writeFile([testData(1000)]);
    expect(await copy.verifyFile(0)).toMatchObject({ bytes: 1000 });
  });

  it('is made of a device by its name, and survives JSON', async () => {
    const { folder, drive } = await namedDrive();
    await drive.close();
    const capture = await captureDrive(`virtual:${folder}`);
    const { device } = await copyOf(JSON.parse(JSON.stringify(capture)));
    const provider = new LtoProvider({ devicePath: device, throttleMs: 0 });
    await expect(captureDrive(device)).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
    expect(provider.configuration.devicePath).toBe(device);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(captureDrive(`virtual:${folder}`, { signal })).rejects.toThrow('enough');
  });

  it.each([
    ['nothing', null],
    ['text', '{}'],
    ['another document', { format: 'x', version: 1 }],
    ['another version', { format: 'node-lto capture', version: 2, replies: [], maxTransfer: 1 }],
    [
      'a reply that is no hex',
      {
        format: 'node-lto capture',
        version: 1,
        maxTransfer: 1,
        replies: [{ command: 'INQUIRY', cdb: 'xy', status: 0, data: '', sense: '' }],
      },
    ],
    ['a reply that is null', { format: 'node-lto capture', version: 1, maxTransfer: 1, replies: [null] }],
  ])('cannot be %s', async (_, capture) => {
    const made = createVirtualDrive(join(await temporaryFolder(), 'x'), { capture: capture as never });
    await expect(made).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});

it('redaction keeps lengths and leaves no secret, wherever it is', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 12 });
  const secret = fc.string({ unit: fc.constantFrom(...'ABCDEFGH9'), minLength: 4, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.array(bytes), (secrets, gaps) => {
      const data = Buffer.concat(gaps.flatMap((gap, at) => [gap, Buffer.from(secrets[at % secrets.length] ?? '')]));
      const reply = { command: 'INQUIRY', cdb: '12', status: 0, data: data.toString('hex'), sense: '' };
      const [after] = redact(
        [reply],
        secrets.map((text) => Buffer.from(text)),
      );
      const told = Buffer.from(after?.data ?? '', 'hex').toString('latin1');
      expect(told).toHaveLength(data.length);
      for (const text of secrets) expect(told).not.toContain(text);
    }),
  );
});
