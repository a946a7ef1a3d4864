import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { InvalidArgumentError, LabelError, NotBlankError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { type TapeHoardConfiguration, TapeHoardContract, TapeHoardProvider } from '../../src/tapehoard/index.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { source } from '../provider/support.js';
import { newDriveFolder } from '../virtual/support.js';

// Word for word what an application of the older provider calls, and what it is answered.

const ID = 'AA0001L8';
const MIB = 2 ** 20;

interface Bench {
  readonly tape: TapeHoardProvider;
  readonly drive: TapeDrive;
  readonly virtual: VirtualDrive;
  readonly device: string;
}

async function newBench(settings: TapeHoardConfiguration = {}, options: VirtualDriveOptions = {}): Promise<Bench> {
  const folder = await newDriveFolder({ cartridge: { barcode: ID }, ...options });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder });
  const drive = TapeDrive.onTransport(transport);
  const tape = new TapeHoardProvider({ device_path: device, ...settings }, { open: async () => drive });
  onTestFinished(async () => {
    await tape.close();
    await drive.close();
  });
  return { tape, drive, virtual: transport.drive, device };
}

async function newLabelledBench(...parameters: Parameters<typeof newBench>): Promise<Bench> {
  const bench = await newBench(...parameters);
  expect(await bench.tape.initialize_media(ID)).toBe(true);
  return bench;
}

/** A call, and what the older provider answers for a labelled cartridge that holds one archive of 1 MiB. */
interface Row {
  readonly call: string;
  readonly camel: keyof TapeHoardProvider;
  readonly arguments?: readonly unknown[];
  readonly answer: unknown;
}

const DRIVE = { vendor: 'NODE-LTO', model: 'VIRTUAL LTO-8', firmware: expect.stringMatching(/^\S{4}$/) };
/** MiB of the capacity of LTO-8, as attribute 0001h tells it. */
const MAM = {
  remaining_capacity_mib: expect.any(Number),
  max_capacity_mib: Math.floor(12e12 / MIB),
  tape_alert_flags: '0'.repeat(16),
  load_count: expect.any(Number),
  lifetime_mib_written: expect.any(Number),
  lifetime_mib_read: expect.any(Number),
  session_mib_written: expect.any(Number),
  session_mib_read: expect.any(Number),
  manufacturer: 'NODE-LTO',
  serial: expect.stringMatching(/^V/),
  density: '0x5e',
  manufacture_date: expect.stringMatching(/^20\d{6}$/),
  barcode: ID,
  alerts: [],
  generation_label: 'LTO-8',
};

const ROWS: readonly Row[] = [
  { call: 'get_name', camel: 'getName', answer: 'LTO Tape' },
  { call: 'get_drive_info', camel: 'getDriveInfo', answer: DRIVE },
  { call: 'get_mam_info', camel: 'getMamInfo', arguments: [true], answer: MAM },
  {
    call: 'get_live_info',
    camel: 'getLiveInfo',
    arguments: [true],
    answer: { online: true, drive: DRIVE, tape: MAM, identity: ID, needs_registration: expect.any(Boolean) },
  },
  { call: 'get_health_status', camel: 'getHealthStatus', answer: { status: 'HEALTHY', alerts: [] } },
  { call: 'check_online', camel: 'checkOnline', arguments: [true], answer: true },
  { call: 'is_write_protected', camel: 'isWriteProtected', answer: false },
  { call: 'check_existing_data', camel: 'checkExistingData', answer: true },
  { call: 'identify_media', camel: 'identifyMedia', answer: ID },
  { call: 'identify_media', camel: 'identifyMedia', arguments: [false], answer: ID },
  { call: 'prepare_for_write', camel: 'prepareForWrite', arguments: [ID], answer: true },
  { call: 'prepare_for_write', camel: 'prepareForWrite', arguments: ['AA0002L8'], answer: false },
  { call: 'write_archive', camel: 'writeArchive', arguments: [ID, Buffer.from('second')], answer: '2' },
  { call: 'get_current_file_number', camel: 'getCurrentFileNumber', answer: '2' },
  { call: 'get_utilization', camel: 'getUtilization', answer: expect.closeTo(0, 3) },
  { call: 'wait_for_drive_ready', camel: 'waitForDriveReady', arguments: [1], answer: true },
  { call: 'initialize_media', camel: 'initializeMedia', arguments: [ID], answer: false },
  { call: 'initialize_media', camel: 'initializeMedia', arguments: [ID, ID], answer: true },
  { call: 'reinitialize', camel: 'reinitialize', arguments: [ID], answer: true },
  { call: 'rewind', camel: 'rewind', answer: undefined },
  { call: 'eject', camel: 'eject', answer: undefined },
  { call: 'finalize_media', camel: 'finalizeMedia', arguments: [ID], answer: undefined },
  { call: 'close', camel: 'close', answer: undefined },
];
/** Calls of streams, which have tests of their own. */
const STREAMS = ['openStream', 'finalizeStream', 'readArchive'];

async function newWrittenBench(): Promise<Bench> {
  const bench = await newLabelledBench();
  expect(await bench.tape.write_archive(ID, source(MIB))).toBe('1');
  await bench.tape.prepare_for_write(ID);
  return bench;
}

describe.each(['call', 'camel'] as const)('by its name, %s', (name) => {
  it.each(ROWS)('$call($arguments)', async (row) => {
    const { tape } = await newWrittenBench();
    const method = Reflect.get(tape, row[name]) as (...values: readonly unknown[]) => unknown;
    const answer = await method.apply(tape, [...(row.arguments ?? [])]);
    expect(answer).toEqual(row.answer);
    if (answer !== undefined) expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });
});

it('every method has a row and both its names', () => {
  const { prototype } = TapeHoardContract;
  const methods = Object.getOwnPropertyNames(prototype).filter(
    (name) => typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function',
  );
  const known = ROWS.flatMap(({ call, camel }) => [call, camel]);
  const streams = STREAMS.flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
  expect(methods.toSorted()).toEqual([...new Set(['constructor', ...known, ...streams])].toSorted());
});

it('is described by the class', () => {
  expect(TapeHoardProvider.provider_id).toBe('lto_tape');
  expect(TapeHoardProvider.name).toBe('LTO Tape');
  expect(TapeHoardProvider.capabilities).toEqual({
    supports_random_access: false,
    is_offline_capable: true,
    supports_hardware_encryption: true,
  });
  const { config_schema: schema } = TapeHoardProvider;
  expect(Object.keys(schema)).toEqual([
    'compression',
    'encryption_key_id',
    'generation',
    'worm',
    'write_protected',
    'cleaning_cartridge',
  ]);
  expect(schema.compression).toMatchObject({ type: 'boolean', default: true, title: expect.any(String) });
  expect(schema.generation).toMatchObject({ type: 'string', enum: expect.arrayContaining(['LTO-5', 'LTO-9']) });
  expect(schema.encryption_key_id).not.toHaveProperty('default');
});

describe('the configuration', () => {
  it('has the older default, and takes what the older one takes', () => {
    const config = { encryption_key: '', generation: null, mount_base: '/mnt', obfuscate: true };
    const tape = new TapeHoardProvider(config);
    expect(tape.device_path).toBe('/dev/nst0');
    expect(tape.compression).toBe(true);
    expect(tape.provider.configuration).not.toHaveProperty('encryptionKeyId');
  });

  it('is refused where it cannot be right', () => {
    expect(() => new TapeHoardProvider({ compression: 'yes' as never })).toThrow(InvalidArgumentError);
    expect(() => new TapeHoardProvider(null as never)).toThrow(InvalidArgumentError);
    expect(() => new TapeHoardProvider({ encryption_key: 'abc' })).toThrow(InvalidArgumentError);
  });
});

describe('without a cartridge', () => {
  it('is offline, and answers with nothing', async () => {
    const { tape, virtual } = await newLabelledBench();
    await tape.get_live_info(true);
    await virtual.remove();
    expect(await tape.check_online(true)).toBe(false);
    expect(await tape.get_mam_info(true)).toEqual({});
    expect(await tape.identify_media()).toBeNull();
    expect(await tape.check_existing_data()).toBe(false);
    expect(await tape.prepare_for_write(ID)).toBe(false);
    expect(await tape.wait_for_drive_ready(0)).toBe(false);
    await expect(tape.is_write_protected()).rejects.toMatchObject({ code: 'LTO_NO_MEDIUM' });
  });

  it('and without a drive too', async () => {
    const tape = new TapeHoardProvider({ device_path: '/dev/nst96' });
    const nothing = { online: false, drive: {}, tape: {}, identity: null, needs_registration: false };
    expect(TapeHoardProvider.get_cached_live_info('/dev/nst96')).toEqual(nothing);
    expect(await tape.get_live_info()).toEqual(nothing);
    expect(await tape.get_drive_info()).toEqual({});
  });
});

it('a cartridge that appears needs a registration once, and is known by its path', async () => {
  const { tape, virtual, device } = await newLabelledBench();
  await virtual.remove();
  await tape.get_live_info(true);
  await virtual.insert({ barcode: 'AA0009L8' });
  expect(await tape.get_live_info(true)).toMatchObject({
    online: true,
    identity: 'AA0009L8',
    needs_registration: true,
  });
  expect(await tape.get_live_info(true)).toMatchObject({ online: true, needs_registration: false });
  const cached = TapeHoardProvider.getCachedLiveInfo(device);
  expect(cached).toMatchObject({ online: true, identity: 'AA0009L8', tape: { barcode: 'AA0009L8' } });
});

it('a cartridge without a barcode is known by its label, or by its serial number', async () => {
  const { tape, drive } = await newLabelledBench();
  await drive.setAttributes({ barcode: null });
  const { serial } = await tape.get_mam_info(true);
  expect(await tape.identify_media()).toBe(ID);
  await drive.rewind();
  await drive.erase();
  expect(await tape.identify_media()).toBe(serial);
  expect((await tape.get_mam_info(true)).barcode).toBe(serial);
});

describe('archives', () => {
  it('go behind one another, and are read by what was answered', async () => {
    const { tape } = await newLabelledBench();
    expect(await tape.prepare_for_write(ID)).toBe(true);
    const files = [await tape.write_archive(ID, source(MIB, 1)), await tape.write_archive(ID, source(10, 2))];
    expect(files).toEqual(['1', '2']);
    expect((await collect(await tape.read_archive(ID, '1'))).equals(testData(MIB, 1))).toBe(true);
    expect((await collect(await tape.read_archive(ID, '2'))).equals(testData(10, 2))).toBe(true);
    await expect(tape.read_archive(ID, 'first')).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(tape.read_archive(ID, '0')).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('are streamed, and numbered when the stream has ended', async () => {
    const { tape } = await newLabelledBench();
    await expect(tape.open_stream()).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(tape.finalize_stream()).rejects.toBeInstanceOf(InvalidArgumentError);
    await tape.prepare_for_write(ID);
    for (const number of ['1', '2']) {
      const stream = await tape.open_stream();
      await expect(tape.open_stream()).rejects.toThrow('a stream is open');
      stream.write(testData(1000, 3));
      stream.end(testData(500, 4));
      expect(await tape.finalize_stream()).toBe(number);
    }
    const expected = Buffer.concat([testData(1000, 3), testData(500, 4)]);
    expect((await collect(await tape.read_archive(ID, '2'))).equals(expected)).toBe(true);
  });

  it('are never written to another cartridge, and the source is let go', async () => {
    const { tape, virtual } = await newLabelledBench();
    await tape.prepare_for_write(ID);
    await virtual.remove();
    await virtual.insert({ barcode: 'AA0002L8' });
    const archive = source(MIB);
    await expect(tape.write_archive(ID, archive)).rejects.toBeInstanceOf(LabelError);
    expect(archive.destroyed).toBe(true);
    const stream = await tape.open_stream();
    const failed = new Promise((resolve) => stream.once('error', resolve));
    stream.write('x');
    await expect(tape.finalize_stream()).rejects.toBeInstanceOf(LabelError);
    expect(await failed).toBeInstanceOf(LabelError);
    await expect(tape.finalize_media(ID)).rejects.toBeInstanceOf(LabelError);
  });
});

it('data is only overwritten when the cartridge is named; the reason is told', async () => {
  const { tape } = await newLabelledBench();
  await tape.write_archive(ID, source(10));
  expect(await tape.initialize_media(ID)).toBe(false);
  expect(tape.last_error).toBeInstanceOf(NotBlankError);
  expect(await tape.initialize_media(ID, 'AA0002L8')).toBe(false);
  expect(await tape.initialize_media(ID, ID)).toBe(true);
  expect(tape.last_error).toBeUndefined();
  expect(await tape.check_existing_data()).toBe(false);
});

it('an alert has the older name, or ours', async () => {
  const { tape, virtual } = await newLabelledBench();
  virtual.faults = [];
  const { flatMam } = await import('../../src/tapehoard/answers.js');
  const mam = await tape.provider.getMamInfo({ force: true });
  const flag = (number: number, name: string) =>
    ({ flag: number, name, severity: 'C', meaning: '', action: '' }) as const;
  const alerts = [flag(20, 'Clean now'), flag(36, 'Drive temperature')];
  expect(flatMam({ ...mam, alerts }).alerts).toEqual(['Clean Now', 'Drive temperature']);
});
