import { encodeTapeAlert, TAPE_ALERT } from '../../scsi/index.js';
import { logSenseOf } from '../unit/log-sense.js';
import { TRANSPORT } from './element-map.js';
import type { Library } from './library.js';

/** TapeAlert flags of medium changers (SMC-3), which differ from those of drives. */
export const CHANGER_ALERT = {
  strayTape: 12,
  pickRetry: 13,
  magazine: 18,
  offline: 21,
  unreadableLabels: 32,
} as const;

/** LOG SENSE: TapeAlert. */
export const logSense = logSenseOf<Library>(new Map([[TAPE_ALERT.page, tapeAlert]]));

/** Reading clears flags of past events, not of lasting conditions. */
function tapeAlert(library: Library): Uint8Array {
  const { faults, alerts, memory } = library;
  const isUnreadable = Object.values(memory.stored).some(({ cartridge }) => faults.isUnreadable(cartridge));
  const lasting = [
    ...(library.storedAt(TRANSPORT) ? [CHANGER_ALERT.strayTape] : []),
    ...(library.magazinesOut.length > 0 ? [CHANGER_ALERT.magazine] : []),
    ...(faults.offline ? [CHANGER_ALERT.offline] : []),
    ...(isUnreadable ? [CHANGER_ALERT.unreadableLabels] : []),
  ];
  const flags = [...new Set([...alerts, ...lasting])];
  alerts.clear();
  return encodeTapeAlert(flags);
}
