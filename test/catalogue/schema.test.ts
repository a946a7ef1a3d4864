import { writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Engine } from '../../src/catalogue/engine/engine.js';
import { postgresEngine } from '../../src/catalogue/engine/postgres.js';
import { sqliteEngine } from '../../src/catalogue/engine/sqlite.js';
import { openCatalogue } from '../../src/catalogue/index.js';
import { migrate } from '../../src/catalogue/store/migrate.js';
import { LATEST } from '../../src/catalogue/store/migrations.js';
import { onEachEngine, type Place } from './engines.js';
import { archiveRecord, members } from './records.js';

function engineOf({ engine, location, options }: Place): Promise<Engine> {
  if (engine === 'postgresql') return postgresEngine(location, 10_000);
  return Promise.resolve(sqliteEngine({ path: location, busyTimeoutMs: 10_000, driver: options.sqlite }));
}

async function withEngine<T>(place: Place, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await engineOf(place);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

onEachEngine((engine, newPlace) => {
  it.each(Array.from({ length: LATEST }, (_, version) => version))(
    'goes up from version %i with what is in it',
    async (version) => {
      const place = await newPlace();
      await withEngine(place, async (opened) => {
        await migrate(opened, version);
        if (version === 0) return;
        await opened.db
          .insertInto('cartridges')
          .values({ cartridge: 'OLD001L6' } as never)
          .execute();
        const archive = {
          archive: 'old',
          state: 'durable',
          bytes: 5,
          members_complete: 0,
          member_count: 0,
          created_at: 1,
        };
        await opened.db
          .insertInto('archives')
          .values(archive as never)
          .execute();
      });
      const catalogue = await place.open();
      const found = (await catalogue.cartridges()).map(({ cartridge }) => cartridge);
      expect(found).toEqual(version === 0 ? [] : ['OLD001L6']);
      await catalogue.apply([archiveRecord(), members('monday', ['a/name.txt'])]);
      expect((await catalogue.find({ pattern: 'name' })).members).toHaveLength(1);
      expect(await catalogue.archives()).toHaveLength(version === 0 ? 1 : 2);
    },
  );

  it('is of the same tables whatever version it comes from', async () => {
    const tables = async (version: number) => {
      const place = await newPlace();
      return withEngine(place, async (opened) => {
        await migrate(opened, version);
        await migrate(opened);
        const found = await opened.db.introspection.getTables();
        return found.map(({ name, columns }) => [name, columns.map((column) => column.name)]);
      });
    };
    const whole = await tables(LATEST);
    for (let version = 1; version < LATEST; version += 1) expect(await tables(version)).toEqual(whole);
  });

  it('refuses a schema that is newer, and leaves it as it is', async () => {
    const place = await newPlace();
    await (await place.open()).close();
    await withEngine(place, async ({ db }) => {
      await db
        .updateTable('schema_version')
        .set({ version: LATEST + 1 })
        .execute();
    });
    await expect(place.open()).rejects.toMatchObject({ code: 'LTO_CATALOGUE', reason: 'newer-schema' });
    await withEngine(place, async ({ db }) => {
      expect(await db.selectFrom('schema_version').selectAll().execute()).toEqual([{ version: LATEST + 1 }]);
    });
  });

  it('is made once by several that open it at the same time', async () => {
    const place = await newPlace();
    const opened = await Promise.all([place.open(), place.open(), place.open()]);
    await Promise.all(opened.map((catalogue, index) => catalogue.apply([archiveRecord({ archive: `a${index}` })])));
    expect(await opened[0]?.archives()).toHaveLength(3);
  });

  it.runIf(engine !== 'postgresql')('refuses a file of something else, and leaves it as it is', async () => {
    const place = await newPlace();
    await writeFile(place.location, 'a text that is long enough to be the header of a database'.repeat(20));
    await expect(place.open()).rejects.toMatchObject({ code: 'LTO_CATALOGUE', reason: 'malformed' });
    const other = await newPlace();
    await withEngine(other, ({ db }) => sql`create table something (other text)`.execute(db));
    await expect(other.open()).rejects.toMatchObject({ code: 'LTO_CATALOGUE', reason: 'malformed' });
  });
});

it('refuses places that cannot be, and options', async () => {
  for (const location of [null, '', 7, undefined]) {
    await expect(openCatalogue(location as never)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  }
  for (const options of [null, { busyTimeoutMs: -1 }, { sqlite: 'oracle' }, { signal: 7 }, { busyTimeout: 5 }]) {
    await expect(openCatalogue('/nowhere/at/all', options as never)).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
    });
  }
  await expect(openCatalogue('/proc/nowhere/catalogue')).rejects.toMatchObject({ reason: 'unreachable' });
  const nobody = 'postgresql://me:secret@127.0.0.1:1/catalogue';
  const error = await openCatalogue(nobody).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'LTO_CATALOGUE', reason: 'unreachable' });
  expect(String(error)).not.toContain('secret');
});
