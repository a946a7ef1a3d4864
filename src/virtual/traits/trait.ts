import type { CommandName, SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

type ByCommand<T> = Readonly<Partial<Record<CommandName, T>>>;

/** A lasting way in which a drive, or the path to it, answers otherwise than ours does. */
export interface TraitRow {
  readonly about: string;
  /** Bytes that read(2) and write(2) carry; for more they answer EBUSY before any command reaches the drive. */
  readonly transferLimit?: number;
  /** Size of the early-warning zone, whatever the drive was made with. */
  readonly earlyWarningBytes?: number;
  /** Sense of a command that is not carried out. */
  readonly refuses?: ByCommand<(drive: Drive, command: CommandName) => SenseFields | undefined>;
  /** What the initiator gets to see of a command that was carried out. */
  readonly shows?: ByCommand<(reply: Reply, drive: Drive, cdb: Uint8Array) => Reply>;
}
