import { LtoError, MediumChangedError } from '../../errors/index.js';
import type { CommandName } from '../../scsi/wire/opcodes.js';
import type { MtOperationName } from '../../transport/mtio.js';

/**
 * Effect of a write on recorded data. `append`: it goes after the data, and the tape stands there. `overwrite`: data
 * after the position is lost. `everything`: the whole content of the cartridge is lost.
 */
export type WriteEffect = 'append' | 'overwrite' | 'everything';

/** Effect of each driver operation on a permission to write: a motion ends it, writing needs it. */
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
  /** `DrivePort.mediumEpoch` for which it is valid. */
  readonly mediumEpoch: number;
}

/** Whether a driver operation writes to the tape: zero filemarks only flush the drive's buffer. */
export function writesOnTape(name: MtOperationName, count: number): boolean {
  return OPERATIONS[name] === 'writes' && (count > 0 || name === 'MTERASE');
}

/**
 * Refuses every write that `permitWriting` did not permit. A permission is for one user of the tape, one cartridge and,
 * except for what destroys everything, one position.
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

  /** Throws for a driver operation that writes without permission; one that moves the tape ends the permission. */
  passOperation(name: MtOperationName, count: number, mediumEpoch: number): void {
    if (writesOnTape(name, count)) this.requireHere(name, mediumEpoch);
    if (OPERATIONS[name] === 'moves' && this.#permit?.effect !== 'everything') this.close();
  }

  /** As `passOperation`, for a command that bypasses the driver. */
  passCommand(name: string, mediumEpoch: number): void {
    if (MOVING_COMMANDS.has(name) && this.#permit?.effect !== 'everything') this.close();
    if (WRITING_COMMANDS.has(name)) this.requireHere(name, mediumEpoch);
    if (COMMANDS_ON_EVERYTHING.has(name)) this.#require(this.#permit?.effect === 'everything', name, mediumEpoch);
  }

  /** Throws unless the current user may write at the current position. */
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
