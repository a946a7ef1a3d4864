import type { SenseData } from '../../errors/index.js';
import { systemError } from '../../errors/system-error.js';
import { modeSense10, testUnitReady } from '../../scsi/commands/primary.js';
import { writeFilemarks6 } from '../../scsi/commands/transfer.js';
import { decodeModeSense } from '../../scsi/mode/parameter-list.js';
import { decodeSense } from '../../scsi/sense/sense.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { replyOf, type TargetReply } from './reply.js';
import { StPosition } from './st-position.js';

/** Carries out commands: the embedded drive, or a pass-through to another one. */
export interface CommandTarget {
  /** Data in is stored in `into`, if given, and returned. */
  execute(cdb: Uint8Array, data: CommandData): Promise<TargetReply>;
  /** Bytes that one transfer carries; undefined if unlimited. */
  readonly transferLimit: number | undefined;
}

interface CommandData {
  readonly dataOut?: Uint8Array;
  readonly allocationLength?: number;
  readonly into?: Uint8Array;
}

/** A reply to a command of the driver, with its sense decoded. */
export interface CommandResult {
  readonly good: boolean;
  readonly data: Uint8Array;
  readonly sense: SenseData | undefined;
}

const MAX_UNIT_ATTENTIONS = 8;
const ALL_PAGES = 0x3f;
/** Sense keys of a command that was carried out: NO SENSE and RECOVERED ERROR. */
const CARRIED_OUT: ReadonlySet<number> = new Set([0x0, 0x1]);
const RECOVERED_ERROR = 0x1;
const UNIT_ATTENTION = 0x6;
/** Operation code. */
const REQUEST_SENSE = 0x03;

/** The state that `st` keeps for a drive (struct scsi_tape), and the commands its operations consist of. */
export class StDevice {
  readonly device: string;
  readonly readOnly: boolean;
  readonly position = new StPosition();
  /** Records were written, and no operation since has ended that (rw of struct st_partstat). */
  writing = false;
  online = false;
  writeProtected = false;
  blockSize = 0;
  densityCode = 0;
  readonly #target: CommandTarget;
  /** Settles when the driver has taken note of the replies to all commands so far. */
  #noted: Promise<unknown> = Promise.resolve();

  constructor(target: CommandTarget, device: string, readOnly: boolean) {
    this.#target = target;
    this.device = device;
    this.readOnly = readOnly;
  }

  get transferLimit(): number | undefined {
    return this.#target.transferLimit;
  }

  /** TEST UNIT READY until no unit attention is left. */
  async ready(): Promise<CommandResult> {
    let answer = await this.execute(testUnitReady());
    for (let i = 0; i < MAX_UNIT_ATTENTIONS && answer.sense?.key === UNIT_ATTENTION; i += 1) {
      answer = await this.execute(testUnitReady());
    }
    return answer;
  }

  async senseMode(): Promise<void> {
    const { good, data } = await this.execute(modeSense10({ pageCode: ALL_PAGES }));
    if (!good) return;
    const mode = decodeModeSense(data, 10);
    this.writeProtected = mode.writeProtected;
    this.densityCode = mode.blockDescriptor?.densityCode ?? 0;
    this.blockSize = mode.blockDescriptor?.blockLength ?? 0;
  }

  /** For queries, which bypass the driver. As in Linux 6.15 and later, the driver still notices the unit attentions. */
  async pass(command: ScsiRequest): Promise<ScsiReply> {
    const { cdb, dataOut, allocationLength } = command;
    return this.#inTurn(async () => {
      const begun = performance.now();
      const execution = await this.#target.execute(cdb, { dataOut, allocationLength });
      // REQUEST SENSE takes what is pending as its data. The kernel does not look at that; here no record goes astray for it.
      this.#noteAttention(decodeSense(cdb[0] === REQUEST_SENSE ? execution.dataIn : execution.sense));
      return replyOf(execution, begun);
    });
  }

  execute(command: ScsiRequest, into?: Uint8Array): Promise<CommandResult> {
    return this.#inTurn(() => this.#send(command, into));
  }

  /**
   * As `execute`, for a command that acts where the tape stands. Undefined if a reply before it, to a query perhaps, has
   * told of a reset or another cartridge: it is not sent then, as it would act elsewhere.
   */
  executeHere(command: ScsiRequest, into?: Uint8Array): Promise<CommandResult | undefined> {
    return this.#inTurn(async () => (this.position.lost ? undefined : this.#send(command, into)));
  }

  /** One command at a time: what its reply tells has to be known before the next one is sent. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const result = this.#noted.then(send);
    this.#noted = result.catch(() => undefined);
    return result;
  }

  async #send(command: ScsiRequest, into?: Uint8Array): Promise<CommandResult> {
    const { cdb, dataOut, allocationLength } = command;
    const data = into ? { into } : { dataOut, allocationLength };
    const { status, hostStatus, sense: bytes, dataIn } = await this.#target.execute(cdb, data);
    const sense = decodeSense(bytes);
    this.#noteAttention(sense);
    return { good: hostStatus === 0 && (status === 0 || isRecovered(sense)), data: dataIn, sense };
  }

  #noteAttention(sense: SenseData | undefined): void {
    if (sense?.key !== UNIT_ATTENTION || (sense.asc !== 0x28 && sense.asc !== 0x29)) return;
    this.position.lose();
  }

  fail(code: string, syscall: string): never {
    throw systemError(code, syscall, this.device);
  }

  async require(command: ScsiRequest): Promise<void> {
    const { good, sense } = await this.execute(command);
    if (!good) this.fail(sense?.key === 0x7 ? 'EACCES' : 'EIO', 'MTIOCTOP');
  }

  /**
   * Ends a written file with a filemark, unless the position is unknown; resolves with whether it wrote one. If that
   * fails, the driver still owes the filemark.
   */
  async endWriting(syscall = 'MTIOCTOP'): Promise<boolean> {
    if (!this.writing || this.position.lost) return false;
    await this.writeFilemarks(1, { syscall });
    this.writing = false;
    return true;
  }

  /** `immediate`: the drive answers once the filemarks are in its buffer. */
  async writeFilemarks(count: number, { immediate = false, syscall = 'MTIOCTOP' } = {}): Promise<void> {
    const result = await this.executeHere(writeFilemarks6({ count, immediate }));
    const { good, sense } = result ?? this.fail('EIO', syscall);
    const isTaken = good || (isCarriedOut(sense) && sense?.endOfMedium);
    if (!isTaken) this.fail(sense?.key === 0x7 && syscall !== 'close' ? 'EACCES' : 'EIO', syscall);
    if (count > 0) this.position.passFilemarks(count);
  }
}

export function isCarriedOut(sense: SenseData | undefined): boolean {
  return sense !== undefined && CARRIED_OUT.has(sense.key);
}

/** st_chk_result: RECOVERED ERROR is success unless FILEMARK, EOM or ILI is set. */
function isRecovered(sense: SenseData | undefined): boolean {
  if (sense?.key !== RECOVERED_ERROR) return false;
  return !sense.filemark && !sense.endOfMedium && !sense.incorrectLength;
}
