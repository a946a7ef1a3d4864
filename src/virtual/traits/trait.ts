import type { CommandName, SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

type ByCommand<T> = Readonly<Partial<Record<CommandName, T>>>;

/** A permanent difference of a drive, or of the path to it, from the default virtual drive. */
export interface TraitRow {
  readonly about: string;
  /** Most bytes that read(2) and write(2) carry; more fail with EBUSY before any command reaches the drive. */
  readonly transferLimit?: number;
  /** Size of the early-warning zone; overrides the size that the drive was made with. */
  readonly earlyWarningBytes?: number;
  /** Sense of a command that is refused; undefined if it is carried out. */
  readonly refuses?: ByCommand<(drive: Drive, command: CommandName) => SenseFields | undefined>;
  /** The changed reply to a command that was carried out. */
  readonly shows?: ByCommand<(reply: Reply, drive: Drive, cdb: Uint8Array) => Reply>;
}
