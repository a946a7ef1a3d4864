import { describe, expect, it } from 'vitest';
import { MediumError } from '../../../src/errors/index.js';
import { readLabel, writeLabel } from '../../../src/provider/label/label.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { testData } from '../../conformance/conformance.js';
import { type Bench, ID, labelOther, MIB, newLabelledBench, source, swapTo } from '../support.js';
import { expectRefusal, failureOf, type Refusal } from './refusal.js';

// What the provider says of a cartridge that it refuses to write, label, erase, read or eject.

const OTHER = 'BB0002L8';
const WORM = { cartridge: { barcode: ID, worm: true } };
const NO_MEMORY = { command: 'READ ATTRIBUTE', outcome: { sense: { key: 5, asc: 0x20, ascq: 0 } } } as const;

async function write({ provider }: Bench): Promise<void> {
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, source(MIB));
}

/** Attribute 0806h, by another program of this host: no unit attention tells of it. */
async function renamePastUs({ virtual }: Bench, barcode: string): Promise<void> {
  const attribute = Buffer.concat([Buffer.from('080601', 'hex'), Buffer.from([0, 32]), Buffer.alloc(32, ' ')]);
  attribute.write(barcode, 5, 'latin1');
  const list = Buffer.concat([Buffer.from([0, 0, 0, attribute.length]), attribute]);
  const cdb = Buffer.from('8d010000000000000000000000000000', 'hex');
  cdb.writeUInt32BE(list.length, 10);
  expect(await virtual.execute(cdb, { dataOut: list })).toMatchObject({ status: 0 });
}

/** Runs `meddle` just before the drive carries out the first command with this operation code. */
function before({ virtual }: Bench, opcode: number, meddle: () => Promise<unknown>): void {
  const execute = virtual.execute.bind(virtual);
  virtual.execute = async (cdb, data) => {
    if (cdb[0] === opcode) {
      virtual.execute = execute;
      await meddle();
    }
    return execute(cdb, data);
  };
}

const READ = 0x08;
const REWIND = 0x01;

/** Records that the drive took, without the filemark that it refuses. */
async function cutOff({ tape, virtual }: Pick<Bench, 'tape' | 'virtual'>): Promise<void> {
  virtual.faults = [{ command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } }];
  await tape.writeFile([testData(MIB)], { position: 'overwrite' }).catch(() => undefined);
  virtual.faults = [];
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'erasing WORM media': {
    drive: WORM,
    call: ({ provider }) => provider.erase(ID),
    code: 'LTO_WRITE_PROTECTED',
    operation: 'erase',
    message: 'this is WORM media, which cannot be erased',
    next: /^Take another cartridge$/,
    more: { reason: 'worm' },
  },
  'erasing what the configuration treats as WORM media': {
    settings: { worm: true },
    call: ({ provider }) => provider.erase(ID),
    code: 'LTO_WRITE_PROTECTED',
    operation: 'erase',
    message: 'cannot be erased',
    next: /another cartridge/,
  },
  'erasing another cartridge': {
    call: ({ provider }) => provider.erase(OTHER),
    code: 'LTO_LABEL',
    operation: 'identify',
    message: `the cartridge in the drive is not "${OTHER}": its barcode is "${ID}"`,
    next: `Insert "${OTHER}"`,
  },
  'erasing what is no name': {
    call: ({ provider }) => provider.erase(7 as never),
    code: 'LTO_INVALID_ARGUMENT',
    operation: undefined,
    message: "a number can't identify a cartridge",
    next: 'Give the barcode or the label, as text',
  },
  'erasing a cartridge that was exchanged for another at the last moment': {
    call: async (bench) => {
      await labelOther(bench, OTHER);
      await bench.provider.prepareForWrite(ID);
      before(bench, REWIND, () => renamePastUs(bench, OTHER));
      return bench.provider.erase(ID);
    },
    code: 'LTO_MEDIUM_CHANGED',
    operation: 'write',
    message: 'the cartridge may have been changed since it was prepared',
    next: 'Nothing was written: prepare it again',
  },
  'labelling written WORM media': {
    drive: WORM,
    call: async (bench) => {
      await write(bench);
      return bench.provider.initializeMedia(ID, { overwrite: ID });
    },
    code: 'LTO_WRITE_PROTECTED',
    operation: 'initialize',
    message: 'this is WORM media, and it holds data',
    next: /^Take a blank cartridge$/,
    more: { reason: 'worm' },
  },
  'labelling WORM media that has a label and nothing else': {
    drive: WORM,
    call: ({ provider }) => provider.initializeMedia(ID),
    code: 'LTO_WRITE_PROTECTED',
    operation: 'initialize',
    message: 'and it holds data',
    next: 'blank',
  },
  'labelling with a name that cannot be one': {
    call: ({ provider }) => provider.initializeMedia(' x'),
    code: 'LTO_INVALID_ARGUMENT',
    operation: undefined,
    message: '" x" can\'t identify a cartridge',
    next: /1 to 32 printable ASCII characters, or up to 160 bytes/,
  },
  'labelling a cartridge that holds data': {
    call: async (bench) => {
      await write(bench);
      return bench.provider.initializeMedia(ID);
    },
    code: 'LTO_NOT_BLANK',
    operation: 'initialize',
    message: `the tape "${ID}" holds data`,
    next: `Take a blank one, or give { overwrite: "${ID}" }`,
  },
  'labelling a cartridge that holds data and has no name': {
    isNew: true,
    call: async ({ provider, tape, virtual }) => {
      await tape.writeFile([testData(MIB)]);
      virtual.faults = [NO_MEMORY];
      return provider.initializeMedia(ID);
    },
    code: 'LTO_NOT_BLANK',
    operation: 'initialize',
    message: 'the tape holds data',
    next: 'It has no name that could be given with `overwrite`: erase it first',
  },
  'labelling a cartridge that goes by another name': {
    call: ({ provider }) => provider.initializeMedia(OTHER),
    code: 'LTO_LABEL',
    operation: 'initialize',
    message: `the cartridge in the drive is "${ID}", not "${OTHER}"`,
    next: /^Insert the right one, or name its present identity with `overwrite`$/,
  },
  'labelling another cartridge than the one to be overwritten': {
    call: ({ provider }) => provider.initializeMedia(OTHER, { overwrite: 'CC0003L8' }),
    code: 'LTO_LABEL',
    operation: 'initialize',
    message: `is "${ID}", not "CC0003L8"`,
    next: 'Insert the right one',
  },
  'overwriting by name a cartridge that has none': {
    isNew: true,
    call: ({ provider, virtual }) => {
      virtual.faults = [NO_MEMORY];
      return provider.initializeMedia(ID, { overwrite: ID });
    },
    code: 'LTO_LABEL',
    operation: 'initialize',
    message: `is unknown, not "${ID}"`,
    next: 'Insert the right one',
  },
  'labelling a cartridge whose name changes while it is examined': {
    call: (bench) => {
      before(bench, READ, () => renamePastUs(bench, OTHER));
      return bench.provider.initializeMedia(ID);
    },
    code: 'LTO_MEDIUM_CHANGED',
    operation: 'initialize',
    message: 'the cartridge was changed while it was examined',
    next: 'Nothing was written: identify it again',
  },
  'preparing a cartridge without a label': {
    isNew: true,
    call: ({ provider }) => provider.prepareForWrite(ID),
    code: 'LTO_LABEL',
    operation: 'read label',
    message: 'the tape has no cartridge label: nothing is recorded on it',
    next: 'Check that this is the right cartridge; `lto label <identifier>` labels a blank one',
  },
  'preparing a cartridge whose barcode and label disagree': {
    isNew: true,
    call: async ({ provider, tape }) => {
      await writeLabel(tape, OTHER);
      await tape.setAttributes({ barcode: ID });
      return provider.prepareForWrite(ID);
    },
    code: 'LTO_LABEL',
    operation: 'identify',
    message: `the barcode in the cartridge memory is "${ID}", but the label "${OTHER}"`,
    next: 'Find out which one is right before anything is written',
  },
  'preparing another cartridge than the label says, where there is no memory': {
    call: ({ provider, virtual }) => {
      virtual.faults = [NO_MEMORY];
      return provider.prepareForWrite(OTHER);
    },
    code: 'LTO_LABEL',
    operation: 'identify',
    message: `not "${OTHER}": its label is "${ID}"`,
    next: `Insert "${OTHER}"`,
  },
  'preparing a cartridge whose last file was cut off': {
    call: async ({ provider, tape, virtual }) => {
      await tape.spaceToEndOfData();
      await cutOff({ tape, virtual });
      return provider.prepareForWrite(ID);
    },
    code: 'LTO_UNTERMINATED_FILE',
    operation: 'prepare',
    message: 'file 1, the last on the tape, was cut off',
    next: 'Read it if it matters, then prepare with `closeUnterminated`, which writes the filemark first',
    more: { records: 0, bytes: 0 },
  },
  'preparing a cartridge that was erased since its label was read': {
    call: async ({ provider, tape }) => {
      await provider.prepareForWrite(ID);
      await tape.rewind();
      await tape.erase();
      return provider.prepareForWrite(ID);
    },
    code: 'LTO_LABEL',
    operation: 'prepare',
    message: 'the tape is blank, although its label was read before',
    next: /^Find out what has erased it; `initializeMedia` labels it again$/,
  },
  'writing to a cartridge that was not prepared': {
    call: ({ provider }) => provider.writeArchive(ID, source(1)),
    code: 'LTO_INVALID_ARGUMENT',
    operation: 'write',
    message: `the cartridge "${ID}" was not prepared for writing`,
    next: 'Call `prepareForWrite` first, and again after an error',
  },
  'writing to a cartridge that was changed since it was prepared': {
    call: async (bench) => {
      await labelOther(bench, OTHER);
      await bench.provider.prepareForWrite(ID);
      await swapTo(bench, OTHER);
      return bench.provider.writeArchive(ID, source(1));
    },
    code: 'LTO_MEDIUM_CHANGED',
    operation: 'write',
    message: 'the cartridge may have been changed since it was prepared',
    next: 'Nothing was written: prepare it again',
  },
  'writing behind a file that another program wrote since': {
    call: async ({ provider, tape }) => {
      await provider.prepareForWrite(ID);
      await tape.writeFile([testData(MIB)]);
      return provider.writeArchive(ID, source(1));
    },
    code: 'LTO_POSITION_MISMATCH',
    operation: 'write',
    message: 'the data ends with file 1, not with file 0',
    next: 'Nothing was written: prepare it again',
  },
  'writing to a cartridge of another generation than is configured': {
    settings: { generation: 'LTO-7' },
    isNew: true,
    call: ({ provider }) => provider.initializeMedia(ID),
    code: 'LTO_VERIFICATION_FAILED',
    operation: 'write',
    message: 'the cartridge is LTO-8, but the configuration says LTO-7',
    next: 'Insert a cartridge of that generation, or change the configuration',
  },
  'asking for the rights to a cartridge in an empty drive': {
    drive: { cartridge: false },
    isNew: true,
    call: ({ provider }) => provider.isWriteProtected(),
    code: 'LTO_NO_MEDIUM',
    operation: 'write protection',
    message: 'there is no cartridge in the drive',
    next: /^Insert one$/,
    more: { sense: expect.objectContaining({ asc: 0x3a }) },
  },
  'writing where a library has set a key': {
    drive: { encryption: { byLibrary: true } },
    call: async ({ provider, virtual }) => {
      await virtual.setLibraryKey(Buffer.alloc(32, 7), 'library');
      return provider.prepareForWrite(ID);
    },
    code: 'LTO_ENCRYPTION',
    operation: 'write',
    message: 'the library has set a key, and what is written would be encrypted with it',
    next: 'Nothing was written: switch encryption by the library off for this drive, or let hosts set the keys',
  },
  'writing with a key, without a store of keys': {
    settings: { encryptionKeyId: 'key 2026' },
    call: ({ provider }) => provider.prepareForWrite(ID),
    code: 'LTO_ENCRYPTION_KEY',
    operation: 'prepare',
    message: 'the configuration requires the key "key 2026", but no key store was given',
    next: 'No data is written unencrypted while a key is configured',
    more: { keyId: 'key 2026' },
  },
  'writing with a key that the store has not': {
    settings: { encryptionKeyId: 'key 2026' },
    options: { keyStore: { get: async () => undefined } },
    call: ({ provider }) => provider.prepareForWrite(ID),
    code: 'LTO_ENCRYPTION_KEY',
    operation: 'prepare',
    message: 'but the key store has no such key',
    next: 'give the provider a `keyStore` that has it',
    more: { keyId: 'key 2026' },
  },
  'a cartridge that is named where there is no library': {
    call: ({ provider }) => provider.position({ cartridge: ID }),
    code: 'LTO_INVALID_ARGUMENT',
    operation: 'ask',
    message: 'there is no library that could bring a cartridge',
    next: 'Leave `cartridge` out: the one in the drive is asked about',
  },
};

it.each(Object.entries(REFUSALS))('%s', async (_what, refusal) => {
  await expectRefusal(refusal);
});

describe('a label', () => {
  it('that reads back as another one is not believed', async () => {
    const { tape, virtual, device } = await newLabelledBench();
    const execute = virtual.execute.bind(virtual);
    virtual.execute = async (cdb, data) => {
      const result = await execute(cdb, data);
      // A drive that returns other data than it was given.
      if (cdb[0] === READ && result.dataIn && result.dataIn.length > 520) result.dataIn[512] = 0x5a;
      return result;
    };
    const failure = await failureOf(() => writeLabel(tape, ID, { overwrite: true }));
    expect(failure).toMatchObject({ code: 'LTO_VERIFICATION_FAILED', device, operation: 'write label' });
    expect(failure.message).toContain(`the label reads back as "ZA0001L8", not "${ID}"`);
    expect(failure.next).toBe('Label this cartridge again before you use it');
  });

  it('is not written over data, which is told with the number of files', async () => {
    const { tape, device } = await newLabelledBench();
    await tape.writeFile([testData(100)]);
    const failure = await failureOf(() => writeLabel(tape, ID));
    expect(failure).toMatchObject({ code: 'LTO_NOT_BLANK', device, operation: 'write label' });
    expect(failure.message).toContain(`the tape holds data: it is labelled "${ID}"; 2 files in all`);
    expect(failure.next).toBe('Take a blank cartridge, or overwrite this one if all that is on it may be lost');
    expect(await tape.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });

  it('that cannot be read is not said to be something else', async () => {
    const { provider, tape, virtual } = await newLabelledBench();
    virtual.faults = [{ command: 'READ(6)', outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
    await expect(readLabel(tape)).rejects.toBeInstanceOf(MediumError);
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(MediumError);
    await expect(provider.checkExistingData()).rejects.toBeInstanceOf(MediumError);
    await expect(provider.initializeMedia(ID)).rejects.toBeInstanceOf(MediumError);
  });

  it('counts a file that was cut off, and says so', async () => {
    const { tape, virtual } = await newLabelledBench();
    await tape.rewind();
    await cutOff({ tape, virtual });
    const failure = await failureOf(() => writeLabel(tape, ID));
    expect(failure.message).toContain('the tape holds data: file 0 was cut off before its filemark; 1 file in all');
    await expect(readLabel(tape)).rejects.toThrow('file 0 was cut off before its filemark');
  });
});

it('says how an archive is not cut off by a second provider that has an older preparation', async () => {
  const bench = await newLabelledBench();
  const other = new LtoProvider({ devicePath: bench.device }, { open: async () => bench.tape });
  await bench.provider.prepareForWrite(ID);
  await other.prepareForWrite(ID);
  await other.writeArchive(ID, source(5));
  await other.prepareForWrite(ID);
  await other.writeArchive(ID, source(5));
  const failure = await failureOf(() => bench.provider.writeArchive(ID, source(6)));
  expect(failure.message).toContain('the data ends with file 2, not with file 0');
  await other.close();
});
