import { describe, expect, it } from 'vitest';
import { requireChanges } from '../../src/provider/record/require-changes.js';

type Facts = Readonly<Record<string, unknown>>;

const PART: Facts = { cartridge: 'AA0001L8', fileNumber: 1, records: 3, bytes: 700, recordSize: 256 };
const PART_MORE: Facts = { firstLogicalObject: 2, checksum: 'crc32:00000000', encryptionKeyId: 'k' };
const MEMBER: Facts = { path: 'a/b', type: 'file', size: 5, modified: 1, offset: 0, length: 1024 };
const MEMBER_MORE: Facts = { pathBytes: 'ff', target: 'c' };

/** For each change what it must have, and what it may have. */
const CHANGES: Readonly<Record<string, readonly [Facts, Facts]>> = {
  cartridge: [
    { cartridge: 'AA0001L8' },
    {
      ...{ barcode: 'AA0001L8', mediumSerial: 'S', generation: 'LTO-8', pool: 'p', state: 'full', place: 'slot 1' },
      ...{ capacityBytes: 10, usedBytes: 5, seenAt: 1 },
    },
  ],
  drive: [{ serialNumber: 'D' }, { vendor: 'V', product: 'P', firmware: 'F', seenAt: 1 }],
  archive: [
    { archive: 'a', state: 'durable', parts: [PART], bytes: 700, membersComplete: false, createdAt: 1 },
    { checksum: 'crc32:00000000' },
  ],
  members: [{ archive: 'a', first: 0, members: [MEMBER] }, {}],
  verification: [
    { archive: 'a', at: 1, ok: true },
    { serialNumber: 'D', error: 'LTO_MEDIUM_ERROR' },
  ],
  overwritten: [{ cartridge: 'AA0001L8', from: 1 }, {}],
};

/** Of another type, and of the same one where that can be wrong. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  string: [7, '', true, {}],
  number: ['7', 1.5, Number.NaN, 2 ** 53, true],
  boolean: ['true', 1],
  object: ['x', {}, 7],
};

const DETAILS = { operation: 'record', device: 'the index' };
const require = (...changes: readonly unknown[]) => requireChanges(changes, DETAILS);
const refusal = (message: string) =>
  expect.objectContaining({ code: 'LTO_INVALID_ARGUMENT', ...DETAILS, message: expect.stringContaining(message) });

describe.each(Object.entries(CHANGES))("the change '%s'", (type, [required, optional]) => {
  it('is taken with what it must have, and with all that it may have', () => {
    require({ type, ...required });
    require({ type, ...required, ...optional }, { type, ...required });
    for (const name of Object.keys(optional)) require({ type, ...required, [name]: null });
  });

  it.each(Object.keys(required))('is refused without %s', (name) => {
    for (const value of [undefined, null]) {
      expect(() => require({ type, ...required, [name]: value })).toThrow(
        refusal(`${name} of the change '${type}' is not a valid `),
      );
    }
  });

  it.each(Object.entries({ ...required, ...optional }))('is refused with a wrong %s', (name, good) => {
    for (const value of WRONG[typeof good] ?? []) {
      expect(() => require({ type, ...required }, { type, ...required, [name]: value })).toThrow(
        refusal(`${name} of the change '${type}' is not a valid `),
      );
    }
  });
});

describe.each([
  ['parts', 'archive', PART, PART_MORE],
  ['members', 'members', MEMBER, MEMBER_MORE],
] as const)('one of %s', (list, type, required, optional) => {
  const withItems = (...items: readonly unknown[]) => ({ type, ...CHANGES[type]?.[0], [list]: items });

  it('is looked at as the change itself', () => {
    require(withItems(), withItems(required, { ...required, ...optional }));
    for (const name of Object.keys(optional)) require(withItems({ ...required, [name]: null }));
    for (const [name, good] of Object.entries({ ...required, ...optional })) {
      for (const value of WRONG[typeof good] ?? []) {
        expect(() => require(withItems(required, { ...required, [name]: value }))).toThrow(
          refusal(`${name} of one of ${list} is not a valid `),
        );
      }
    }
    for (const item of [null, 7, 'x', [1]]) expect(() => require(withItems(item))).toThrow(refusal(`one of ${list}`));
  });
});

it('states of an archive are those that are named', () => {
  const [archive] = CHANGES.archive ?? [];
  for (const state of ['writing', 'buffered', 'durable', 'verified', 'lost']) {
    require({ type: 'archive', ...archive, state });
  }
  expect(() => require({ type: 'archive', ...archive, state: 'gone' })).toThrow(refusal('is not a valid state'));
});

it('what is forgotten is either an archive or a cartridge', () => {
  require({ type: 'forget', archive: 'a' }, { type: 'forget', cartridge: 'AA0001L8' });
  for (const named of [{}, { archive: 'a', cartridge: 'AA0001L8' }]) {
    expect(() => require({ type: 'forget', ...named })).toThrow(refusal('names an archive or a cartridge'));
  }
});

it('what is no list of changes is refused, and other types with those that there are', () => {
  for (const changes of [undefined, null, {}, 'x']) {
    expect(() => requireChanges(changes, DETAILS)).toThrow(refusal('changes are a list'));
  }
  for (const change of [null, 7, 'x']) expect(() => require(change)).toThrow(refusal('a change'));
  for (const type of [undefined, 7, 'other', 'toString']) {
    expect(() => require({ type, archive: 'a' })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`there is no change ${JSON.stringify(type)}`),
        next: 'Changes are cartridge, drive, archive, members, verification, reading, overwritten, forget',
      }),
    );
  }
});
