import type { MountEvent } from '../../library/mount/events.js';
import { note } from '../output/notes.js';

/** Reports on stderr what a library does with cartridges. */
export function tellMountEvent(event: MountEvent): void {
  const text = inWords(event);
  if (text !== undefined) note(text);
}

function inWords(event: MountEvent): string | undefined {
  const drive = `drive ${event.drive}`;
  switch (event.type) {
    case 'brought':
      return event.moved ? `${event.barcode} is in ${drive}` : undefined;
    case 'put-back':
      return `${event.barcode ?? 'a cartridge'} is back from ${drive}`;
    case 'cleaned':
      return `${drive} was cleaned`;
    default:
      return `${drive}: ${event.error.message}`;
  }
}
