// The other end of job.mjs.
import { Meter } from './meter.mjs';

process.once('message', async ({ job, args, meter: options }) => {
  const [file, name] = job.split(':');
  const meter = new Meter(options);
  try {
    const module = await import(new URL(`../jobs/${file}.mjs`, import.meta.url).href);
    const value = await module[name](args, meter);
    process.send({ value: value ?? null, usage: meter.usage }, () => process.disconnect());
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) }, () => process.disconnect());
  }
});
