import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { changeModePage } from '../../src/device/mode-pages.js';
import { LtoError, MediumChangedError, MediumError, WriteProtectedError } from '../../src/errors/index.js';
import { writeLabel } from '../../src/provider/label/label.js';
import { formatMedium } from '../../src/scsi/commands/transfer.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { DEVICE_CONFIGURATION, DEVICE_CONFIGURATION_EXTENSION, WRITE_MODE } from '../../src/scsi/mode/pages.js';
import { permitWriting } from '../../src/tape/motion/write-permission.js';
import { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, VirtualDriveOptions } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

const RECORD = 64 * 1024;
const DATA = testData(3 * RECORD);
const CONFIRM = { confirm: 'erase everything' } as const;

/** A drive with three files of three records, and what its driver and the drive itself were asked for. */
async function newTape(options: VirtualDriveOptions = {}, appendOnly = false) {
  const folder = await newDriveFolder({ cartridge: { barcode: 'KEEP01L8' }, ...options });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder });
  const drive = TapeDrive.onTransport(transport);
  onTestFinished(() => drive.close());
  for (let file = 0; file < 3; file += 1) await drive.writeFile([DATA], { recordSize: RECORD });
  if (appendOnly) {
    // Behind the back of the handle, as another host would.
    await changeModePage(new DrivePort(transport), DEVICE_CONFIGURATION_EXTENSION, {
      writeMode: WRITE_MODE.appendOnly,
    });
  }
  const image = () => readFile(join(folder, 'cartridges', 'KEEP01L8', 'partition-0.tap'));
  return { drive, transport, image };
}

type Tape = Awaited<ReturnType<typeof newTape>>;

const DESTROYERS: Readonly<Record<string, (tape: Tape) => Promise<unknown>>> = {
  'writeFile over the first file': async ({ drive }) => {
    await drive.rewind();
    await drive.writeFile([DATA], { position: 'overwrite' });
  },
  'a stream over the second file': async ({ drive }) => {
    await drive.locateFile(1);
    const stream = drive.createWriteStream({ position: 'overwrite' });
    await pipeline([DATA], stream);
  },
  'writeFile in the middle of a file': async ({ drive }) => {
    await drive.locateFile(1);
    await drive.spaceRecords(1);
    await drive.writeFile([DATA], { position: 'overwrite' });
  },
  'filemarks at the beginning': async ({ drive }) => {
    await drive.rewind();
    await drive.writeFilemarks();
  },
  erasing: async ({ drive }) => {
    await drive.rewind();
    await drive.erase();
  },
  formatting: ({ drive }) => drive.formatMedium(CONFIRM),
  'scaling the capacity': ({ drive }) => drive.setCapacity(0.5, CONFIRM),
  'a label over everything': ({ drive }) => writeLabel(drive, 'KEEP01L8', { overwrite: true }),
};

const WORM: VirtualDriveOptions = { cartridge: { barcode: 'KEEP01L8', worm: true } };
const MEDIA = [
  ['write-once media', 'worm', WORM, false],
  ['a drive that is set to append only', 'append-only', {}, true],
] as const;

/** Commands that put something on tape, as they reach the drive from here on. */
function writesOf({ transport }: Tape): string[] {
  const seen: string[] = [];
  const { drive } = transport;
  const execute = drive.execute.bind(drive);
  drive.execute = (cdb, options) => {
    const [code = 0] = cdb;
    if (WRITES.has(code)) seen.push(code.toString(16));
    return execute(cdb, options);
  };
  return seen;
}

/** WRITE, WRITE FILEMARKS, ERASE, FORMAT MEDIUM, SET CAPACITY. */
const WRITES = new Set([0x0a, 0x8a, 0x10, 0x80, 0x19, 0x93, 0x04, 0x0b]);

describe.each(MEDIA)('%s', (_name, reason, options, appendOnly) => {
  it.each(Object.entries(DESTROYERS))('refuses %s before the drive hears of it', async (_what, destroy) => {
    const tape = await newTape(options, appendOnly);
    const before = await tape.image();
    const writes = writesOf(tape);
    const error = await destroy(tape).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WriteProtectedError);
    expect(error).toMatchObject({ reason, reasons: [reason], next: expect.stringMatching(/^Append after it/) });
    // Nor does the driver write a filemark of its own when the tape is rewound.
    await tape.drive.rewind();
    expect(writes).toEqual([]);
    expect(before.equals(await tape.image())).toBe(true);
  });

  it('takes a file, and filemarks, at the end of what is recorded', async () => {
    const { drive } = await newTape(options, appendOnly);
    expect(await drive.writeFile([DATA])).toMatchObject({ fileNumber: 3 });
    await drive.spaceToEndOfData();
    expect(await drive.writeFile([DATA], { position: 'overwrite' })).toMatchObject({ fileNumber: 4 });
    await drive.spaceToEndOfData();
    await drive.writeFilemarks();
    for (const fileNumber of [0, 3, 4]) {
      expect((await collect(drive.createReadStream({ fileNumber }))).equals(DATA)).toBe(true);
    }
  });

  it('is told from the other', async () => {
    const { drive } = await newTape(options, appendOnly);
    await drive.configure({ compression: false });
    expect(await drive.writeRights()).toEqual({ reasons: [], appendOnly: reason });
  });

  it('takes a label while it is blank', async () => {
    const folder = await newDriveFolder(options);
    const drive = await TapeDrive.open(`virtual:${folder}`);
    onTestFinished(() => drive.close());
    expect(await writeLabel(drive, 'KEEP01L8', { overwrite: true })).toMatchObject({ receipt: { fileNumber: 0 } });
  });
});

describe('a drive that refuses an overwrite all the same', () => {
  const refuses: Fault = { command: 'WRITE(6)', outcome: { sense: { key: 0x7, asc: 0x30, ascq: 0x0c } } };

  it('is not said to need cleaning: WORM', async () => {
    const { drive, transport } = await newTape();
    transport.drive.faults = [refuses];
    const error = await drive.writeFile([DATA]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LTO_WRITE_PROTECTED', reason: 'worm' });
    expect(String(error)).not.toMatch(/clean/);
  });

  it('is told from one that could not write', async () => {
    const { drive, transport } = await newTape();
    transport.drive.faults = [{ ...refuses, outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0 } } }];
    await expect(drive.writeFile([DATA])).rejects.toBeInstanceOf(MediumError);
  });
});

describe('the way to the tape', () => {
  async function newPort() {
    const { transport } = await newTape();
    const port = new DrivePort(transport);
    await port.mt('MTREW');
    return { port, transport };
  }

  it('is closed to whoever has not asked', async () => {
    const { port } = await newPort();
    const attempts = [
      () => port.mt('MTWEOF', 1),
      () => port.mt('MTERASE', 0),
      () => port.query(formatMedium()),
      async () => port.requireWriting('write'),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(/permission to write was not requested/);
    await port.mt('MTWEOF', 0);
  });

  it('is closed again by a motion, and for the next user', async () => {
    const { port } = await newPort();
    await port.lease.exclusively('first', async () => {
      await permitWriting(port, 'overwrite', 'test');
      await port.mt('MTFSF', 1);
      await expect(port.mt('MTWEOF', 1)).rejects.toBeInstanceOf(LtoError);
      await permitWriting(port, 'append', 'test');
      port.requireWriting('write');
    });
    await port.lease.exclusively('second', () =>
      expect(port.mt('MTWEOF', 1)).rejects.toThrow(/permission to write was not requested/),
    );
  });

  it('is closed by another cartridge, and a permission for the whole cartridge is none for a place', async () => {
    const { port } = await newPort();
    await permitWriting(port, 'everything', 'test');
    expect(() => port.requireWriting('write')).toThrow(/permission to write was not requested/);
    await permitWriting(port, 'append', 'test');
    port.noteChange({ extent: 'everything', why: 'a test' });
    expect(() => port.requireWriting('write')).toThrow(MediumChangedError);
  });

  it.each([
    [{ permanentWriteProtect: true }, 'permanent'],
    [{ persistentWriteProtect: true }, 'permanent'],
    [{ softwareWriteProtect: true }, 'software'],
    [{ associatedWriteProtect: true }, 'software'],
    [{}, 'switch'],
  ] as const)('tells %j as %s', async (fields, reason) => {
    const folder = await newDriveFolder({ cartridge: { barcode: 'KEEP01L8', writeProtected: true } });
    const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
    const drive = TapeDrive.onTransport(transport);
    onTestFinished(() => drive.close());
    const scsi = transport.scsi.bind(transport);
    // A mode page 10h as such a drive sends it.
    transport.scsi = async (command, options) => {
      const reply = await scsi(command, options);
      if (command.name !== 'MODE SENSE(10)' || (command.cdb[2] ?? 0) !== 0x10 || command.cdb[3] !== 0) return reply;
      const page = encodeModePage(DEVICE_CONFIGURATION, fields);
      const data = Buffer.concat([reply.data.subarray(0, reply.data.length - page.length), page]);
      return { ...reply, data };
    };
    await expect(drive.writeFile([DATA])).rejects.toMatchObject({ code: 'LTO_WRITE_PROTECTED', reason });
  });
});
