import { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  CallbackKeyStore,
  createVirtualDrive,
  EnvironmentKeyStore,
  FileKeyStore,
  generateKey,
  KeyStoreChain,
  LtoProvider,
  listDrives,
  MemoryKeyStore,
  TapeDrive,
  VirtualDrive,
} from '../../src/index.js';
import { persistentReserveOut } from '../../src/scsi/commands/reservation.js';
import type { TapeEncryption } from '../../src/tape/encryption/encryption.js';
import { nowhere } from '../../src/tape/stream/read/read-file.js';
import { openControls } from '../../src/virtual/index.js';
import { machineWithDrives } from '../support/machine.js';
import { newDriveFolder, temporaryFolder } from '../virtual/support.js';
import { type Bench, ID, MIB, newBench, newLabelledBench, source } from './support.js';

// What a public method resolves with can be sent on as JSON, and nothing is lost by it.

/**
 * The JSON of a value by the rule of the README: bytes are hex, dates ISO 8601, keys show nothing. Throws for anything
 * else that JSON does not have.
 */
function byTheRule(value: unknown, path = 'value'): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return countable(value, path);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.toISOString();
  if (value instanceof KeyObject) return {};
  if (Array.isArray(value)) return value.map((each, index) => byTheRule(each, `${path}[${index}]`));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, byTheRule(member, `${path}.${key}`)]));
  }
  throw new Error(`${path} is ${typeof value} ${String(value)}, which JSON does not have`);
}

function countable(value: number, path: string): number {
  if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  throw new Error(`${path} is ${value}, which is no safe integer`);
}

function expectJson(value: unknown): void {
  if (value === undefined) return;
  expect(JSON.parse(JSON.stringify(value))).toEqual(byTheRule(value));
}

/** What a session's receipt tells, once its file is on the medium: JSON has no promises. */
async function told<T extends { readonly durable: Promise<unknown> }>(receipt: T, commit: () => Promise<unknown>) {
  const { durable, ...facts } = receipt;
  await commit();
  return { ...facts, durable: await durable };
}

/** A case for every public method, by name: a method that is new fails to compile, and fails the walk below. */
type Cases<T, Context> = { readonly [K in keyof T as K extends string ? K : never]-?: (context: Context) => unknown };

/** Names of the methods and properties of a class's instances, and of its static methods. */
function publicNames(type: { readonly prototype: object }, statics: readonly string[]): string[] {
  const own = Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor');
  const ofClass = Object.getOwnPropertyNames(type).filter((name) => !['length', 'name', 'prototype'].includes(name));
  expect(ofClass.toSorted()).toEqual(statics.toSorted());
  return own;
}

/** The methods that a class of this list has. */
function expectCaseForEach(type: { readonly prototype: object }, cases: object, statics: readonly string[] = []): void {
  for (const name of publicNames(type, statics)) expect(Object.keys(cases), name).toContain(name);
}

async function provide(bench: Bench): Promise<void> {
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, source(3 * MIB));
}

const REGISTER = persistentReserveOut(6, 0, { serviceActionKey: 'fedcba9876543210' });
const RESERVE = persistentReserveOut(1, 1, { reservationKey: 'fedcba9876543210' });

const TAPE_DRIVE: Cases<TapeDrive, Bench> = {
  encryption: () => undefined,
  device: ({ tape }) => tape.device,
  mediumEpoch: ({ tape }) => tape.mediumEpoch,
  identity: ({ tape }) => tape.identity(),
  readiness: ({ tape }) => tape.readiness(),
  status: ({ tape }) => tape.status(),
  logicalObject: ({ tape }) => tape.logicalObject(),
  confirmPosition: ({ tape }) => tape.confirmPosition(),
  position: ({ tape }) => tape.position(),
  mam: ({ tape }) => tape.mam(),
  attributeLists: ({ tape }) => tape.attributeLists(),
  partitions: ({ tape }) => tape.partitions(),
  planReads: ({ tape }) => tape.planReads([{ firstLogicalObject: 1 }, { firstLogicalObject: 0 }]),
  capacity: ({ tape }) => tape.capacity(),
  mediumFormat: ({ tape }) => tape.mediumFormat(),
  writeRights: ({ tape }) => tape.writeRights(),
  requireOverwritable: ({ tape }) => tape.requireOverwritable(),
  memoryAndFormat: ({ tape }) => tape.memoryAndFormat(),
  alerts: ({ tape }) => tape.alerts(),
  logPages: ({ tape }) => tape.logPages(),
  logPage: ({ tape }) => tape.logPage(0x17),
  modePage: ({ tape }) => tape.modePage(0x0f),
  scsi: ({ tape }) => tape.scsi({ cdb: new Uint8Array(6), direction: 'none' }),
  health: ({ tape }) => tape.health(),
  settings: ({ tape }) => tape.settings(),
  configure: ({ tape }) => tape.configure({ compression: false }),
  densities: ({ tape }) => tape.densities(),
  blockLimits: ({ tape }) => tape.blockLimits(),
  timestamp: ({ tape }) => tape.timestamp(),
  supportedCommands: ({ tape }) => tape.supportedCommands(),
  reservations: async ({ tape, virtual }) => {
    for (const { cdb, dataOut } of [REGISTER, RESERVE]) await virtual.execute(cdb, { dataOut });
    return tape.reservations();
  },
  requestSense: async ({ tape, virtual }) => {
    await virtual.reset();
    return tape.requestSense();
  },
  waitUntilReady: ({ tape }) => tape.waitUntilReady(),
  setAttributes: ({ tape }) => tape.setAttributes({ userMediumLabel: 'a label' }),
  rewind: ({ tape }) => tape.rewind(),
  spaceFiles: async ({ tape }) => {
    await tape.rewind();
    return tape.spaceFiles(1);
  },
  spaceRecords: async ({ tape }) => {
    await tape.rewind();
    return tape.spaceRecords(1);
  },
  spaceToEndOfData: ({ tape }) => tape.spaceToEndOfData(),
  locateFile: ({ tape }) => tape.locateFile(1),
  locate: ({ tape }) => tape.locate(1),
  writeFilemarks: ({ tape }) => tape.writeFilemarks(1),
  closeUnterminatedFile: ({ tape }) => tape.closeUnterminatedFile(),
  erase: ({ tape }) => tape.erase(),
  setBlockSize: ({ tape }) => tape.setBlockSize(0),
  preventRemoval: ({ tape }) => tape.preventRemoval(true),
  formatMedium: async ({ tape }) => {
    await tape.rewind();
    return tape.formatMedium({ confirm: 'erase everything' });
  },
  setCapacity: async ({ tape }) => {
    await tape.rewind();
    return tape.setCapacity(0.5, { confirm: 'erase everything' });
  },
  load: ({ tape }) => tape.load(),
  unload: ({ tape }) => tape.unload(),
  eject: ({ tape }) => tape.eject(),
  // Memory of the caller's, not an answer.
  allocate: ({ tape }) => void tape.allocate(512),
  released: ({ tape }) => tape.released(tape.allocate(512)),
  createWriteStream: async ({ tape }) => {
    const stream = tape.createWriteStream();
    await new Promise((resolve, reject) => stream.on('error', reject).on('close', resolve).end('a line'));
    return stream.receipt;
  },
  createReadStream: async ({ tape }) => {
    const stream = tape.createReadStream({ fileNumber: 1 });
    await new Promise((resolve, reject) => stream.on('error', reject).on('close', resolve).resume());
    return stream.summary;
  },
  readFile: ({ tape }) => tape.readFile(1, nowhere()),
  verifyFile: ({ tape }) => tape.verifyFile({ fileNumber: 1 }),
  writeFile: ({ tape }) => tape.writeFile(source(MIB)),
  session: async ({ tape }) => {
    await using session = tape.session();
    return await told(await session.writeFile(source(MIB), { id: 'one' }), () => session.commit());
  },
  close: ({ tape }) => tape.close(),
};

const keyOf = { key: Buffer.alloc(32, 5), keyId: 'a key' };

const ENCRYPTION: Cases<TapeEncryption, Bench> = {
  asked: ({ tape }) => tape.encryption.asked,
  provenKeyId: ({ tape }) => tape.encryption.provenKeyId,
  replacedForReading: ({ tape }) => tape.encryption.replacedForReading,
  capabilities: ({ tape }) => tape.encryption.capabilities(),
  status: async ({ tape }) => {
    await tape.encryption.enable({ ...keyOf });
    return tape.encryption.status();
  },
  nextBlock: async ({ tape }) => {
    await tape.encryption.enable({ ...keyOf });
    await tape.writeFile(source(MIB));
    await tape.locateFile(0);
    return tape.encryption.nextBlock();
  },
  enable: ({ tape }) => tape.encryption.enable({ ...keyOf }),
  confirm: ({ tape }) => tape.encryption.confirm(),
  disable: ({ tape }) => tape.encryption.disable(),
};

const PROVIDER: Cases<LtoProvider, Bench> = {
  configuration: ({ provider }) => provider.configuration,
  getDriveInfo: ({ provider }) => provider.getDriveInfo(),
  getMamInfo: ({ provider }) => provider.getMamInfo(),
  getLiveInfo: ({ provider }) => provider.getLiveInfo(),
  watch: async ({ provider }) => {
    for await (const event of provider.watch()) return event;
    throw new Error('nothing was watched');
  },
  checkOnline: ({ provider }) => provider.checkOnline(),
  isWriteProtected: ({ provider }) => provider.isWriteProtected(),
  checkExistingData: ({ provider }) => provider.checkExistingData(),
  identifyMedia: ({ provider }) => provider.identifyMedia({ allowIntrusive: true }),
  initializeMedia: ({ provider }) => provider.initializeMedia(ID, { overwrite: ID }),
  prepareForWrite: ({ provider }) => provider.prepareForWrite(ID),
  writeArchive: async ({ provider }) => {
    await provider.prepareForWrite(ID);
    return provider.writeArchive(ID, source(MIB));
  },
  writeSession: async ({ provider }) => {
    await provider.prepareForWrite(ID);
    await using session = await provider.writeSession(ID);
    return await told(await session.writeArchive(source(MIB), { archive: 'one' }), () => session.commit());
  },
  readArchive: async ({ provider }) => {
    // A stream, not an answer.
    for await (const _ of await provider.readArchive(ID, 1));
  },
  readArchives: ({ provider }) => {
    return provider.readArchives([{ cartridge: ID, location: 1 }], (stream) => void stream.resume());
  },
  proveCartridge: ({ provider }) => provider.proveCartridge(ID),
  planReads: ({ provider }) => provider.planReads(ID, [{ firstLogicalObject: 1 }, { firstLogicalObject: 0 }]),
  scan: ({ provider }) => provider.scan(ID),
  verifyArchive: ({ provider }) => provider.verifyArchive(ID, 1),
  getUtilization: ({ provider }) => provider.getUtilization(),
  cachedLiveInfo: async ({ provider }) => {
    await provider.getLiveInfo();
    return provider.cachedLiveInfo();
  },
  health: ({ provider }) => provider.health(),
  position: ({ provider }) => provider.position(),
  waitReady: ({ provider }) => provider.waitReady(),
  rewind: ({ provider }) => provider.rewind(),
  clear: ({ provider }) => provider.clear(ID),
  erase: ({ provider }) => provider.erase(ID),
  eject: ({ provider }) => provider.eject(),
  finalizeMedia: ({ provider }) => provider.finalizeMedia(ID),
  close: ({ provider }) => provider.close(),
};

const VIRTUAL: Cases<VirtualDrive, Bench> = {
  folder: ({ virtual }) => virtual.folder,
  identity: ({ virtual }) => virtual.identity,
  cartridge: ({ virtual }) => virtual.cartridge,
  streaming: ({ virtual }) => virtual.streaming,
  cleaningNeed: ({ virtual }) => virtual.cleaningNeed,
  faults: ({ virtual }) => {
    virtual.faults = [{ command: 'READ(6)', outcome: { sense: { key: 3, information: -1 } } }];
    return virtual.faults;
  },
  transferLimit: ({ virtual }) => virtual.transferLimit,
  execute: ({ virtual }) => virtual.execute(Uint8Array.of(0x12, 0, 0, 0, 96, 0)),
  insert: async ({ virtual }) => {
    await virtual.remove();
    return virtual.insert(ID);
  },
  remove: ({ virtual }) => virtual.remove(),
  take: async ({ virtual }) => {
    await virtual.remove();
    return virtual.take(ID);
  },
  give: ({ virtual }) => virtual.give(),
  holds: ({ virtual }) => virtual.holds,
  reset: ({ virtual }) => virtual.reset(),
  cutPower: ({ virtual }) => virtual.cutPower(),
  nexusLost: ({ virtual }) => virtual.nexusLost('another'),
  tell: ({ virtual }) => virtual.tell('another', [0x2a, 1]),
  setLibraryKey: ({ virtual }) => virtual.setLibraryKey(Buffer.alloc(32)),
  close: ({ virtual }) => virtual.close(),
};

const CLASSES: readonly (readonly [string, object])[] = [
  ['TapeDrive', TAPE_DRIVE],
  ['TapeEncryption', ENCRYPTION],
  ['LtoProvider', PROVIDER],
  ['VirtualDrive', VIRTUAL],
];

describe.each(CLASSES)('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (__, answer: (bench: Bench) => unknown) => {
    const bench = await newLabelledBench();
    await provide(bench);
    expectJson(await answer(bench));
  });
});

it('there is a case for every method', async () => {
  const { tape } = await newBench();
  expectCaseForEach(TapeDrive, TAPE_DRIVE, ['open', 'onTransport']);
  expectCaseForEach(tape.encryption.constructor as unknown as { prototype: object }, ENCRYPTION);
  const statics = ['providerId', 'displayName', 'description', 'capabilities', 'configurationSchema'];
  expectCaseForEach(LtoProvider, PROVIDER, statics);
  expectCaseForEach(VirtualDrive, VIRTUAL, ['open']);
});

describe('key stores', () => {
  const id = 'a key';
  const key = generateKey();

  it('each tells what JSON has, and no key', async () => {
    const file = new FileKeyStore(join(await temporaryFolder(), 'keys', 'keys.json'), {
      passphrase: 'for a test',
      scryptCost: 14,
    });
    const memory = new MemoryKeyStore();
    const environment = new EnvironmentKeyStore({ 'LTO_KEY_a key': '5'.repeat(64) });
    const cases: readonly (readonly [{ readonly prototype: object }, Readonly<Record<string, () => unknown>>])[] = [
      [CallbackKeyStore, { get: () => new CallbackKeyStore(() => key).get(id) }],
      [EnvironmentKeyStore, { get: () => environment.get(id), candidates: () => environment.candidates() }],
      [
        FileKeyStore,
        {
          put: () => file.put(id, key),
          get: () => file.get(id),
          list: () => file.list(),
          candidates: () => file.candidates(),
          changePassphrase: () => file.changePassphrase('another'),
          delete: () => file.delete(id),
        },
      ],
      [
        MemoryKeyStore,
        {
          put: () => memory.put(id, key),
          get: () => memory.get(id),
          candidates: () => memory.candidates(),
          delete: () => memory.delete(id),
        },
      ],
      [
        KeyStoreChain,
        {
          get: () => new KeyStoreChain(environment).get(id),
          candidates: () => new KeyStoreChain(environment).candidates(),
        },
      ],
    ];
    for (const [type, methods] of cases) {
      expect(Object.keys(methods).toSorted()).toEqual(publicNames(type, []).toSorted());
      for (const method of Object.values(methods)) expectJson(await method());
    }
    expect(JSON.stringify(key)).toBe('{}');
  });
});

it('so can the drives of a machine, and the controls of a virtual one', async () => {
  expectJson(await listDrives({ root: await machineWithDrives() }));
  const folder = await newDriveFolder();
  expectJson(await createVirtualDrive(join(folder, 'another')));
  const controls = await openControls(folder);
  onTestFinished(() => controls.close());
  await controls.setFaults([{ command: 'READ(6)', outcome: { sense: { key: 3, information: -1 } } }]);
  expectJson(await controls.state());
  for (const handle of [controls, await VirtualDrive.open(join(folder, 'another'))]) {
    expect(() => JSON.stringify(handle)).not.toThrow();
    await handle.close();
  }
});

it('an error can be sent on too', async () => {
  const { tape, virtual } = await newBench({ throttleMs: 0 });
  virtual.faults = [{ command: 'READ POSITION', outcome: { sense: { key: 3, asc: 0x11, ascq: 0, information: -5 } } }];
  const error: unknown = await tape.position().catch((thrown: unknown) => thrown);
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'LTO_MEDIUM_ERROR', sense: { information: -5 } });
});
