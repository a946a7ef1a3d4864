import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compiledSources } from '../support/compiled.js';
import { temporaryFolder } from '../virtual/support.js';
import { onEachEngine, type Place } from './engines.js';

const PACKAGE = join(import.meta.dirname, '../..');
const compiled = compiledSources();

/** Records archives one after the other, and says which are safe. */
const PROGRAM = (place: Place, name: string, count: number) => `
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

async function start(place: Place, name: string, count: number): Promise<{ child: ChildProcess; safe: string[] }> {
  const file = join(await temporaryFolder(), `${name}.mjs`);
  await writeFile(file, PROGRAM(place, name, count));
  const safe: string[] = [];
  const child = fork(file, { env: { ...process.env, NODE_LTO_PREBUILD: PACKAGE }, execArgv: [] });
  child.on('message', (archive) => safe.push(String(archive)));
  return { child, safe };
}

onEachEngine((_engine, newPlace) => {
  it('is written by several processes at once, with nothing lost', { timeout: 120_000 }, async () => {
    const place = await newPlace();
    const writers = await Promise.all(['one', 'two', 'three'].map((name) => start(place, name, 20)));
    await Promise.all(writers.map(({ child }) => once(child, 'exit')));
    expect(writers.map(({ safe }) => safe.length)).toEqual([20, 20, 20]);
    const catalogue = await place.open();
    expect(await catalogue.stats()).toMatchObject({ archives: { durable: 60 }, members: 3000, cartridges: 3 });
  });

  it('has all that was said to be safe when its writer is killed', { timeout: 120_000 }, async () => {
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
