// A table of what the library and tar took for the same tree.
import { ratios } from './pairs.mjs';
import { median, spread } from './statistics.mjs';

const KIB = 1024;

export const TAR_COLUMNS = {
  tree: 'tree',
  contender: 'contender',
  seconds: 's',
  speed: 'MB/s',
  cpu: 'CPU s',
  cpuPerGigabyte: 'CPU s/GB',
  peakRss: 'peak MiB',
  loop: 'loop p99 ms',
  speedRatio: 'of tar, speed',
  cpuRatio: 'of tar, CPU',
  wanted: 'wanted',
};

/**
 * A row for each contender.
 * @param {Record<string, { usage: import('./meter.mjs').Usage }[]>} results by contender, a result a round
 * @param {{ files: number, bytes: number }} tree so many files of so many bytes
 * @param {{ tar: string, wanted: Record<string, string> }} options `tar`: the contender that is the measure; `wanted`: what a contender has to
 *   reach
 */
export function againstTar(results, { files, bytes }, { tar, wanted }) {
  const total = files * bytes;
  const seconds = (name) => results[name].map(({ usage }) => usage.seconds);
  const cpu = (name) => results[name].map(({ usage }) => usage.cpuSeconds);
  return Object.keys(results).map((name) => ({
    tree: `${files} files of ${bytes / KIB} KiB`,
    contender: name,
    seconds: spread(seconds(name)),
    ...(total > 0 && {
      speed: spread(seconds(name).map((value) => total / 1e6 / value)),
      cpuPerGigabyte: spread(cpu(name).map((value) => value / (total / 1e9))),
    }),
    cpu: spread(cpu(name)),
    // A command that bash has timed has neither.
    peakRss: median(results[name].map(({ usage }) => usage.peakRss)) || undefined,
    loop: loopOf(results[name]),
    ...(name !== tar && {
      speedRatio: ratios(seconds(tar), seconds(name)),
      cpuRatio: ratios(cpu(name), cpu(tar)),
    }),
    wanted: wanted[name],
  }));
}

function loopOf(results) {
  const delays = results.flatMap(({ usage }) => usage.loopDelay?.p99 ?? []);
  return delays.length === 0 ? undefined : median(delays);
}
