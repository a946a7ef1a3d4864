import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openCatalogue } from '../../src/catalogue/index.js';
import { compiledSources } from '../support/compiled.js';
import { temporaryFolder } from '../virtual/support.js';
import { onEachEngine, type Place } from './engines.js';

const PACKAGE = join(import.meta.dirname, '../..');
const compiled = compiledSources();

/** Records archives one after the other, and says which are safe. */
const PROGRAM = (place: Pick<Place, 'location' | 'options'>, name: string, count: number) => `
  import { openCatalogue } from ${JSON.stringify(compiled.url('catalogue/index.js'))};
  const catalogue = await openCatalogue(${JSON.stringify(place.location)}, ${JSON.stringify(place.options)});
  for (let number = 0; number < ${count}; number += 1) {
    const archive = '${name}-' + number;
    const parts = [{ cartridge: '${name}', fileNumber: number, records: 1, bytes: 5, recordSize: 512 }];
    const record = { type: 'archive', archive, state: 'durable', parts, bytes: 5, membersComplete: true, createdAt: number };
    const members = Array.from({ length: 50 }, (_, index) =>
      ({ path: '${name}/' + number + '/' + index, type: 'file', size: 1, modified: 1, offset: index, length: 1 }));
    await catalogue.apply([record, { type: 'members', archive, first: 0, members }]);
    process.send(archive);
  }
  await catalogue.close();
  process.disconnect();
`;

async function start(
  place: Pick<Place, 'location' | 'options'>,
  name: string,
  count: number,
): Promise<{ child: ChildProcess; safe: string[] }> {
  const file = join(await temporaryFolder(), `${name}.mjs`);
  await writeFile(file, PROGRAM(place, name, count));
  const safe: string[] = [];
  const child = fork(file, { env: { ...process.env, NODE_LTO_PREBUILD: PACKAGE }, execArgv: [] });
  child.on('message', (archive) => safe.push(String(archive)));
  return { child, safe };
}

/** Records until that fails; then says why, and what there is. */
const FILLING = ({ location, options }: Place) => `
  import { openCatalogue } from ${JSON.stringify(compiled.url('catalogue/index.js'))};
  const catalogue = await openCatalogue(${JSON.stringify(location)}, ${JSON.stringify(options)});
  let number = 0;
  try {
    for (;; number += 1) {
      const archive = 'a' + number;
      const record = { type: 'archive', archive, state: 'durable', parts: [], bytes: 5, membersComplete: true, createdAt: 1 };
      const members = Array.from({ length: 300 }, (_, index) => ({
        path: archive + '/' + index + '-' + Math.random(), type: 'file', size: 1, modified: 1, offset: index, length: 1 }));
      await catalogue.apply([record, { type: 'members', archive, first: 0, members }]);
    }
  } catch ({ code, reason }) {
    const { archives, members } = await catalogue.stats();
    process.send({ code, reason, number, archives: archives.durable, members });
  }
  await catalogue.close();
  process.disconnect();
`;

/** A process whose files cannot grow beyond this, as on a full disk. */
const LIMITED = 'trap "" XFSZ; ulimit -f 1200; exec "$0" "$1"';

onEachEngine((engine, newPlace) => {
  it.skipIf(engine === 'postgresql')('says that the disk is full, and keeps what it had', async () => {
    const place = await newPlace();
    const file = join(await temporaryFolder(), 'filling.mjs');
    await writeFile(file, FILLING(place));
    const env = { ...process.env, NODE_LTO_PREBUILD: PACKAGE };
    const child = spawn('sh', ['-c', LIMITED, process.execPath, file], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [said] = await once(child, 'message');
    const { number } = said as { readonly number: number };
    expect(number).toBeGreaterThan(2);
    expect(said).toEqual({ code: 'LTO_CATALOGUE', reason: 'disk', number, archives: number, members: number * 300 });
    await once(child, 'exit');
    // Where there is room again, it goes on.
    const catalogue = await place.open();
    expect(await catalogue.stats()).toMatchObject({ archives: { durable: number }, members: number * 300 });
    await catalogue.apply([{ type: 'cartridge', cartridge: 'A00001L8' }]);
  });

  it('is written by several processes at once, with nothing lost', { timeout: 600_000 }, async () => {
    const place = await newPlace();
    const writers = await Promise.all(['one', 'two', 'three'].map((name) => start(place, name, 20)));
    await Promise.all(writers.map(({ child }) => once(child, 'exit')));
    expect(writers.map(({ safe }) => safe.length)).toEqual([20, 20, 20]);
    const catalogue = await place.open();
    expect(await catalogue.stats()).toMatchObject({ archives: { durable: 60 }, members: 3000, cartridges: 3 });
  });

  it.skipIf(engine === 'postgresql')(
    'is written by processes that come by different links, with nothing lost',
    { timeout: 600_000 },
    async () => {
      const { location, options, open } = await newPlace();
      const folder = await temporaryFolder();
      const linked = join(folder, 'linked.sqlite');
      await symlink(location, linked);
      await symlink(dirname(location), join(folder, 'folder'));
      const places = [location, linked, join(folder, 'folder', basename(location))];
      const writers = await Promise.all(
        places.map((path, index) => start({ location: path, options }, `w${index}`, 20)),
      );
      await Promise.all(writers.map(({ child }) => once(child, 'exit')));
      expect(writers.map(({ safe }) => safe.length)).toEqual([20, 20, 20]);
      expect(await (await open()).stats()).toMatchObject({ archives: { durable: 60 }, members: 3000 });
      // Nothing is left beside a link.
      expect((await readdir(folder)).toSorted()).toEqual(['folder', 'linked.sqlite']);
    },
  );

  it.skipIf(engine === 'postgresql')('is refused as a file with several names', async () => {
    const { location, options, open } = await newPlace();
    await (await open()).close();
    const other = join(await temporaryFolder(), 'other.sqlite');
    await link(location, other);
    for (const path of [location, other]) {
      await expect(openCatalogue(path, options)).rejects.toMatchObject({ code: 'LTO_CATALOGUE', reason: 'failed' });
    }
    await rm(other);
    await open();
  });

  it.skipIf(engine === 'postgresql')(
    'says who has it when that process stands still, and goes on with it',
    {
      timeout: 600_000,
    },
    async () => {
      const place = await newPlace();
      // Opened while nobody else has it: on a loaded machine its turn may take longer than that to come.
      const catalogue = await openCatalogue(place.location, { ...place.options, busyTimeoutMs: 300 });
      const { child, safe } = await start(place, 'one', 10_000);
      while (safe.length < 3) await once(child, 'message');
      let told: unknown;
      let own = 0;
      // It may stand still between two of its changes; a message can be an old one, of before it went on.
      for (let attempt = 0; attempt < 100 && told === undefined; attempt += 1) {
        await delay(attempt % 12);
        child.kill('SIGSTOP');
        const change = { type: 'cartridge', cartridge: `OWN${own}` } as const;
        told = await catalogue.apply([change]).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (told === undefined) own += 1;
        child.kill('SIGCONT');
        await once(child, 'message');
      }
      expect(told).toMatchObject({ code: 'LTO_CATALOGUE', reason: 'busy' });
      expect(String(told)).toContain(`process ${child.pid}`);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await catalogue.apply([{ type: 'cartridge', cartridge: 'LAST' }]);
      const { archives, cartridges } = await catalogue.stats();
      await catalogue.close();
      expect(archives.durable).toBeGreaterThanOrEqual(safe.length);
      expect(cartridges).toBe(own + 2);
    },
  );

  it('has all that was said to be safe when its writer is killed', { timeout: 600_000 }, async () => {
    const place = await newPlace();
    const said: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { child, safe } = await start(place, `round${round}`, 10_000);
      while (safe.length < 3 + round * 5) await once(child, 'message');
      child.kill('SIGKILL');
      await once(child, 'exit');
      said.push(...safe);
    }
    const catalogue = await place.open();
    const known = new Set((await catalogue.archives()).map(({ archive }) => archive));
    expect(said.filter((archive) => !known.has(archive))).toEqual([]);
    // And nothing half of it.
    for (const { archive } of await catalogue.archives()) expect(await catalogue.members(archive)).toHaveLength(50);
    const pattern = `${said.at(-1)?.replace('-', '/')}/*`;
    expect((await catalogue.find({ pattern })).members).toHaveLength(50);
  });
});

it.skipIf(process.getBuiltinModule('node:sqlite') === undefined)(
  'is written by both libraries at once, with nothing lost',
  {
    timeout: 600_000,
  },
  async () => {
    const location = join(await temporaryFolder(), 'catalogue.sqlite');
    const libraries = ['node:sqlite', 'node-sqlite3-wasm', 'node:sqlite', 'node-sqlite3-wasm'] as const;
    const writers = await Promise.all(
      libraries.map((sqlite, index) => start({ location, options: { sqlite } }, `w${index}`, index < 2 ? 15 : 10_000)),
    );
    const killed = writers.slice(2);
    for (const { child, safe } of killed) {
      while (safe.length < 5) await once(child, 'message');
      child.kill('SIGKILL');
    }
    await Promise.all(writers.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
    for (const sqlite of ['node:sqlite', 'node-sqlite3-wasm'] as const) {
      const catalogue = await openCatalogue(location, { sqlite });
      const known = new Set((await catalogue.archives()).map(({ archive }) => archive));
      expect(writers.flatMap(({ safe }) => safe).filter((archive) => !known.has(archive))).toEqual([]);
      for (const archive of known) expect(await catalogue.members(archive)).toHaveLength(50);
      await catalogue.close();
    }
  },
);
