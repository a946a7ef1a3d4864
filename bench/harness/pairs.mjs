// Ours against others, interleaved: whatever else the machine does at the time meets both.
import { median, spread } from './statistics.mjs';

/**
 * Runs every contender once a round, in turns that move on from round to round.
 * @template T
 * @param {number} rounds
 * @param {Record<string, () => Promise<T>>} contenders
 * @param {{ before?: () => Promise<unknown> }} options `before` each run
 * @returns {Promise<Record<string, T[]>>} by contender, a result a round
 */
export async function interleaved(rounds, contenders, { before = async () => {} } = {}) {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      await before();
      results[name].push(await contenders[name]());
    }
  }
  return results;
}

/** Spread of these divided by those, round by round. */
export function ratios(these, those) {
  return spread(these.map((value, round) => value / those[round]));
}

/** A row for each contender: speed, CPU, memory, and how it compares with one of them. */
export function throughputRows(results, bytes, standard) {
  const speeds = (name) => results[name].map(({ usage }) => bytes / 1e6 / usage.seconds);
  const cpu = (name) => results[name].map(({ usage }) => usage.cpuSeconds / (bytes / 1e9));
  return Object.keys(results).map((name) => ({
    contender: name,
    speed: spread(speeds(name)),
    cpu: spread(cpu(name)),
    peakRss: median(results[name].map(({ usage }) => usage.peakRss)),
    ...(name !== standard && {
      speedRatio: ratios(speeds(name), speeds(standard)),
      cpuRatio: ratios(cpu(name), cpu(standard)),
    }),
  }));
}
