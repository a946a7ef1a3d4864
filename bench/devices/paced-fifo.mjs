// A drive of an LTO-9's speed that is not in the process that writes: a FIFO to a process that takes what comes at 400 MB/s.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { timed } from '../harness/timed.mjs';

/** Native speed, bytes a second. */
const LTO9 = 400e6;

/** What belongs below a table of figures from it. */
export const PACED_NOTE = 'Through a FIFO to a process that takes 400 MB/s, as an LTO-9 does.';

/** Makes one in a folder: runs a job with it as the job's target. */
export async function makePacedFifo(folder) {
  const path = join(folder, 'fifo');
  await timed(`mkfifo "${path}"`);
  return async (job, args) => {
    const taken = runJob('recording:take', { path, speed: LTO9 });
    const result = await runJob(job, { target: { kind: 'file', path }, ...args });
    await taken;
    return result;
  };
}
