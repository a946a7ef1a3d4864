import { expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { type Bench, newLabelledBench } from '../provider/support.js';
import { temporaryFolder } from '../virtual/support.js';
import {
  type Calls,
  expectRefused,
  NO_NUMBER,
  NO_OBJECT,
  NO_OPTIONS,
  NO_RECORD,
  NO_TEXT,
  NOTHING,
  OPTIONS,
  only,
  type Rows,
  walk,
} from './walk.js';

const SPACE = [...only(NO_NUMBER), ...only(NO_OPTIONS, 1)];
const PAGE = [...only(NO_NUMBER), ...only(NO_NUMBER, 1), ...only(NO_OPTIONS, 0x0f, 0)];
const CONFIRM = { confirm: 'erase everything' };
const sink = () => Promise.resolve();

/** Options of streams, each wrong. */
const TRANSFER = [
  ...[{ partition: -1 }, { protection: 7 }, { checksum: 7 }, { checksum: null }, { bufferBytes: '7' }, { signal: {} }],
];
const READING: Calls = [
  ...TRANSFER,
  ...[
    { fileNumber: '1' },
    { onBadRecord: 'x' },
    { maxRecordSize: 0 },
    { fileNumber: 1, start: 'x' },
    { fileNumber: 1, end: -1 },
    { recordSize: 0 },
    { expectedChecksum: 7 },
    { reuseChunks: 'x' },
  ],
].map((options) => [options]);
const WRITING: Calls = [
  ...TRANSFER,
  ...[{ recordSize: '512' }, { position: 7 }, { closeUnterminated: 'x' }, { startThreshold: -1 }],
  ...[{ earlyWarningAllowance: Number.NaN }, { expected: { fileNumber: 'x' } }],
].map((options) => [options]);
/** Options of keys, each wrong. */
const KEY_OPTIONS: Calls = [
  ...[{ lock: 'x' }, { keep: 'x' }, { rawReading: 7 }, { clearKeyOnDemount: 'x' }, { keyIdAs: 'x' }, { nonce: 'x' }],
].map((options) => [{ key: new Uint8Array(32), keyId: 'a', ...options }]);

const TAPE_DRIVE: Rows = {
  alerts: [...OPTIONS, [{ forget: 'x' }]],
  allocate: only(NO_NUMBER),
  attributeLists: OPTIONS,
  blockLimits: OPTIONS,
  capacity: OPTIONS,
  close: NOTHING,
  closeUnterminatedFile: [...OPTIONS, [{ partition: null }]],
  configure: [...only(NO_OBJECT), [{ compression: 'yes' }], [{ nonsense: 1 }], ...only(NO_OPTIONS, {})],
  confirmPosition: OPTIONS,
  createReadStream: [...OPTIONS, ...READING, [{ keyStore: null }], [{ signal: 7 }]],
  createWriteStream: [...OPTIONS, ...WRITING, [{ expected: null }], [{ onProgress: 7 }], [{ signal: null }]],
  densities: OPTIONS,
  eject: OPTIONS,
  erase: [...OPTIONS, [{ long: 'x' }]],
  formatMedium: [...only(NO_OBJECT), [{ ...CONFIRM, partitions: 7 }], [{ ...CONFIRM, onEmptying: 7 }]],
  health: OPTIONS,
  identity: OPTIONS,
  load: OPTIONS,
  locate: SPACE,
  locateFile: SPACE,
  logPage: PAGE,
  logPages: OPTIONS,
  logicalObject: OPTIONS,
  mam: [...OPTIONS, [{ partition: null }]],
  mediumFormat: OPTIONS,
  memoryAndFormat: OPTIONS,
  modePage: PAGE,
  partitions: OPTIONS,
  planReads: [
    ...only([null, undefined, 'text', 7, {}, [null], [{}], [{ firstLogicalObject: -1 }]]),
    ...only(NO_OPTIONS, []),
  ],
  position: OPTIONS,
  preventRemoval: [...only(NO_OBJECT), ...only(NO_OPTIONS, true)],
  readFile: [...only([null, undefined, 'text', [], Number.NaN, -1], sink), ...only(NO_OBJECT, 1)].map(
    ([first, second]) => (first === sink ? [second, first] : [first, second]),
  ),
  readiness: OPTIONS,
  released: [...only([null, undefined, 'text', 7, {}, []]), ...only(NO_OPTIONS, Buffer.alloc(1))],
  requestSense: OPTIONS,
  session: [...OPTIONS, [{ commit: null }], [{ commit: [] }], [{ commit: { bytes: 'x' } }]],
  requireOverwritable: OPTIONS,
  reservations: OPTIONS,
  rewind: [...OPTIONS, [{ partition: null }]],
  scsi: [...only(NO_OBJECT), ...only(NO_OPTIONS, { cdb: new Uint8Array(6), direction: 'none' })],
  setAttributes: [...only(NO_OBJECT), ...only(NO_OPTIONS, { barcode: 'x' }), [{ barcode: 7 }]],
  setBlockSize: SPACE,
  setCapacity: [...only(NO_OBJECT, 1), ...only(NO_NUMBER).map(([value]) => [value, CONFIRM])],
  settings: OPTIONS,
  spaceFiles: SPACE,
  spaceRecords: SPACE,
  spaceToEndOfData: [...OPTIONS, [{ partition: null }]],
  status: OPTIONS,
  supportedCommands: OPTIONS,
  timestamp: OPTIONS,
  unload: OPTIONS,
  verifyFile: only([null, undefined, 'text', [], Number.NaN, { inDrive: true }, { inDrive: 'x', fileNumber: 0 }]),
  waitUntilReady: [...OPTIONS, [{ onProgress: 7 }]],
  writeFile: [...only(NO_OBJECT.filter((value) => value !== 'text')), ...only(NO_OPTIONS, 'text')],
  writeFilemarks: SPACE,
  writeRights: OPTIONS,
};

const ENCRYPTION: Rows = {
  capabilities: OPTIONS,
  status: OPTIONS,
  nextBlock: OPTIONS,
  confirm: OPTIONS,
  enable: [
    ...only(NO_OBJECT),
    [{ mode: 'toString' }],
    ...KEY_OPTIONS,
    [{ key: null }],
    [{ key: new Uint8Array(32), keyId: 7 }],
  ],
  disable: OPTIONS,
};

/** The empty text is no cartridge's name either, which the drive's owner says. */
const NO_NAME = NO_TEXT.filter((value) => value !== '');

const PROVIDER: Rows = {
  cachedLiveInfo: NOTHING,
  checkExistingData: OPTIONS,
  checkOnline: [...OPTIONS, [{ force: null }]],
  clear: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1')],
  close: NOTHING,
  eject: [...OPTIONS, [{ any: 'x' }]],
  erase: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1'), ['LABEL1', { long: 'x' }]],
  finalizeMedia: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1')],
  getDriveInfo: OPTIONS,
  getLiveInfo: [...OPTIONS, [{ force: 1 }]],
  getMamInfo: [...OPTIONS, [{ force: 'x' }]],
  getUtilization: OPTIONS,
  health: OPTIONS,
  identifyMedia: [...OPTIONS, [{ allowIntrusive: 'x' }]],
  initializeMedia: [
    ...only(NO_NAME),
    ...only(NO_OPTIONS, 'LABEL1'),
    ...only([7, null], 'LABEL1').map(([id, overwrite]) => [id, { overwrite }]),
  ],
  isWriteProtected: OPTIONS,
  position: OPTIONS,
  prepareForWrite: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1'), ['LABEL1', { closeUnterminated: 'x' }]],
  proveCartridge: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1')],
  planReads: [...only(NO_NAME), ...only([null, 'text', {}, [null], [{}]], 'LABEL1'), ...only(NO_OPTIONS, 'LABEL1', [])],
  readArchives: [
    ...only([null, 'text', {}, [null], [{}], [{ cartridge: 'LABEL1', location: 0 }]], sink).map(([list, handler]) => [
      list,
      handler,
    ]),
    ...only([null, undefined, 'text', 7, {}], []).map(([list, handler]) => [list, handler]),
    ...only(NO_OPTIONS, [], sink),
  ],
  scan: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1'), ['LABEL1', { index: 'x' }], ['LABEL1', { onFile: 7 }]],
  readArchive: [
    ...[null, 'xx', [null, null]].map((parts) => ['LABEL1', 1, { parts, onNextCartridge: sink }]),
    ['LABEL1', 1, { onNextCartridge: 7 }],
    ['LABEL1', 1, { expectedChecksum: 7 }],
    ...only(NO_NAME),
    ...only([null, {}, 1.5], 'LABEL1'),
    ...only(NO_OPTIONS, 'LABEL1', 1),
  ],
  rewind: OPTIONS,
  verifyArchive: [
    ['LABEL1', 1, { inDrive: 'x' }],
    ...only(NO_NAME),
    ...only([null, {}, 1.5], 'LABEL1'),
    ...only(NO_OPTIONS, 'LABEL1', 1),
  ],
  waitReady: [...OPTIONS, [{ timeoutMs: 'x' }], [{ onProgress: 7 }]],
  watch: OPTIONS,
  writeSession: [...only(NO_NAME), ...only(NO_OPTIONS, 'LABEL1')],
  writeArchive: [
    ['LABEL1', 'x', { onEndOfMedium: 7 }],
    ['LABEL1', 'x', { archive: 7 }],
    ...only(NO_NAME, 'x').map(([source, id]) => [id, source]),
    ...only(NO_OPTIONS, 'LABEL1', 'text'),
  ],
};

const UNKNOWN = { noSuchOption: 1 };

/** Every function that the package exports, classes as what makes or opens one. */
const FUNCTIONS: Rows = {
  captureDrive: [...only(NO_TEXT), ...only(NO_OPTIONS, 'virtual:/nowhere')],
  createMetrics: only(NO_OBJECT),
  createTracing: only(NO_OBJECT),
  createVirtualDrive: [
    ...[{ traits: 7 }, { encryption: null }, { capture: null }, { speed: 7 }].map((options) => ['/nowhere', options]),
    ...[{ cartridge: UNKNOWN }, { encryption: UNKNOWN }, { speed: UNKNOWN }].map((options) => ['/nowhere', options]),
    ...only(NO_TEXT),
    ...only(NO_OPTIONS, '/nowhere'),
    [{ cartridge: null }],
  ],
  createVirtualLibrary: [
    ...[{ drive: UNKNOWN }, { speed: UNKNOWN }, { cartridges: [UNKNOWN] }].map((options) => ['/nowhere', options]),
    ...[{ drive: null }, { speed: 7 }].map((options) => ['/nowhere', options]),
    ...only(NO_TEXT),
    ...only(NO_OPTIONS, '/nowhere'),
  ],
  decodeStencFile: only(NO_OBJECT),
  encodeStencFile: [...only(NO_OBJECT), [{ key: 7 }]],
  exportLastKnownGood: NOTHING,
  extractArchive: [
    ...[{ force: 'x' }, { only: 'x' }, { owners: 1 }, { filter: 7 }].map((options) => ['source', '/nowhere', options]),
    ...only(NO_TEXT, 'source'),
    ...only(NO_OPTIONS, 'source', '/nowhere'),
  ],
  generateKey: NOTHING,
  importLastKnownGood: only(NO_OBJECT),
  keyFingerprint: only(NO_OBJECT),
  keyFromBytes: only(NO_OBJECT),
  listArchive: [...only(NO_OPTIONS, 'source'), ['source', { only: [7] }]],
  listDrives: [...OPTIONS, [{ root: 7 }]],
  listLibraries: [...OPTIONS, [{ root: 7 }]],
  packFolder: [
    ...[{ exclude: 7 }, { exclude: [7] }, { list: 7 }, { special: 'x' }, { strict: 1 }].map((options) => [
      '/',
      options,
    ]),
    ...only([null, undefined, 7, {}, [], [null]]),
    ...only(NO_OPTIONS, '/'),
    [['/'], { newerThan: 7 }],
  ],
  parseConfiguration: [...only(NO_OBJECT), ...only(NO_OPTIONS, {}), [{}, { unknownKeys: 'x' }]],
  scanCartridge: only(NO_OBJECT),
  verifyTape: only(NO_OBJECT),
};

const CONSTRUCTORS: Rows = {
  CallbackKeyStore: only(NO_OBJECT),
  EnvironmentKeyStore: only(NO_RECORD),
  FileKeyStore: [
    ...only(NO_TEXT),
    ...only(NO_OBJECT, '/keys'),
    [{ passphrase: 7 }],
    ['/keys', { passphrase: null }],
    ['/keys', { passphrase: 'x', ...UNKNOWN }],
  ],
  KeyStoreChain: only([null, 7, 'text', {}]),
  LtoProvider: [
    ...only(NO_OBJECT),
    ...only(NO_OPTIONS, { devicePath: 'virtual:/nowhere' }),
    [{ devicePath: 'virtual:/nowhere' }, { unknownKeys: 7 }],
  ],
  MemoryKeyStore: [...only([null, 7, {}]), [[7]], [[['id', null]]], [[[7, library.generateKey()]]]],
};

/** Classes that are opened, not constructed: see their methods. */
const ELSEWHERE = ['TapeDrive', 'TapeLibrary', 'VirtualDrive', 'VirtualLibrary'];

/** What a refused call must not have changed. */
async function told({ tape, provider }: Bench): Promise<unknown> {
  const { values } = (await tape.mam()) ?? {};
  const settings = await tape.settings();
  const { online } = await provider.checkOnline();
  return { values, settings, online, end: await tape.spaceToEndOfData(), encryption: await tape.encryption.status() };
}

const CLASSES: readonly (readonly [string, (bench: Bench) => object, Rows])[] = [
  ['TapeDrive', ({ tape }) => tape, TAPE_DRIVE],
  ['TapeEncryption', ({ tape }) => tape.encryption, ENCRYPTION],
  ['LtoProvider', ({ provider }) => provider, PROVIDER],
];

it.each(CLASSES)('every method of %s refuses what it does not take', async (_, instanceOf, rows) => {
  const bench = await newLabelledBench();
  await walk(
    rows,
    () => instanceOf(bench),
    () => told(bench),
  );
});

it('TapeDrive.open and onTransport refuse what they do not take', async () => {
  const { TapeDrive } = library;
  await expectRefused('open', [...only(NO_TEXT), ...only(NO_OPTIONS, 'virtual:/nowhere')], ([device, options]) =>
    TapeDrive.open(device as string, options as object),
  );
  await expectRefused('onTransport', only(NO_OBJECT), ([transport]) => TapeDrive.onTransport(transport as never));
});

it('every function and class of the package has a case, and refuses what it does not take', async () => {
  const folder = await temporaryFolder();
  const exported = Object.entries(library).filter(([, value]) => typeof value === 'function');
  const isError = (value: unknown) => (value as { prototype?: unknown }).prototype instanceof Error;
  const names = exported.filter(([, value]) => !isError(value)).map(([name]) => name);
  const known = [...Object.keys(FUNCTIONS), ...Object.keys(CONSTRUCTORS), ...ELSEWHERE];
  expect(names.toSorted()).toEqual(known.toSorted());
  const all = library as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  for (const [name, calls] of Object.entries(FUNCTIONS)) {
    await expectRefused(name, calls, (args) => all[name]?.(...args.map((each) => (each === '/' ? folder : each))));
  }
  for (const [name, calls] of Object.entries(CONSTRUCTORS)) {
    await expectRefused(name, calls, (args) => Reflect.construct(all[name] as never, [...args]));
  }
});
