// What a library costs that has neither move times nor a bus: decoding its inventory, and bringing a cartridge.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { withFolder } from '../harness/scratch.mjs';

const COLUMNS = { what: 'what', cold: 'cold ms', warm: 'warm ms', limit: 'at most ms' };
const SLOTS = 10_000;

function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}

/** Each round is a process of its own: cold is the first time in it. */
async function row(what, limit, rounds, run) {
  const results = [];
  for (let round = 0; round < rounds; round += 1) results.push((await run(round)).value);
  return {
    what,
    cold: median(results.map(({ cold }) => cold)),
    warm: median(results.flatMap(({ warm }) => warm)),
    limit,
  };
}

export function library({ quick, rounds }) {
  return withFolder(async (folder) => {
    const repeats = quick ? 4 : 20;
    const rows = [
      await row(`inventory of ${SLOTS} slots decoded`, 100, rounds, () =>
        runJob('library:inventory', { slots: SLOTS, repeats }),
      ),
      await row('cartridge brought, another one put back', 200, rounds, (round) =>
        runJob('library:bring', { folder: join(folder, `library-${round}`), repeats }),
      ),
    ];
    return [{ title: 'A library without move times', columns: COLUMNS, rows }];
  });
}
