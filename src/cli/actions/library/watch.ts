import type { Place } from '../../../library/moves.js';
import type { LibraryEvent } from '../../../library/watch-library.js';
import { parseSeconds } from '../../input/numbers.js';
import { print } from '../../output/standard-output.js';
import { jsonLines, textLines, visible } from '../../output/terminal.js';
import { interruptible } from '../../run/interrupt.js';
import { type LibraryOptions, openedLibrary, placeText } from './library.js';

interface WatchOptions extends LibraryOptions {
  readonly interval?: string;
}

const MILLISECONDS = 1000;

/** Prints a line for each event until a signal stops it, which is no error. */
export async function watch({ interval, json, ...options }: WatchOptions) {
  const intervalMs = interval === undefined ? undefined : parseSeconds(interval) * MILLISECONDS;
  await openedLibrary(options, (library) =>
    interruptible(async ({ signal }) => {
      for await (const event of library.watch({ signal, intervalMs })) {
        const time = new Date().toISOString();
        await print(json ? jsonLines(eventDocument(time, event)) : textLines(lineOf(time, event)));
      }
    }),
  );
  return undefined;
}

/** What happened, and when. */
export function eventDocument(time: string, event: LibraryEvent): { readonly time: string } & LibraryEvent {
  return { time, ...event };
}

/** Time, event, cartridge and place, in columns of fixed width. */
function lineOf(time: string, event: LibraryEvent): string {
  const [cartridge, what] = partsOf(event);
  return [time, event.type.padEnd(9), visible(cartridge).padEnd(8), visible(what)].join('  ').trimEnd();
}

function partsOf(event: LibraryEvent): readonly [cartridge: string, what: string] {
  switch (event.type) {
    case 'arrived':
      return [labelOf(event.barcode), `in ${placeText(event.at)}`];
    case 'gone':
      return [labelOf(event.barcode), `from ${placeText(event.from)}`];
    case 'moved':
      return [event.barcode, wayText(event.from, event.to)];
    case 'alert':
      return ['', `${event.alert.flag} ${event.alert.name}: ${event.alert.meaning}. ${event.alert.action}`];
    case 'magazine':
      return ['', event.change];
    case 'attention':
    case 'not-ready':
      return ['', event.why];
    case 'mail-slot':
      return ['', 'opened, or something was put in or taken out'];
    case 'ready':
      return ['', ''];
  }
}

function labelOf(barcode: string | undefined): string {
  return barcode ?? 'no label';
}

function wayText(from: Place, to: Place): string {
  return `${placeText(from)} -> ${placeText(to)}`;
}
