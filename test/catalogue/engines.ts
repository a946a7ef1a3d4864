import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { type Catalogue, type CatalogueOptions, openCatalogue } from '../../src/catalogue/index.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { temporaryFolder } from '../virtual/support.js';

/** A place for a catalogue: a file with one of the two drivers, or a database of a server. */
export interface Place {
  readonly engine: string;
  readonly location: string;
  readonly options: CatalogueOptions;
  /** Opens it; it is closed after the test. */
  open(): Promise<Catalogue>;
}

const SQLITE = process.getBuiltinModule('node:sqlite') ? ['node:sqlite', 'node-sqlite3-wasm'] : ['node-sqlite3-wasm'];
let server: PostgresServer | undefined;

/** The same tests on each engine that is here. `newPlace` makes an empty place. */
export function onEachEngine(tests: (engine: string, newPlace: () => Promise<Place>) => void): void {
  describe.each([...SQLITE, 'postgresql'])('%s', (engine) => {
    const opened: Catalogue[] = [];
    if (engine === 'postgresql') {
      beforeAll(async () => {
        server = await startPostgres();
      });
      afterAll(async () => {
        await server?.stop();
        server = undefined;
      });
    }
    afterEach(async () => {
      for (const catalogue of opened.splice(0)) await catalogue.close();
    });

    tests(engine, async () => {
      const location = engine === 'postgresql' ? await database() : join(await temporaryFolder(), 'catalogue.sqlite');
      const options: CatalogueOptions =
        engine === 'postgresql' ? {} : { sqlite: engine as NonNullable<CatalogueOptions['sqlite']> };
      const open = async () => {
        const catalogue = await openCatalogue(location, options);
        opened.push(catalogue);
        return catalogue;
      };
      return { engine, location, options, open };
    });
  });
}

/** The server of the tests that run now. */
export function postgres(): PostgresServer {
  if (server === undefined) throw new Error('there is no PostgreSQL here: install the package postgresql');
  return server;
}

function database(): Promise<string> {
  return postgres().newDatabase();
}
