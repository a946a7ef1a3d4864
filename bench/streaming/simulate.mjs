// A tape job in simulated time: a source, what the host holds in between, and the drive's speed model.
import { libraryUrl } from '../harness/library.mjs';
import { BurstySource } from './source.mjs';

const { SpeedModel } = await import(libraryUrl('virtual/drive/speed-model.js'));

/**
 * Runs a job of so many bytes.
 * @param {{ facts: object, bursts: import('./source.mjs').Bursts, policy: import('./policies.mjs').Policy, bytes: number }}
 *   job
 * @returns what the drive counted, and the seconds until the filemark was on the medium
 */
export function simulate({ facts, bursts, policy, bytes }) {
  const { unit, units, start, gathersAfter, pace } = policy;
  const drive = new SpeedModel(facts);
  const memory = new HostMemory(new BurstySource(bursts), policy, Math.ceil(bytes / unit));
  const { taken } = memory;
  let notBefore = memory.filledAt(start - 1);
  for (let next = 0; next < memory.count; next += 1) {
    const at = Math.max(memory.filledAt(next), notBefore, taken[next - 1] ?? 0);
    taken.push(drive.write(at, unit));
    notBefore = pace ? at + unit / pace(memory.levelAt(at, next) / units) : 0;
    const starved = next + 1 < memory.count && memory.filledAt(next + 1) - taken[next] > gathersAfter;
    if (starved) notBefore = memory.filledAt(next + start);
  }
  const seconds = drive.flush(taken.at(-1));
  return { ...drive.at(seconds), seconds, bytes: memory.count * unit };
}

/** When each unit was there, and when the drive had taken it. */
class HostMemory {
  taken = [];
  count;
  #source;
  #policy;
  #filled = [];

  constructor(source, policy, count) {
    this.#source = source;
    this.#policy = policy;
    this.count = count;
  }

  /** One unit after the other, and only into memory that is free again. */
  filledAt(wanted) {
    const last = Math.min(wanted, this.count - 1);
    const { unit, units } = this.#policy;
    while (this.#filled.length <= last) {
      const next = this.#filled.length;
      const begin = Math.max(this.#filled[next - 1] ?? 0, this.taken[next - units] ?? 0);
      this.#filled.push(this.#source.next(begin, unit));
    }
    return this.#filled[last];
  }

  /** Units that are there at a time, from `first` on. */
  levelAt(at, first) {
    const { units } = this.#policy;
    let level = 1;
    while (level < units && first + level < this.count && this.filledAt(first + level) <= at) level += 1;
    return level;
  }
}
