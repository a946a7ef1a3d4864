import { setTimeout as delay } from 'node:timers/promises';
import type { Observation } from '../../../provider/observe/observation.js';
import type { ObservedDrives } from '../../../provider/observe/observed-drives.js';
import { parseSeconds } from '../../input/numbers.js';
import { Screen } from '../../output/screen.js';
import { print } from '../../output/standard-output.js';
import { jsonLines, textLines } from '../../output/terminal.js';
import { observationDocument, observationLine, observationPanel, type Trail } from '../../output/text/observation.js';
import type { CommandResult } from '../../run/action.js';
import { interruptible } from '../../run/interrupt.js';
import { type ObservedOptions, withObserved } from '../../run/observed.js';

interface WatchOptions extends ObservedOptions {
  readonly interval?: string | undefined;
}

const DEFAULT_SECONDS = 2;
const LEAST_SECONDS = 0.25;
/** A drive that takes longer is shown as it was. */
const LEAST_PATIENCE_MS = 1000;
/** Looks that a trail holds. */
const LONGEST_TRAIL = 200;

/** What is done with each look at the drives. */
interface View {
  show(observations: readonly Observation[]): Promise<void> | void;
  end(): void;
}

/** Shows all drives until a signal ends it, which is no error. */
export async function watch({ interval, ...options }: WatchOptions): Promise<CommandResult | undefined> {
  const seconds = Math.max(LEAST_SECONDS, interval === undefined ? DEFAULT_SECONDS : parseSeconds(interval));
  await withObserved(options, (drives) =>
    interruptible(async ({ signal }) => {
      const view = viewOf(options.json ?? false);
      try {
        await show(drives, view, seconds * 1000, signal);
      } finally {
        view.end();
      }
    }),
  );
  return undefined;
}

async function show(drives: ObservedDrives, view: View, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const begun = performance.now();
    const observations = await drives.look(Math.max(intervalMs, LEAST_PATIENCE_MS));
    if (signal.aborted) return;
    await view.show(observations);
    const rest = Math.max(0, intervalMs - (performance.now() - begun));
    await delay(rest, undefined, { signal }).catch(() => undefined);
  }
}

function viewOf(json: boolean): View {
  if (json) return lines((observation, time) => jsonLines(watchDocument(time, observation)));
  if (process.stdout.isTTY) return live();
  return lines((observation, time) => textLines(`${time}  ${observationLine(observation)}`));
}

/** A drive as it was seen at this time. */
export function watchDocument(time: string, observation: Observation) {
  return { time, ...observationDocument(observation) };
}

/** A line for each drive at each look. */
function lines(lineOf: (observation: Observation, time: string) => string): View {
  return {
    show: async (observations) => {
      const time = new Date().toISOString();
      for (const observation of observations) await print(lineOf(observation, time));
    },
    end: () => undefined,
  };
}

/** The whole screen of a terminal. */
function live(): View {
  const screen = new Screen();
  const trails = new Map<string, Trail>();
  return {
    show: (observations) => {
      for (const observation of observations) trails.set(observation.device, longer(trails, observation));
      const panels = observations.flatMap((each) => [...observationPanel(each, trailOf(trails, each)), '']);
      const head = `lto watch   ${new Date().toISOString().slice(0, 19).replace('T', ' ')} UTC   Ctrl-C ends it`;
      screen.draw([head, '', ...(panels.length === 0 ? ['no tape drives'] : panels)]);
    },
    end: () => screen.leave(),
  };
}

function trailOf(trails: ReadonlyMap<string, Trail>, { device }: Observation): Trail {
  return trails.get(device) ?? { rates: [], buffered: [] };
}

function longer(trails: ReadonlyMap<string, Trail>, observation: Observation): Trail {
  const { rates, buffered } = trailOf(trails, observation);
  const { activity, place } = observation;
  const rate = (activity?.writing.bytesPerSecond ?? 0) + (activity?.reading.bytesPerSecond ?? 0);
  return {
    rates: [...rates, rate].slice(-LONGEST_TRAIL),
    buffered: [...buffered, place?.bufferedBytes ?? 0].slice(-LONGEST_TRAIL),
  };
}
