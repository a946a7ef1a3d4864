import type { CommandName, SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';

/** So many objects lie between two attentions. */
const EVERY = 8;
const AT = 3;
/** Mode parameters changed, timestamp changed, reported LUNs data has changed: none of them loses anything. */
const CODES = [
  [0x2a, 0x01],
  [0x2a, 0x10],
  [0x3f, 0x0e],
] as const;

/** The last unit attention of each drive: a repeated command is carried out. */
const told = new WeakMap<Drive, string>();

/** Another initiator, or the drive's own port, changes something while a file is read or written. */
export function attentionInFile(drive: Drive, command: CommandName): SenseFields | undefined {
  const { partition, object } = drive.position;
  if (object % EVERY !== AT || !drive.image.object(object - 1).kind.endsWith('record')) return undefined;
  const place = `${command} ${partition} ${object}`;
  if (told.get(drive) === place) return undefined;
  told.set(drive, place);
  const [asc, ascq] = CODES[Math.floor(object / EVERY) % CODES.length] ?? CODES[0];
  return { key: 6, asc, ascq };
}
