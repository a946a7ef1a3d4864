import type { CommandName, SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';

/** Objects from one attention to the next. */
const EVERY = 8;
const AT = 3;
/** Mode parameters changed, timestamp changed, reported LUNs data has changed: none of them means lost data. */
const CODES = [
  [0x2a, 0x01],
  [0x2a, 0x10],
  [0x3f, 0x0e],
] as const;

/** Place of the last unit attention of each drive. The repeated command is carried out. */
const told = new WeakMap<Drive, string>();

/** As if another initiator, or the drive's own port, changed something while a file is read or written. */
export function attentionInFile(drive: Drive, command: CommandName): SenseFields | undefined {
  const { partition, object } = drive.position;
  if (object % EVERY !== AT || !drive.image.object(object - 1).kind.endsWith('record')) return undefined;
  const place = `${command} ${partition} ${object}`;
  if (told.get(drive) === place) return undefined;
  told.set(drive, place);
  const [asc, ascq] = CODES[Math.floor(object / EVERY) % CODES.length] ?? CODES[0];
  return { key: 6, asc, ascq };
}
