import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueChange } from '../../src/catalogue/index.js';
import { InvalidArgumentError } from '../../src/index.js';
import { onEachEngine } from './engines.js';
import { archiveRecord, memberRecord, members, partRecord } from './records.js';

async function everything(catalogue: Catalogue, cartridge?: string): Promise<CatalogueChange[]> {
  const changes: CatalogueChange[] = [];
  for await (const change of catalogue.export({ cartridge })) changes.push(change);
  return changes;
}

const paths = async (catalogue: Catalogue, pattern: string, limits = {}) =>
  (await catalogue.find({ pattern, ...limits })).members.map(({ path }) => path);

/** Paths of what this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The listing itself.
      return [];
    }
  });
}

onEachEngine((_engine, newPlace) => {
  it('is empty at first', async () => {
    const catalogue = await (await newPlace()).open();
    expect(await everything(catalogue)).toEqual([]);
    expect(await catalogue.stats()).toMatchObject({ cartridges: 0, archiveBytes: 0, members: 0 });
    expect(await catalogue.find({ pattern: 'anything' })).toEqual({ members: [], more: false });
  });

  it('keeps what it is told, also when it is opened again', async () => {
    const place = await newPlace();
    const first = await place.open();
    const told: CatalogueChange[] = [
      {
        type: 'cartridge',
        cartridge: 'A00001L8',
        barcode: 'A00001L8',
        capacityBytes: 12e12,
        seenAt: 1_790_000_000_001,
      },
      { type: 'drive', serialNumber: 'D1', vendor: 'IBM', product: 'ULT3580-TD8' },
      archiveRecord(),
      members('monday', ['home/', 'home/a.txt', 'home/\\xe9']),
      { type: 'verification', archive: 'monday', at: 1_790_000_000_500, ok: true, serialNumber: 'D1' },
    ];
    await first.apply(told);
    await first.close();
    const again = await place.open();
    expect(await again.cartridges()).toEqual([
      {
        cartridge: 'A00001L8',
        barcode: 'A00001L8',
        capacityBytes: 12e12,
        seenAt: 1_790_000_000_001,
        archives: 1,
        archiveBytes: 655360,
      },
    ]);
    const { type: _, ...record } = archiveRecord({ state: 'verified' });
    expect(await again.archives()).toEqual([{ ...record, members: 3 }]);
    expect(await again.verifications('monday')).toHaveLength(1);
    expect(await again.drives()).toEqual([{ serialNumber: 'D1', vendor: 'IBM', product: 'ULT3580-TD8' }]);
  });

  it('is told twice and has it once; a cartridge keeps what is not told again', async () => {
    const catalogue = await (await newPlace()).open();
    const told = [archiveRecord(), members('monday', ['a', 'b']), members('monday', ['c'], 2)];
    await catalogue.apply([{ type: 'cartridge', cartridge: 'A00001L8', pool: 'blue' }, ...told]);
    await catalogue.apply([{ type: 'cartridge', cartridge: 'A00001L8', place: 'shelf 3' }, ...told]);
    expect(await catalogue.cartridges()).toMatchObject([{ pool: 'blue', place: 'shelf 3', archives: 1 }]);
    expect(await paths(catalogue, '*')).toEqual(['a', 'b', 'c']);
    expect((await catalogue.archives()).map((archive) => archive.members)).toEqual([3]);
  });

  it('applies all of the changes or none', async () => {
    const catalogue = await (await newPlace()).open();
    const orphan = members('tuesday', ['somewhere/lost.txt']);
    await expect(catalogue.apply([archiveRecord(), members('monday', ['in/a/folder']), orphan])).rejects.toThrow(
      InvalidArgumentError,
    );
    expect(await everything(catalogue)).toEqual([]);
    // Ids of folders that were rolled back are not used.
    await catalogue.apply([archiveRecord(), members('monday', ['in/a/folder'])]);
    expect(await paths(catalogue, 'folder')).toEqual(['in/a/folder']);
  });

  it('exports what another one takes', async () => {
    const one = await (await newPlace()).open();
    await one.apply([
      { type: 'cartridge', cartridge: 'A00001L8', pool: 'blue' },
      archiveRecord(),
      members(
        'monday',
        Array.from({ length: 2500 }, (_, index) => `folder/${index}`),
      ),
      { type: 'verification', archive: 'monday', at: 5, ok: false, error: 'LTO_VERIFICATION_FAILED' },
      archiveRecord({ archive: 'tuesday', parts: [partRecord({ cartridge: 'B', fileNumber: 4 })], createdAt: 7 }),
    ]);
    const exported = await everything(one);
    const other = await (await newPlace()).open();
    await other.apply(JSON.parse(JSON.stringify(exported)));
    expect(await everything(other)).toEqual(exported);
    expect((await everything(one, 'B')).map(({ type }) => type)).toEqual(['cartridge', 'archive']);
  });

  it('takes a file number that is written again as the end of what was there', async () => {
    const catalogue = await (await newPlace()).open();
    for (const fileNumber of [1, 2, 3]) {
      await catalogue.apply([archiveRecord({ archive: `a${fileNumber}`, parts: [partRecord({ fileNumber })] })]);
    }
    await catalogue.apply([{ type: 'overwritten', cartridge: 'A00001L8', from: 2 }]);
    const states = (await catalogue.archives({ cartridge: 'A00001L8' })).map(({ archive, state }) => [archive, state]);
    expect(states).toEqual([
      ['a1', 'durable'],
      ['a2', 'lost'],
      ['a3', 'lost'],
    ]);
    expect((await catalogue.cartridges())[0]).toMatchObject({ archives: 1 });
    expect((await catalogue.archives({ states: ['lost'] })).length).toBe(2);
  });

  it('forgets an archive, and a cartridge with all that is on it', async () => {
    const catalogue = await (await newPlace()).open();
    const onBoth = [partRecord(), partRecord({ cartridge: 'B00001L8' })];
    await catalogue.apply([
      archiveRecord(),
      members('monday', ['monday.txt']),
      archiveRecord({ archive: 'both', parts: onBoth }),
      members('both', ['both.txt']),
      archiveRecord({ archive: 'other', parts: [partRecord({ cartridge: 'B00001L8' })] }),
      members('other', ['other.txt']),
    ]);
    await catalogue.apply([{ type: 'forget', archive: 'monday' }]);
    expect(await paths(catalogue, '.txt')).toEqual(['both.txt', 'other.txt']);
    await catalogue.apply([{ type: 'forget', cartridge: 'A00001L8' }]);
    expect(await paths(catalogue, '.txt')).toEqual(['other.txt']);
    expect((await catalogue.cartridges()).map(({ cartridge }) => cartridge)).toEqual(['B00001L8']);
  });

  describe('finds members', () => {
    const TREE = [
      ...['photos/', 'photos/2024/', 'photos/2024/IMG_1.jpg', 'photos/2024/IMG_2.png', 'photos/2025/IMG_1.jpg'],
      ...['docs/50%_off [new].txt', 'docs/a_b.txt', 'docs/a"b.txt', 'docs/acb.txt', 'x', 'docs/ünï/cödé.txt'],
      ...['docs/photos', 'deep/photos/2024x/IMG_9.jpg'],
    ];
    const open = async () => {
      const catalogue = await (await newPlace()).open();
      await catalogue.apply([archiveRecord(), members('monday', TREE)]);
      return catalogue;
    };
    const asRegExp = (pattern: string) => {
      const whole = /[*?]/.test(pattern) ? pattern : `*${pattern}*`;
      const text = whole.replace(/\/\*+$/, '/?*').replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u');
    };

    it('by prefix, suffix, part and wildcards, as a regular expression does', async () => {
      const catalogue = await open();
      const patterns = [
        ...[
          'IMG_1',
          '.jpg',
          '*.jpg',
          'photos/*',
          'photos/2024/*',
          '*2024/',
          '*/2024/*',
          'photos',
          '2024/IMG',
          'x',
          'a_b',
        ],
        ...[
          '50%',
          '[new]',
          '*[new]*',
          'a"b',
          'ünï',
          'cödé',
          '*ï/c*',
          '?',
          'docs/a?b.txt',
          '*',
          'p*s/*g',
          'photos/2024/',
        ],
        ...['*/photos', 'photos/*/IMG_1.jpg', 'nothing like it', 'IMG*jpg', '*2024*9.jpg'],
      ];
      for (const pattern of patterns) {
        const expected = TREE.filter((path) => asRegExp(pattern).test(path));
        expect([pattern, await paths(catalogue, pattern)]).toEqual([pattern, expected]);
      }
    });

    it('by size, time, archive and cartridge, up to a limit', async () => {
      const catalogue = await open();
      const big = { type: 'members', archive: 'big', first: 0 } as const;
      await catalogue.apply([
        archiveRecord({ archive: 'big', parts: [partRecord({ cartridge: 'B' })] }),
        { ...big, members: [memberRecord('big/IMG_1.jpg', { size: 2 ** 40, modified: 1_800_000_000 })] },
      ]);
      expect(await paths(catalogue, 'IMG', { smallest: 101 })).toEqual(['big/IMG_1.jpg']);
      expect(await paths(catalogue, 'IMG', { largest: 100 })).toHaveLength(4);
      expect(await paths(catalogue, 'IMG', { oldest: 1_800_000_000 })).toEqual(['big/IMG_1.jpg']);
      expect(await paths(catalogue, 'IMG', { newest: 1_799_999_999 })).toHaveLength(4);
      expect(await paths(catalogue, 'IMG', { archive: 'big' })).toEqual(['big/IMG_1.jpg']);
      expect(await paths(catalogue, 'IMG', { cartridge: 'B' })).toEqual(['big/IMG_1.jpg']);
      expect(await catalogue.find({ pattern: 'IMG', limit: 2 })).toMatchObject({ more: true, members: [{}, {}] });
      expect(await catalogue.find({ pattern: 'IMG', limit: 5 })).toMatchObject({ more: false });
      await catalogue.apply([{ type: 'overwritten', cartridge: 'B', from: 0 }]);
      expect(await paths(catalogue, 'big')).toEqual([]);
      expect(await paths(catalogue, 'big', { states: ['lost'] })).toEqual(['big/IMG_1.jpg']);
    });

    it('with the record that each begins in, over all parts', async () => {
      const catalogue = await (await newPlace()).open();
      const parts = [
        partRecord({ fileNumber: 2, firstLogicalObject: 100, bytes: 3 * 65536 }),
        partRecord({ cartridge: 'B', fileNumber: 2, firstLogicalObject: undefined, bytes: 65536 }),
      ];
      const offsets = [0, 65536 + 512, 3 * 65536 + 1024];
      const records = offsets.map((offset, index) => memberRecord(`m${index}`, { offset }));
      await catalogue.apply([
        archiveRecord({ parts }),
        { type: 'members', archive: 'monday', first: 0, members: records },
      ]);
      expect((await catalogue.members('monday')).map(({ place }) => place)).toEqual([
        { cartridge: 'A00001L8', fileNumber: 2, logicalObject: 100, offsetInRecord: 0 },
        { cartridge: 'A00001L8', fileNumber: 2, logicalObject: 101, offsetInRecord: 512 },
        { cartridge: 'B', fileNumber: 2, logicalObject: undefined, offsetInRecord: 1024 },
      ]);
    });
  });

  it('refuses what is no change and no query, with nothing done', async () => {
    const catalogue = await (await newPlace()).open();
    const bad: unknown[] = [
      ...[null, undefined, 'text', 7, {}, [null], ['text'], [{}], [{ type: 'nothing' }], [{ type: 'toString' }]],
      ...[[{ type: 'cartridge' }], [{ type: 'cartridge', cartridge: '' }], [{ ...archiveRecord(), state: 'gone' }]],
      ...[[{ ...archiveRecord(), bytes: Number.NaN }], [{ ...archiveRecord(), parts: [null] }]],
      ...[[archiveRecord(), { type: 'members', archive: 'monday', first: -0.5, members: [] }]],
      ...[[archiveRecord(), { type: 'members', archive: 'monday', first: 2 ** 28, members: [memberRecord('a')] }]],
      ...[[{ type: 'forget' }], [{ type: 'verification', archive: 'nobody', at: 1, ok: true }]],
    ];
    for (const changes of bad) {
      await expect(catalogue.apply(changes as CatalogueChange[])).rejects.toThrow(InvalidArgumentError);
    }
    const queries = [
      null,
      {},
      { pattern: '' },
      { pattern: 7 },
      { pattern: 'a', limit: 0 },
      { pattern: 'a', states: [] },
      { pattern: 'a', noSuchOption: 1 },
    ];
    for (const query of queries) {
      await expect(catalogue.find(query as never)).rejects.toThrow(InvalidArgumentError);
    }
    await expect(catalogue.archives({ limit: Number.NaN })).rejects.toThrow(InvalidArgumentError);
    await expect(catalogue.members('')).rejects.toThrow(InvalidArgumentError);
    const misspelt = { cartidge: 'A00001L8' } as never;
    const export_ = async () => {
      for await (const _ of catalogue.export(misspelt));
    };
    for (const [call, nearest] of [
      [() => catalogue.archives(misspelt), 'cartridge'],
      [() => catalogue.find(misspelt), 'cartridge'],
      [export_, 'cartridge'],
      [() => catalogue.members('monday', { form: 2 } as never), 'from'],
      [() => catalogue.cartridges(misspelt), 'signal'],
      [() => catalogue.drives(misspelt), 'signal'],
      [() => catalogue.stats(misspelt), 'signal'],
      [() => catalogue.verifications('monday', misspelt), 'signal'],
    ] as const) {
      await expect(call()).rejects.toThrow(`Did you mean ${nearest}?`);
    }
    expect(await everything(catalogue)).toEqual([]);
  });

  it('takes hostile names as they are', async () => {
    const catalogue = await (await newPlace()).open();
    const names = [
      ...[
        "'; DROP TABLE members; --",
        '"',
        '\\',
        '\\\\',
        '%',
        '_',
        '../../etc/passwd',
        '/',
        '//',
        'a\nb',
        '\u{1f4fc}',
        '*',
      ],
      ...['/'.repeat(3000), `${'long/'.repeat(2000)}end`, 'é'.normalize('NFD'), '\u{202e}gpj.exe'],
    ];
    await catalogue.apply([archiveRecord(), members('monday', names)]);
    expect((await catalogue.members('monday')).map(({ path }) => path)).toEqual(names);
    for (const name of names) {
      const literal = name.replaceAll(/[\\*?]/g, '\\$&');
      // A slash at the end of what is found anywhere stands for what is in that folder.
      expect(await paths(catalogue, name.endsWith('/') ? `*${literal}` : literal)).toContain(name);
    }
  });

  it('rejects with the reason of an aborted signal, and after it is closed', async () => {
    const place = await newPlace();
    const catalogue = await place.open();
    const reason = new Error('enough');
    await expect(catalogue.stats({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await catalogue.close();
    await expect(catalogue.stats()).rejects.toThrow();
  });

  it.runIf(process.platform === 'linux')('keeps no file open after it is closed', async () => {
    const place = await newPlace();
    const catalogue = await place.open();
    await catalogue.apply([archiveRecord(), members('monday', ['home/', 'home/a.txt'])]);
    expect(await paths(catalogue, '*.txt')).toEqual(['home/a.txt']);
    if (place.engine !== 'postgresql') expect(openFiles()).toContain(place.location);
    await catalogue.close();
    expect(openFiles()).not.toContain(place.location);
  });
});
