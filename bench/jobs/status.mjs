// A status poll, by the provider and by the programs that one would start for it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LtoProvider } from '../harness/library.mjs';

const run = promisify(execFile);

async function timesOf(count, work) {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}

/** Full live info: identity, readiness, cartridge memory, alerts. Milliseconds a poll. */
export async function provider({ device, count, force }, meter) {
  const owner = new LtoProvider({ devicePath: device, ...(!force && { throttleMs: 3_600_000 }) });
  const first = await owner.getLiveInfo({ force: true });
  if (first.state !== 'ready') throw new Error(`the drive is ${first.state}`);
  await timesOf(Math.min(count, 200), () => owner.getLiveInfo({ force }));
  const times = await meter.window(() =>
    force ? timesOf(count, () => owner.getLiveInfo({ force })) : inBulk(count, () => owner.getLiveInfo()),
  );
  await owner.close();
  return times;
}

/** Too short for the clock one by one: the mean of a thousand. */
async function inBulk(count, work) {
  const size = 1000;
  return (
    await timesOf(Math.ceil(count / size), async () => {
      for (let i = 0; i < size; i += 1) await work();
    })
  ).map((time) => time / size);
}

/** mt, sg_read_attr and sg_inq, one after the other; what they say is not even parsed. */
export function programs({ tapeNode, queryNode, count }, meter) {
  const start = (program, ...args) => run(program, args).catch((error) => requireStarted(program, error));
  return meter.window(() =>
    timesOf(count, async () => {
      await start('mt', '-f', tapeNode, 'status');
      await start('sg_read_attr', queryNode);
      await start('sg_inq', queryNode);
    }),
  );
}

/** A program that fails on the drive costs its start all the same; one that is not there costs nothing. */
function requireStarted(program, error) {
  if (typeof error.code !== 'number') throw new Error(`${program}: ${error.message}`);
}
