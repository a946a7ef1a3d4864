import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Time and CPU of a command and its children, as bash takes them from wait4. */
export async function timed(command) {
  const { stderr } = await run('bash', ['-c', `TIMEFORMAT='%R %U %S'; time { ${command}; }`]);
  const [seconds, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  if (![seconds, user, system].every(Number.isFinite)) throw new Error(`${command}: ${stderr}`);
  return { seconds, cpuSeconds: user + system, peakRss: 0 };
}
