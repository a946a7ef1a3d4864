import type { MtStatus } from '../../../binding.js';
import type { SenseData } from '../../errors/index.js';
import { locate10, readPosition, space16 } from '../../scsi/commands/position.js';
import { decodeLongPosition, decodeShortPosition } from '../../scsi/commands/read-position.js';
import { read6, write6 } from '../../scsi/commands/transfer.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { GeneralStatus } from '../../transport/mtio.js';
import { type CommandTarget, isCarriedOut, StDevice } from './st-device.js';
import { StOperations } from './st-operations.js';
import { BLANK_CHECK, UNKNOWN } from './st-position.js';

const MT_ISSCSI2 = 0x72;
const VOLUME_OVERFLOW = 0xd;

/**
 * What Linux's `st` adds to a drive: file and block numbers, the filemark at the end of writing, ENOSPC from early
 * warning on, a position that a reset makes unknown. Works over anything that carries out commands. The kernel lab
 * verifies each rule; names in comments are functions of drivers/scsi/st.c.
 */
export class StDriver {
  readonly #st: StDevice;
  readonly #operations: StOperations;

  constructor(target: CommandTarget, device: string, readOnly: boolean) {
    this.#st = new StDevice(target, device, readOnly);
    this.#operations = new StOperations(this.#st);
  }

  /** check_tape: what the driver learns when the node is opened. */
  async open(): Promise<void> {
    const answer = await this.#st.ready();
    this.#st.online = answer.good;
    if (!answer.good) return;
    await this.#st.senseMode();
    await this.#findPosition();
  }

  /** The kernel keeps file and block number from one open to the next; here the drive is asked, without motion. */
  async #findPosition(): Promise<void> {
    if (this.#st.position.lost) return;
    const { data } = await this.#st.execute(readPosition('long'));
    const { logicalObject = 0, logicalFile = 0 } = decodeLongPosition(data);
    const start = logicalFile === 0 ? 0 : await this.#fileStart(logicalObject);
    this.#st.position.set(logicalFile, logicalObject - start);
  }

  async #fileStart(here: number): Promise<number> {
    await this.#st.execute(space16({ code: 'filemarks', count: -1 }));
    const { data } = await this.#st.execute(readPosition('long'));
    await this.#st.execute(locate10({ logicalObject: here }));
    return (decodeLongPosition(data).logicalObject ?? 0) + 1;
  }

  /** For queries, which bypass the driver. */
  pass(command: ScsiRequest): Promise<ScsiReply> {
    return this.#st.pass(command);
  }

  /** MTIOCTOP. */
  operate(operation: number, count: number): Promise<void> {
    return this.#operations.operate(operation, count);
  }

  /** MTIOCGET. */
  status(): MtStatus {
    const bits: (keyof typeof GeneralStatus)[] = ['IM_REP_EN'];
    const { fileNumber, blockNumber, mark } = this.#st.position;
    if (mark === 'filemark') bits.push('EOF');
    if (mark === 'end-of-data') bits.push('EOD');
    if (mark === 'early-warning' || mark === 'end-of-medium') bits.push('EOT');
    if (fileNumber === 0 && blockNumber === 0) bits.push('BOT');
    if (this.#st.writeProtected) bits.push('WR_PROT');
    bits.push(this.#st.online ? 'ONLINE' : 'DR_OPEN');
    return {
      type: MT_ISSCSI2,
      residual: 0,
      deviceRegister: ((this.#st.densityCode << 24) | this.#st.blockSize) >>> 0,
      generalStatus: bits.reduce((sum, bit) => sum + GeneralStatus[bit], 0),
      errorRegister: 0,
      fileNumber,
      blockNumber,
    };
  }

  /** MTIOCPOS (get_location): if the drive reports BOP of partition 0, the driver sets file and block number to 0. */
  async tell(): Promise<number> {
    const { good, data } = await this.#st.execute(readPosition('short'));
    const { firstObject, partition, beginningOfPartition } = good ? decodeShortPosition(data) : {};
    if (firstObject === undefined) return this.#st.fail('EIO', 'MTIOCPOS');
    if (beginningOfPartition && partition === 0) this.#st.position.beginAgain();
    return firstObject;
  }

  #requireTransfer(syscall: string): void {
    if (!this.#st.online) this.#st.fail('ENOMEDIUM', syscall);
    if (this.#st.position.lost) this.#st.fail('EIO', syscall);
    // Only variable-block mode is implemented: a record is one block.
    if (this.#st.blockSize !== 0) this.#st.fail('EINVAL', syscall);
  }

  /** st_do_scsi: a request that exceeds the host adapter's limit is never built. */
  #requireCarried({ length }: Uint8Array, syscall: string): void {
    const { transferLimit = length } = this.#st;
    if (length > transferLimit) this.#st.fail('EBUSY', syscall);
  }

  /**
   * st_write, variable mode with direct I/O: throws a SystemError unless the whole record is on tape. From early
   * warning on, every record gets ENOSPC: alternately one that the drive took and one that was not sent to it.
   */
  async write(record: Uint8Array): Promise<void> {
    this.#requireTransfer('write');
    if (this.#st.readOnly || this.#st.writeProtected) this.#st.fail(this.#st.readOnly ? 'EBADF' : 'EACCES', 'write');
    if (this.#st.position.mark === 'end-of-medium') this.#st.fail('EIO', 'write');
    if (this.#st.position.refusesWrite()) this.#st.fail('ENOSPC', 'write');
    this.#st.writing = true;
    this.#requireCarried(record, 'write');
    const result = await this.#st.executeHere(write6({ data: record }));
    const { good, sense } = result ?? this.#st.fail('EIO', 'write');
    if (good) return this.#st.position.passRecord();
    // st_write counts by the residual: if the drive reports a wrong one, the record counts as written.
    if (sense?.key === VOLUME_OVERFLOW && sense.information === 0) return this.#st.position.passEnd();
    const earlyWarning = isCarriedOut(sense) && sense?.endOfMedium;
    if (earlyWarning || sense?.key === VOLUME_OVERFLOW) {
      this.#st.position.meetEarlyWarning(earlyWarning === true);
      this.#st.fail('ENOSPC', 'write');
    }
    this.#st.position.failWrite();
    this.#st.fail('EIO', 'write');
  }

  /**
   * st_read, variable mode: returns the bytes read into `offer`, or 0 at a filemark and once at the end of the data.
   */
  async read(offer: Uint8Array): Promise<number> {
    this.#requireTransfer('read');
    // st_read: what the driver buffers is written, but no filemark.
    this.#st.writing = false;
    if (this.#st.position.mark === 'end-of-data') this.#st.fail('EIO', 'read');
    this.#requireCarried(offer, 'read');
    const result = await this.#st.executeHere(read6({ length: offer.length }), offer);
    const { good, data, sense } = result ?? this.#st.fail('EIO', 'read');
    if (good || (isCarriedOut(sense) && sense?.incorrectLength)) return this.#passRecord(data, sense);
    if (sense?.filemark) {
      this.#st.position.passFilemarks(1);
      return 0;
    }
    if (sense?.key === BLANK_CHECK && this.#st.position.mark === 'filemark') {
      this.#st.position.set(this.#st.position.fileNumber, UNKNOWN, 'end-of-data');
      return 0;
    }
    this.#st.position.set(this.#st.position.fileNumber, UNKNOWN);
    return this.#st.fail('EIO', 'read');
  }

  #passRecord(data: Uint8Array, sense: SenseData | undefined): number {
    this.#st.position.passRecord();
    // A negative residual: the block is longer than the buffer and was passed.
    if (sense?.information !== undefined && sense.information < 0) this.#st.fail('ENOMEM', 'read');
    return data.length;
  }

  /** Records were written that no filemark ends: the driver owes one. */
  get owesFilemark(): boolean {
    return this.#st.writing;
  }

  /** st_flush: writes a filemark behind what was written. Fails with EIO while the position is unknown, in any case. */
  async close(): Promise<void> {
    if (this.#st.position.lost) this.#st.fail('EIO', 'close');
    if (this.#st.online) await this.#st.endWriting('close');
  }
}
