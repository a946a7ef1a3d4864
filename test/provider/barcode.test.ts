import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, LabelError, MediumError } from '../../src/errors/index.js';
import { isSameCartridge } from '../../src/library/same-cartridge.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import { decodeLabel } from '../../src/provider/label/label-archive.js';
import { attributeValue } from '../../src/scsi/mam/values.js';
import type { Fault } from '../../src/virtual/index.js';
import { collect } from '../conformance/conformance.js';
import { ID, MIB, newBench, newLabelledBench, source } from './support.js';

const NO_MEMORY_WRITES: Fault = {
  command: 'WRITE ATTRIBUTE',
  outcome: { sense: { key: 0x5, asc: 0x20, ascq: 0 } },
};

describe('a drive that refuses WRITE ATTRIBUTE', () => {
  it('gets the label all the same, and the tape is prepared by it from then on', async () => {
    const { provider, virtual, tape } = await newLabelledBench();
    virtual.faults = [NO_MEMORY_WRITES];
    const report = await provider.initializeMedia('BB0002L8', { overwrite: ID });
    expect(report.memory?.refused).toContainEqual(
      expect.objectContaining({ id: 0x0806, reason: 'the drive refuses it' }),
    );
    expect(report.warnings).toEqual([expect.stringContaining(`keeps the barcode "${ID}"`)]);
    expect((await tape.mam())?.values.barcode).toBe(ID);
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({
      identity: 'BB0002L8',
      source: 'label',
      barcode: ID,
    });
    await provider.prepareForWrite('BB0002L8');
    expect(await provider.writeArchive('BB0002L8', source(MIB))).toMatchObject({
      cartridge: 'BB0002L8',
      location: 1,
    });
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(LabelError);
    await expect(provider.prepareForWrite('CC0003L8')).rejects.toBeInstanceOf(LabelError);
  });

  it('has its memory written before the tape, and put back when the tape can not be', async () => {
    const { virtual, tape } = await newLabelledBench();
    virtual.faults = [{ command: 'WRITE(6)', outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0 } } }];
    await expect(writeLabel(tape, 'BB0002L8', { overwrite: true })).rejects.toBeInstanceOf(MediumError);
    expect((await tape.mam())?.values).toMatchObject({ barcode: ID, userMediumLabel: ID });
  });
});

describe('barcodes of six and of eight characters', () => {
  it.each([
    ['ABC001', 'ABC001L8', true],
    ['ABC001LY', 'ABC001', true],
    ['ABC001', 'ABC001', true],
    ['ABC001', 'ABC001XX', false],
    ['ABC001L7', 'ABC001L8', false],
    ['ABC00', 'ABC00L8', false],
    ['ABC001', 'ABC002L8', false],
  ])('%s and %s: one cartridge is %s', (one, other, same) => {
    expect([isSameCartridge(one, other), isSameCartridge(other, one)]).toEqual([same, same]);
  });

  it('name a cartridge that a library knows by the other', async () => {
    const { provider, virtual } = await newBench({}, { cartridge: { barcode: 'ABC001' } });
    virtual.faults = [NO_MEMORY_WRITES];
    expect((await provider.initializeMedia('ABC001L8')).warnings).toEqual([]);
    await provider.prepareForWrite('ABC001L8');
    await provider.prepareForWrite('ABC001');
    expect((await provider.identifyMedia({ allowIntrusive: true })).label).toBe('ABC001L8');
  });

  it.each([
    ['ABC001', 'ABC001L8'],
    ['ABC001L8', 'ABC001'],
  ])('are one from preparing (%s) to writing, reading and finalizing (%s)', async (prepared, named) => {
    const { provider } = await newBench({}, { cartridge: { barcode: 'ABC001L8' } });
    await provider.initializeMedia('ABC001L8');
    await provider.prepareForWrite(prepared);
    expect(await provider.writeArchive(named, 'one')).toMatchObject({ cartridge: 'ABC001L8', location: 1 });
    await provider.verifyArchive(named, 1);
    await provider.finalizeMedia(named);
  });

  it('are one in an archive that spans cartridges: it does not continue on the one that is full', async () => {
    const small = { cartridge: { barcode: 'ABC001L8', capacityBytes: 16 * MIB }, earlyWarningBytes: MIB };
    const { provider } = await newBench({}, small);
    await provider.initializeMedia('ABC001L8');
    await provider.prepareForWrite('ABC001L8');
    let asked = 0;
    const written = provider.writeArchive('ABC001', source(20 * MIB), {
      onEndOfMedium: () => {
        asked += 1;
        return 'ABC001';
      },
    });
    await expect(written).rejects.toMatchObject({ message: expect.stringContaining('is full') });
    expect(asked).toBe(1);
  });

  it('are one where the parts of an archive are read', async () => {
    const { provider } = await newBench({}, { cartridge: { barcode: 'ABC001L8' } });
    await provider.initializeMedia('ABC001L8');
    await provider.prepareForWrite('ABC001L8');
    const receipt = await provider.writeArchive('ABC001L8', 'one');
    const { encryptionKeyId: _none, ...part } = receipt.parts[0] ?? receipt;
    const parts = [part, { ...part, cartridge: 'OTHER1L8' }];
    const stream = await provider.readArchive('ABC001', 1, { parts, onNextCartridge: () => undefined });
    await expect(collect(stream)).rejects.toMatchObject({ message: expect.stringContaining('is not "OTHER1L8"') });
  });
});

describe('what is no text', () => {
  it.each([[null], [5], [5n], [Symbol('s')], [{}]] as unknown[][])(
    '%s is the identifier of no cartridge',
    async (given) => {
      const { provider } = await newLabelledBench();
      await provider.prepareForWrite(ID);
      const id = given as string;
      const from = source(10);
      for (const call of [
        () => provider.initializeMedia(id),
        () => provider.writeArchive(id, from),
        () => provider.readArchive(id, 1),
        () => provider.verifyArchive(id, 1),
        () => provider.prepareForWrite(id),
        () => provider.finalizeMedia(id),
      ]) {
        await expect(call()).rejects.toBeInstanceOf(InvalidArgumentError);
      }
      expect(from.destroyed).toBe(true);
    },
  );
});

describe('the suffix of a barcode', () => {
  it.each([
    ['AB0001L7', {}, 'the suffix L7 is that of LTO-7, but the cartridge is LTO-8'],
    ['AB0001LY', {}, 'the suffix LY is that of LTO-8 WORM, but the cartridge is LTO-8'],
    ['AB0001L8', { worm: true }, 'the suffix L8 is that of LTO-8, but the cartridge is LTO-8 WORM'],
    ['AB0001L8', {}, undefined],
    ['AB0001', {}, undefined],
    ['SHELF 17', {}, undefined],
  ])('%s on %j: %s', async (id, cartridge, warning) => {
    const { tape } = await newBench({}, { cartridge: { barcode: 'X', ...cartridge } });
    expect((await writeLabel(tape, id)).warnings).toEqual(warning === undefined ? [] : [warning]);
  });
});

describe('an identifier that is more than ASCII', () => {
  const NAME = 'Kühlhaus 3 · März';

  it('is the label and the user label in UTF-8, and no barcode, with the reason', async () => {
    const { provider, tape } = await newBench({}, { cartridge: { barcode: 'SHELF1' } });
    const { memory } = await provider.initializeMedia(NAME, { overwrite: 'SHELF1' });
    expect(memory?.refused).toEqual([
      { id: 0x0806, key: 'barcode', name: 'barcode', value: NAME, reason: 'the attribute takes printable ASCII only' },
    ]);
    const written = await tape.mam();
    expect(written?.values).toMatchObject({ userMediumLabel: NAME, textLocalization: 0x81, barcode: 'SHELF1' });
    expect(await readLabel(tape)).toBe(NAME);
    await provider.prepareForWrite(NAME);
  });

  it.each(['', ' A', 'A\u0007', 'A\u202eB', 'é\u0000', 'A'.repeat(33), 'é'.repeat(81)])('is not %j', async (id) => {
    const { tape } = await newBench();
    await expect(writeLabel(tape, id)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    expect(decodeLabel(Buffer.alloc(0))).toHaveProperty('foundInstead');
  });
});

describe('ASCII attributes that nobody has written as they should be', () => {
  const value = (bytes: Uint8Array) => {
    const padded = Buffer.alloc(32, 0x20);
    padded.set(bytes);
    return attributeValue({ id: 0x0806, readOnly: false, format: 'ascii', bytes: padded });
  };
  it.each([
    ['all FFh', Buffer.alloc(32, 0xff), undefined],
    ['NULs', Buffer.alloc(32), undefined],
    [
      'a NUL behind the text, and rubbish behind that',
      Buffer.from('ABC001L8\0\u00ff\u0001rubbish', 'latin1'),
      'ABC001L8',
    ],
    ['text that ends in FFh', Buffer.concat([Buffer.from('ABC001L8'), Buffer.alloc(24, 0xff)]), undefined],
    ['a control character', Buffer.from('ABC\u0007001'), undefined],
    ['Latin-1', Buffer.from('ABC\u00e9', 'latin1'), undefined],
    ['text', Buffer.from('ABC001L8'), 'ABC001L8'],
  ])('%s', (_what, bytes, expected) => {
    expect(value(bytes)).toBe(expected);
  });

  it('text of all FFh, or with control characters, is none', () => {
    const bytes = Buffer.alloc(160, 0xff);
    expect(attributeValue({ id: 0x0803, readOnly: false, format: 'text', bytes }, 0x01)).toBeUndefined();
    bytes.fill(0).write('A\u001b[2J');
    expect(attributeValue({ id: 0x0803, readOnly: false, format: 'text', bytes }, 0x81)).toBeUndefined();
  });
});
