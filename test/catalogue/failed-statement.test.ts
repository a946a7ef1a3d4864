// A statement that has failed spoils neither what comes next nor the end.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteFile, SQLITE_DRIVERS } from '../../src/catalogue/engine/sqlite-file.js';
import { openCatalogue } from '../../src/catalogue/index.js';
import { temporaryFolder } from '../virtual/support.js';
import { onEachEngine } from './engines.js';
import { archiveRecord } from './records.js';

const HERE = SQLITE_DRIVERS.filter((driver) => driver !== 'node:sqlite' || process.getBuiltinModule('node:sqlite'));

it.each(HERE)('of a file is not kept, and the file is closed (%s)', async (driver) => {
  const { file } = openSqliteFile(join(await temporaryFolder(), 'file.sqlite'), driver);
  file.exec('CREATE TABLE numbers (number INTEGER UNIQUE)');
  const insert = 'INSERT INTO numbers VALUES (?)';
  file.all(insert, [1]);
  for (const _again of [1, 2]) expect(() => file.all(insert, [1])).toThrow(/UNIQUE/);
  // As another statement would.
  file.all(insert, [2]);
  expect(() => file.all(insert, [2])).toThrow(/UNIQUE/);
  expect(file.all('SELECT count(*) AS n FROM numbers', [])).toEqual([{ n: 2 }]);
  file.close();
});

onEachEngine((engine, newPlace) => {
  it.skipIf(engine === 'postgresql')('leaves a catalogue that can be used and closed', async () => {
    const place = await newPlace();
    const catalogue = await openCatalogue(place.location, place.options);
    await catalogue.apply([archiveRecord({ archive: 'one' })]);
    // As on a full disk.
    const { driver, file } = openSqliteFile(place.location, place.options.sqlite);
    expect(driver).toBe(engine);
    file.exec("CREATE TRIGGER full BEFORE INSERT ON drives BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END");
    file.close();
    for (const serialNumber of ['D1', 'D2']) {
      await expect(catalogue.apply([{ type: 'drive', serialNumber }])).rejects.toMatchObject({
        code: 'LTO_CATALOGUE',
        reason: 'disk',
        message: expect.stringContaining('database or disk is full'),
      });
    }
    await catalogue.apply([archiveRecord({ archive: 'two' })]);
    expect(await catalogue.archives()).toHaveLength(2);
    await catalogue.close();
  });
});
