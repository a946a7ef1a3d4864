import { expect, it } from 'vitest';
import { importLastKnownGood } from '../../../src/provider/monitor/last-known-good.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { parseConfiguration } from '../../../src/provider/session/configuration.js';
import { shareDrive } from '../../../src/provider/session/drive-owner.js';
import { type Bench, ID, MIB, newLabelledBench, source } from '../support.js';
import { expectRefusal, failureOf, type Refusal } from './refusal.js';

// What the provider says of arguments that it refuses, and under which operation.

const PART = {
  cartridge: ID,
  location: 1,
  records: 1,
  bytes: 100,
  recordSize: 512,
  firstLogicalObject: 2,
  checksum: undefined,
};
const OTHER_PART = { ...PART, cartridge: 'BB0002L8', location: 2 };
const onNextCartridge = () => undefined;
const INVALID = { code: 'LTO_INVALID_ARGUMENT' } as const;
const READING = { ...INVALID, operation: 'read' } as const;

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'a location that is the label': {
    ...READING,
    call: ({ provider }) => provider.readArchive(ID, 0),
    message: '0 is not the location of an archive',
    next: 'Locations are file numbers from 1 up, as the receipt gives them',
  },
  'a location of eleven digits': {
    ...READING,
    call: ({ provider }) => provider.readArchive(ID, '10000000000'),
    message: '"10000000000" is not the location',
    next: 'Locations are file numbers',
  },
  'a location with anything around its digits': {
    ...READING,
    call: ({ provider }) => provider.readArchive(ID, 'x1'),
    message: '"x1" is not the location',
    next: 'Locations are file numbers',
  },
  'the parts of another archive': {
    ...READING,
    call: ({ provider }) => provider.readArchive(ID, 2, { parts: [PART, OTHER_PART], onNextCartridge }),
    message: 'these are not the parts of that archive, or `onNextCartridge` is missing',
    next: 'Give the parts of the receipt, the place of the first one, and `onNextCartridge`',
  },
  'the parts of an archive on another cartridge': {
    ...READING,
    call: ({ provider }) => provider.readArchive('CC0003L8', 1, { parts: [PART, OTHER_PART], onNextCartridge }),
    message: 'these are not the parts of that archive',
    next: 'Give the parts of the receipt',
  },
  'the one part of another archive': {
    ...READING,
    call: ({ provider }) => provider.readArchive(ID, 2, { parts: [PART] }),
    message: 'this is not the part of that archive',
    next: /^Give the parts of the receipt, and the place of the first one$/,
  },
  'a range behind the end of the archive': {
    ...READING,
    call: ({ provider }) =>
      provider.readArchive(ID, 1, { parts: [PART, OTHER_PART], onNextCartridge, start: 201, end: 300 }),
    message: 'the archive has 200 bytes and ends before byte 201',
    next: 'Give a `start` within the archive',
  },
  'an archive over several cartridges without a checksum': {
    ...INVALID,
    operation: 'write',
    call: async ({ provider }) => {
      await provider.prepareForWrite(ID);
      return provider.writeArchive(ID, source(MIB), { checksum: false, onEndOfMedium: () => '' });
    },
    message: 'an archive over several cartridges is not written without a checksum',
    next: 'Name an algorithm, or leave `checksum` out',
  },
  'tags that are no text': {
    ...INVALID,
    operation: 'write',
    call: ({ provider }) => provider.writeArchive(ID, source(1), { tags: { job: 7 } } as never),
    message: 'tags are text',
    next: "Give an object such as { job: 'nightly' }",
  },
  'a catalogue that is none': {
    ...INVALID,
    operation: 'configure',
    call: ({ device }) => new LtoProvider({ devicePath: device }, { catalogue: {} as never }),
    message: 'catalogue is not a catalogue',
    next: 'Give what openCatalogue() of node-lto/catalogue resolves with, or an object with `apply(changes)`',
  },
  'a setting under its old and its new name': {
    ...INVALID,
    operation: 'configure',
    call: () => parseConfiguration({ devicePath: '/dev/nst0', device_path: '/dev/nst0' }),
    message: "the configuration gives 'devicePath' twice, by its new and its old name",
    next: /^Give one of them$/,
  },
  'settings that are wrong, each with its reason': {
    ...INVALID,
    operation: 'configure',
    call: () => parseConfiguration({ recordSize: 7, compresion: true }),
    message: 'the configuration is not valid: recordSize: ',
    next: /^Keys are devicePath, library, drives, pool, cleaningLog, compression/,
    more: { message: expect.stringContaining('; there is no "compresion"; the nearest is "compression"') },
  },
  'a library beside a drive': {
    ...INVALID,
    operation: 'configure',
    call: () => parseConfiguration({ devicePath: '/dev/nst0', library: '/dev/sch0' }),
    message: 'the configuration is not valid: give either devicePath or library',
    next: 'Keys are',
  },
  'a pool without a library': {
    ...INVALID,
    operation: 'configure',
    call: () => parseConfiguration({ pool: ['AA0001L8'] }),
    message: 'not valid: drives, pool and cleaningLog need a library',
    next: 'Keys are',
  },
  'unknown keys that are neither refused nor ignored': {
    ...INVALID,
    operation: 'configure',
    call: () => parseConfiguration({}, { unknownKeys: 'drop' as never }),
    message: "unknownKeys is 'refuse' or 'ignore'",
    next: /^Give one of these$/,
  },
  'an export of last-known-good state that is none': {
    ...INVALID,
    operation: undefined,
    call: () => importLastKnownGood('{}'),
    message: 'this is not an export of last-known-good state',
    next: 'Leave it out: it is only shown',
  },
};

it.each(Object.entries(REFUSALS))('%s', async (_what, refusal) => {
  await expectRefusal(refusal);
});

const BAD = { noSuchOption: 1 } as never;
type Call = (bench: Bench) => unknown;

/** The operation that each method is known by, in errors and, of those that move the tape, as the job of the drive. */
const QUESTIONS: Readonly<Record<string, Call>> = {
  'drive information': ({ provider }) => provider.getDriveInfo(BAD),
  'cartridge memory': ({ provider }) => provider.getMamInfo(BAD),
  status: ({ provider }) => provider.getLiveInfo(BAD),
  'write protection': ({ provider }) => provider.isWriteProtected(BAD),
  waiting: ({ provider }) => provider.waitReady(BAD),
  utilization: ({ provider }) => provider.getUtilization(BAD),
  health: ({ provider }) => provider.health(BAD),
  position: ({ provider }) => provider.position(BAD),
  watch: ({ provider }) => provider.watch(BAD),
  write: ({ provider }) => provider.writeArchive(ID, source(1), BAD),
  read: ({ provider }) => provider.readArchive(ID, 1, BAD),
  verify: ({ provider }) => provider.verifyArchive(ID, 1, BAD),
  'beginning a session': ({ provider }) => provider.writeSession(ID, BAD),
};

const JOBS: Readonly<Record<string, readonly [call: (bench: Bench, options?: never) => unknown, isRefused?: boolean]>> =
  {
    'looking for data': [({ provider }, options) => provider.checkExistingData(options), true],
    identifying: [({ provider }, options) => provider.identifyMedia(options), true],
    preparing: [({ provider }, options) => provider.prepareForWrite(ID, options), true],
    'writing an archive': [({ provider }) => provider.writeArchive(ID, source(1))],
    'reading an archive': [({ provider }) => provider.verifyArchive(ID, 1)],
    'verifying an archive': [({ provider }) => provider.verifyArchive(ID, 1, { inDrive: true })],
    rewinding: [({ provider }, options) => provider.rewind(options), true],
    clearing: [({ provider }, options) => provider.clear(ID, options), true],
    erasing: [({ provider }, options) => provider.erase(ID, options), true],
    labelling: [({ provider }, options) => provider.initializeMedia(ID, options), true],
    finalizing: [({ provider }, options) => provider.finalizeMedia(ID, options), true],
    ejecting: [({ provider }, options) => provider.eject(options), true],
  };

it('a refusal of an option names the operation, and the device', async () => {
  const bench = await newLabelledBench();
  const refusable = Object.entries(JOBS).flatMap(([job, [call, isRefused]]): [string, Call][] =>
    isRefused ? [[job, (given) => call(given, BAD)]] : [],
  );
  for (const [operation, call] of [...Object.entries(QUESTIONS), ...refusable]) {
    const failure = await failureOf(() => call(bench));
    expect(failure, operation).toMatchObject({ ...INVALID, operation, device: bench.device });
    expect(failure.message).toContain('there is no option noSuchOption here');
  }
});

it('who asks for the state of the drive is told which job moves the tape, and that none does afterwards', async () => {
  const bench = await newLabelledBench();
  const { provider, tape, virtual } = bench;
  const other = new LtoProvider({ devicePath: bench.device });
  const execute = virtual.execute.bind(virtual);
  // Without an answer of the drive: what was just reported is given again.
  const jobNow = async () => (await other.getLiveInfo()).job;
  await jobNow();
  for (const [job, [call]] of Object.entries(JOBS)) {
    const seen = new Set<string | undefined>();
    let asks = false;
    virtual.execute = async (cdb, data) => {
      if (!asks) {
        asks = true;
        const { owner, release } = await shareDrive(bench.device);
        seen.add(owner.job);
        await release();
        asks = false;
      }
      return execute(cdb, data);
    };
    if (job === 'ejecting') await provider.initializeMedia(ID);
    seen.clear();
    await call(bench);
    virtual.execute = execute;
    expect([...seen], job).toEqual([job]);
    expect(await jobNow(), job).toBeUndefined();
    if (job === 'finalizing') await tape.load();
  }
  await other.close();
});

it('archives and commits of a session are jobs too', async () => {
  const { provider, device } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  for (const [operation, call] of [
    ['writing an archive', () => session.writeArchive(source(1), BAD)],
    ['committing', () => session.commit(BAD)],
  ] as const) {
    expect(await failureOf(call)).toMatchObject({ ...INVALID, operation, device });
  }
  await session.close();
});
