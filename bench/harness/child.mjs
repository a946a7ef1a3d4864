// The other end of job.mjs.
import { Meter } from './meter.mjs';

/** After so many milliseconds a job does not run again before it is measured. */
const WARM_UP_TIME = 6000;

async function runUpTo(runs, work) {
  const begun = performance.now();
  for (let run = 0; run < runs && performance.now() - begun < WARM_UP_TIME; run += 1) await work();
}

process.once('message', async ({ job, args, warmUp, meter: options }) => {
  const [file, name] = job.split(':');
  const meter = new Meter(options);
  try {
    const module = await import(new URL(`../jobs/${file}.mjs`, import.meta.url).href);
    if (warmUp) await runUpTo(warmUp.runs, () => module[name]({ ...args, ...warmUp.args }, new Meter()));
    const value = await module[name](args, meter);
    process.send({ value: value ?? null, usage: meter.usage }, () => process.disconnect());
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) }, () => process.disconnect());
  }
});
