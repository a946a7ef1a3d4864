// The other end of job.mjs.
import { Meter } from './meter.mjs';

/** Times that a job runs before it is measured: V8 has compiled by then what it runs. */
const WARM_UPS = 2;

process.once('message', async ({ job, args, warmUp, meter: options }) => {
  const [file, name] = job.split(':');
  const meter = new Meter(options);
  try {
    const module = await import(new URL(`../jobs/${file}.mjs`, import.meta.url).href);
    for (let run = 0; warmUp && run < WARM_UPS; run += 1) await module[name]({ ...args, ...warmUp }, new Meter());
    const value = await module[name](args, meter);
    process.send({ value: value ?? null, usage: meter.usage }, () => process.disconnect());
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) }, () => process.disconnect());
  }
});
