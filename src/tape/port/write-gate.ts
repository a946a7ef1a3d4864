import { LtoError, MediumChangedError } from '../../errors/index.js';
import type { CommandName } from '../../scsi/wire/opcodes.js';
import type { MtOperationName } from '../../transport/mtio.js';

/**
 * What a writing does to what is recorded. `append`: it goes behind it, and the tape stands there. `overwrite`: what
 * stands behind the position is lost. `everything`: the whole content of the cartridge is lost.
 */
export type WriteEffect = 'append' | 'overwrite' | 'everything';

/** What each operation of the driver does to a permission to write: a motion ends it, writing needs it. */
const OPERATIONS: Readonly<Record<MtOperationName, 'moves' | 'stays' | 'writes'>> = {
  MTFSF: 'moves',
  MTBSF: 'moves',
  MTFSR: 'moves',
  MTBSR: 'moves',
  MTWEOF: 'writes',
  MTREW: 'moves',
  MTOFFL: 'moves',
  MTNOP: 'stays',
  MTRETEN: 'moves',
  MTEOM: 'moves',
  MTERASE: 'writes',
  MTSETBLK: 'stays',
  MTSEEK: 'moves',
  MTSETDRVBUFFER: 'stays',
  MTLOCK: 'stays',
  MTUNLOCK: 'stays',
  MTLOAD: 'moves',
  MTUNLOAD: 'moves',
  MTCOMPRESSION: 'stays',
  MTSETPART: 'moves',
  MTWEOFI: 'writes',
};

const WRITING_COMMANDS: ReadonlySet<string> = new Set([
  'WRITE(6)',
  'WRITE(16)',
  'WRITE FILEMARKS(6)',
  'WRITE FILEMARKS(16)',
  'ERASE(6)',
  'ERASE(16)',
] satisfies CommandName[]);
const COMMANDS_ON_EVERYTHING: ReadonlySet<string> = new Set(['FORMAT MEDIUM', 'SET CAPACITY'] satisfies CommandName[]);

const MOVING_COMMANDS: ReadonlySet<string> = new Set([
  'REWIND',
  'SPACE(6)',
  'SPACE(16)',
  'LOCATE(10)',
  'LOCATE(16)',
  'LOAD UNLOAD',
  'READ(6)',
  'READ(16)',
  'VERIFY(6)',
] satisfies CommandName[]);

interface Permit {
  readonly effect: WriteEffect;
  /** `DrivePort.mediumEpoch` that it holds for. */
  readonly mediumEpoch: number;
}

/** Whether an operation of the driver puts something on tape: no filemarks at all only empty the buffer of the drive. */
export function writesOnTape(name: MtOperationName, count: number): boolean {
  return OPERATIONS[name] === 'writes' && (count > 0 || name === 'MTERASE');
}

/**
 * Keeps everything from the tape that `permitWriting` was not asked about. A permission is for one user of the tape, one
 * cartridge and, but for what destroys everything anyhow, one place.
 */
export class WriteGate {
  readonly #device: string;
  #permit: Permit | undefined;

  constructor(device: string) {
    this.#device = device;
  }

  /** To be called by `permitWriting` alone. */
  grant(effect: WriteEffect, mediumEpoch: number): void {
    this.#permit = { effect, mediumEpoch };
  }

  /** Another user has the tape. */
  close(): void {
    this.#permit = undefined;
  }

  /** Throws for an operation of the driver that writes without permission; one that moves the tape ends what there is. */
  passOperation(name: MtOperationName, count: number, mediumEpoch: number): void {
    if (writesOnTape(name, count)) this.requireHere(name, mediumEpoch);
    if (OPERATIONS[name] === 'moves' && this.#permit?.effect !== 'everything') this.close();
  }

  /** As `passOperation`, for a command past the driver. */
  passCommand(name: string, mediumEpoch: number): void {
    if (MOVING_COMMANDS.has(name) && this.#permit?.effect !== 'everything') this.close();
    if (WRITING_COMMANDS.has(name)) this.requireHere(name, mediumEpoch);
    if (COMMANDS_ON_EVERYTHING.has(name)) this.#require(this.#permit?.effect === 'everything', name, mediumEpoch);
  }

  /** Throws unless the user of the tape may write where it stands. */
  requireHere(operation: string, mediumEpoch: number): void {
    const { effect } = this.#permit ?? {};
    this.#require(effect === 'append' || effect === 'overwrite', operation, mediumEpoch);
  }

  #require(isGiven: boolean, operation: string, mediumEpoch: number): void {
    const details = { device: this.#device, operation };
    if (!isGiven) throw new LtoError('LTO_INTERNAL', 'permission to write was not requested', details);
    if (this.#permit?.mediumEpoch === mediumEpoch) return;
    throw new MediumChangedError('the cartridge may have been changed since writing on it was permitted', {
      ...details,
      next: 'Identify it again',
    });
  }
}
