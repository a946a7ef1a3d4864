import type { MtStatus } from '../../../binding.js';
import type { SenseData } from '../../errors/index.js';
import { systemError } from '../../errors/system-error.js';
import { loadUnload, locate10, readPosition, rewind, space16 } from '../../scsi/commands/position.js';
import { modeSelect6, modeSense10, preventAllow, testUnitReady } from '../../scsi/commands/primary.js';
import { decodeLongPosition, decodeShortPosition } from '../../scsi/commands/read-position.js';
import { erase6, read6, write6, writeFilemarks6 } from '../../scsi/commands/transfer.js';
import { decodeModeSense, encodeModeParameters } from '../../scsi/mode/parameter-list.js';
import { decodeSense } from '../../scsi/sense/sense.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { GeneralStatus, MtOperation } from '../../transport/mtio.js';
import type { VirtualDrive } from '../../virtual/virtual-drive.js';
import { BLANK_CHECK, UNKNOWN, VirtualStPosition } from './st-position.js';

/** A reply to a command of the driver, with its sense decoded. */
interface CommandResult {
  readonly good: boolean;
  readonly data: Uint8Array;
  readonly sense: SenseData | undefined;
}

const MT_ISSCSI2 = 0x72;
const MAX_UNIT_ATTENTIONS = 8;
const ALL_PAGES = 0x3f;
const BUFFERED = 1;
/** Sense keys of a command that was carried out: NO SENSE and RECOVERED ERROR. */
const CARRIED_OUT: ReadonlySet<number> = new Set([0x0, 0x1]);
const RECOVERED_ERROR = 0x1;
const UNIT_ATTENTION = 0x6;
const VOLUME_OVERFLOW = 0xd;

/**
 * What Linux's `st` adds to a drive, over the virtual one: file and block numbers, the filemark at the end of writing,
 * ENOSPC from early warning on, a position that a reset makes unknown. Each rule is one that the kernel lab
 * shows; names in comments are functions of drivers/scsi/st.c.
 */
export class VirtualSt {
  readonly #drive: VirtualDrive;
  readonly #device: string;
  readonly #readOnly: boolean;
  readonly #position = new VirtualStPosition();
  #writing = false;
  #online = false;
  #writeProtected = false;
  #blockSize = 0;
  #densityCode = 0;

  constructor(drive: VirtualDrive, device: string, readOnly: boolean) {
    this.#drive = drive;
    this.#device = device;
    this.#readOnly = readOnly;
  }

  get device(): string {
    return this.#device;
  }

  /** check_tape: what opening the node finds out. */
  async open(): Promise<void> {
    const answer = await this.#ready();
    this.#online = answer.good;
    if (!answer.good) return;
    await this.#senseMode();
    await this.#findPosition();
  }

  /** TEST UNIT READY until no unit attention is left. */
  async #ready(): Promise<CommandResult> {
    let answer = await this.#execute(testUnitReady());
    for (let i = 0; i < MAX_UNIT_ATTENTIONS && answer.sense?.key === UNIT_ATTENTION; i += 1) {
      answer = await this.#execute(testUnitReady());
    }
    return answer;
  }

  async #senseMode(): Promise<void> {
    const { good, data } = await this.#execute(modeSense10({ pageCode: ALL_PAGES }));
    if (!good) return;
    const mode = decodeModeSense(data, 10);
    this.#writeProtected = mode.writeProtected;
    this.#densityCode = mode.blockDescriptor?.densityCode ?? 0;
    this.#blockSize = mode.blockDescriptor?.blockLength ?? 0;
  }

  /** The kernel keeps file and block number from one open to the next; here the drive is asked, without moving. */
  async #findPosition(): Promise<void> {
    if (this.#position.lost) return;
    const { data } = await this.#execute(readPosition('long'));
    const { logicalObject = 0, logicalFile = 0 } = decodeLongPosition(data);
    const start = logicalFile === 0 ? 0 : await this.#fileStart(logicalObject);
    this.#position.set(logicalFile, logicalObject - start);
  }

  async #fileStart(here: number): Promise<number> {
    await this.#execute(space16({ code: 'filemarks', count: -1 }));
    const { data } = await this.#execute(readPosition('long'));
    await this.#execute(locate10({ logicalObject: here }));
    return (decodeLongPosition(data).logicalObject ?? 0) + 1;
  }

  /** For queries, past the driver: as a kernel does from 6.15 on, it sees the unit attentions that go by. */
  async pass(command: ScsiRequest): Promise<ScsiReply> {
    const { cdb, dataOut, allocationLength } = command;
    const begun = performance.now();
    const { dataIn, ...execution } = await this.#drive.execute(cdb, { dataOut, allocationLength });
    this.#noteAttention(decodeSense(execution.sense));
    return { ...execution, driverStatus: 0, data: dataIn, duration: Math.round(performance.now() - begun) };
  }

  async #execute(command: ScsiRequest, into?: Uint8Array): Promise<CommandResult> {
    const { cdb, dataOut, allocationLength } = command;
    const data = into ? { into } : { dataOut, allocationLength };
    const { status, hostStatus, sense: bytes, dataIn } = await this.#drive.execute(cdb, data);
    const sense = decodeSense(bytes);
    this.#noteAttention(sense);
    return { good: hostStatus === 0 && (status === 0 || isRecovered(sense)), data: dataIn, sense };
  }

  #noteAttention(sense: SenseData | undefined): void {
    if (sense?.key !== UNIT_ATTENTION || (sense.asc !== 0x28 && sense.asc !== 0x29)) return;
    this.#position.lose();
  }

  #fail(code: string, syscall: string): never {
    throw systemError(code, syscall, this.#device);
  }

  /** MTIOCGET. */
  status(): MtStatus {
    const bits: (keyof typeof GeneralStatus)[] = ['IM_REP_EN'];
    const { fileNumber, blockNumber, mark } = this.#position;
    if (mark === 'filemark') bits.push('EOF');
    if (mark === 'end-of-data') bits.push('EOD');
    if (mark === 'early-warning' || mark === 'end-of-medium') bits.push('EOT');
    if (fileNumber === 0 && blockNumber === 0) bits.push('BOT');
    if (this.#writeProtected) bits.push('WR_PROT');
    bits.push(this.#online ? 'ONLINE' : 'DR_OPEN');
    return {
      type: MT_ISSCSI2,
      residual: 0,
      deviceRegister: ((this.#densityCode << 24) | this.#blockSize) >>> 0,
      generalStatus: bits.reduce((sum, bit) => sum + GeneralStatus[bit], 0),
      errorRegister: 0,
      fileNumber,
      blockNumber,
    };
  }

  /** MTIOCPOS (get_location): where the drive says BOP, of partition 0, there file and block 0 begin for the driver. */
  async tell(): Promise<number> {
    const { good, data } = await this.#execute(readPosition('short'));
    const { firstObject, partition, beginningOfPartition } = good ? decodeShortPosition(data) : {};
    if (firstObject === undefined) return this.#fail('EIO', 'MTIOCPOS');
    if (beginningOfPartition && partition === 0) this.#position.beginAgain();
    return firstObject;
  }

  #requireTransfer(syscall: string): void {
    if (!this.#online) this.#fail('ENOMEDIUM', syscall);
    if (this.#position.lost) this.#fail('EIO', syscall);
    // Records are whole blocks here; fixed-block mode is for `mt setblk` on other drives.
    if (this.#blockSize !== 0) this.#fail('EINVAL', syscall);
  }

  /** st_do_scsi: a request that the host adapter cannot carry is not even built. */
  #requireCarried({ length }: Uint8Array, syscall: string): void {
    const { transferLimit = length } = this.#drive;
    if (length > transferLimit) this.#fail('EBUSY', syscall);
  }

  /**
   * st_write, variable mode by direct I/O: throws a SystemError unless the whole record is on tape. From early warning
   * on ENOSPC comes for every record: in turns for one that the drive has taken and for one that it was not offered.
   */
  async write(record: Uint8Array): Promise<void> {
    this.#requireTransfer('write');
    if (this.#readOnly || this.#writeProtected) this.#fail(this.#readOnly ? 'EBADF' : 'EACCES', 'write');
    if (this.#position.mark === 'end-of-medium') this.#fail('EIO', 'write');
    if (this.#position.refusesWrite()) this.#fail('ENOSPC', 'write');
    this.#writing = true;
    this.#requireCarried(record, 'write');
    const { good, sense } = await this.#execute(write6({ data: record }));
    if (good) return this.#position.passRecord();
    // st_write counts by the residual: a drive that lies about it has "taken" the record.
    if (sense?.key === VOLUME_OVERFLOW && sense.information === 0) return this.#position.passEnd();
    const earlyWarning = isCarriedOut(sense) && sense?.endOfMedium;
    if (earlyWarning || sense?.key === VOLUME_OVERFLOW) {
      this.#position.meetEarlyWarning(earlyWarning === true);
      this.#fail('ENOSPC', 'write');
    }
    this.#position.failWrite();
    this.#fail('EIO', 'write');
  }

  /** st_read, variable mode: the bytes read into `offer`, or 0 at a filemark and once at the end of the data. */
  async read(offer: Uint8Array): Promise<number> {
    this.#requireTransfer('read');
    await this.#endWriting();
    if (this.#position.mark === 'end-of-data') this.#fail('EIO', 'read');
    this.#requireCarried(offer, 'read');
    const { good, data, sense } = await this.#execute(read6({ length: offer.length }), offer);
    if (good || (isCarriedOut(sense) && sense?.incorrectLength)) return this.#passRecord(data, sense);
    if (sense?.filemark) {
      this.#position.passFilemarks(1);
      return 0;
    }
    if (sense?.key === BLANK_CHECK && this.#position.mark === 'filemark') {
      this.#position.set(this.#position.fileNumber, UNKNOWN, 'end-of-data');
      return 0;
    }
    this.#position.set(this.#position.fileNumber, UNKNOWN);
    return this.#fail('EIO', 'read');
  }

  #passRecord(data: Uint8Array, sense: SenseData | undefined): number {
    this.#position.passRecord();
    // A negative residual: the block is longer than the buffer, and it has been passed.
    if (sense?.information !== undefined && sense.information < 0) this.#fail('ENOMEM', 'read');
    return data.length;
  }

  /** Before motion backwards and before reading, `st` ends what was written with a filemark. */
  async #endWriting(): Promise<void> {
    if (!this.#writing) return;
    this.#writing = false;
    if (!this.#position.lost) await this.#writeFilemarks(1);
  }

  async #writeFilemarks(count: number): Promise<void> {
    const { good, sense } = await this.#execute(writeFilemarks6({ count }));
    if (!good && !(isCarriedOut(sense) && sense?.endOfMedium))
      this.#fail(sense?.key === 0x7 ? 'EACCES' : 'EIO', 'MTIOCTOP');
    if (count > 0) this.#position.passFilemarks(count);
  }

  /** MTIOCTOP. */
  async operate(operation: number, count: number): Promise<void> {
    const motion = this.#operations[operation];
    if (motion === undefined) return this.#fail('ENOSYS', 'MTIOCTOP');
    const { needsTape = true, needsPosition = true, endsWriting = true } = motion;
    if (needsTape && !this.#online) this.#fail('ENOMEDIUM', 'MTIOCTOP');
    if (needsPosition && this.#position.lost) this.#fail('EIO', 'MTIOCTOP');
    if (endsWriting) await this.#endWriting();
    await motion.run(count);
  }

  readonly #operations: Readonly<Record<number, Operation>> = {
    [MtOperation.MTREW]: { needsPosition: false, run: () => this.#rewind() },
    [MtOperation.MTRETEN]: { needsPosition: false, run: () => this.#rewind() },
    [MtOperation.MTFSF]: { run: (count) => this.#spaceFiles(count) },
    [MtOperation.MTBSF]: { run: (count) => this.#spaceFiles(-count) },
    [MtOperation.MTFSR]: {
      // st_ioctl: a filemark comes before motion backwards only, and the driver does not think of writing any more.
      endsWriting: false,
      run: async (count) => {
        this.#writing = false;
        await this.#spaceRecords(count);
      },
    },
    [MtOperation.MTBSR]: { run: (count) => this.#spaceRecords(-count) },
    [MtOperation.MTEOM]: { needsPosition: false, run: () => this.#spaceToEndOfData() },
    [MtOperation.MTSEEK]: { needsPosition: false, run: (object) => this.#locate(object) },
    [MtOperation.MTWEOF]: {
      endsWriting: false,
      run: async (count) => {
        if (this.#readOnly || this.#writeProtected) this.#fail('EACCES', 'MTIOCTOP');
        await this.#writeFilemarks(count);
        if (count > 0) this.#writing = false;
      },
    },
    [MtOperation.MTNOP]: { endsWriting: false, run: async () => undefined },
    [MtOperation.MTERASE]: { needsPosition: false, run: (long) => this.#require(erase6({ long: long !== 0 })) },
    [MtOperation.MTSETBLK]: { needsPosition: false, endsWriting: false, run: (size) => this.#setBlockSize(size) },
    [MtOperation.MTSETDRVBUFFER]: { needsTape: false, endsWriting: false, run: async () => undefined },
    // As without the option can-partitions, which the administrator of a machine sets.
    [MtOperation.MTSETPART]: { run: async () => this.#fail('EINVAL', 'MTIOCTOP') },
    [MtOperation.MTLOCK]: { needsTape: false, endsWriting: false, run: () => this.#require(preventAllow(true)) },
    [MtOperation.MTUNLOCK]: { needsTape: false, endsWriting: false, run: () => this.#require(preventAllow(false)) },
    [MtOperation.MTLOAD]: { needsTape: false, needsPosition: false, run: () => this.#load(true) },
    [MtOperation.MTUNLOAD]: { needsTape: false, needsPosition: false, run: () => this.#load(false) },
    [MtOperation.MTOFFL]: { needsTape: false, needsPosition: false, run: () => this.#load(false) },
  };

  async #require(command: ScsiRequest): Promise<void> {
    const { good, sense } = await this.#execute(command);
    if (!good) this.#fail(sense?.key === 0x7 ? 'EACCES' : 'EIO', 'MTIOCTOP');
  }

  async #rewind(): Promise<void> {
    await this.#require(rewind());
    this.#position.find(0, 0);
  }

  async #load(load: boolean): Promise<void> {
    await this.#require(loadUnload({ load }));
    this.#online = load && (await this.#ready()).good;
    this.#position.find(0, 0);
    if (this.#online) await this.#senseMode();
  }

  /** st_int_ioctl, MTFSF and MTBSF. */
  async #spaceFiles(count: number): Promise<void> {
    const { good, sense } = await this.#execute(space16({ code: 'filemarks', count }));
    if (good) return this.#position.spaceFiles(count);
    this.#position.stop(sense, passed(count, sense));
    this.#fail('EIO', 'MTIOCTOP');
  }

  /** st_int_ioctl, MTFSR and MTBSR. */
  async #spaceRecords(count: number): Promise<void> {
    const { good, sense } = await this.#execute(space16({ code: 'objects', count }));
    if (good) return this.#position.spaceRecords(count);
    if (sense?.filemark) this.#position.spaceRecordsToFilemark(count);
    else this.#position.stop(sense);
    this.#fail('EIO', 'MTIOCTOP');
  }

  async #spaceToEndOfData(): Promise<void> {
    await this.#require(space16({ code: 'endOfData', count: 0 }));
    const { data } = await this.#execute(readPosition('long'));
    const { logicalFile } = decodeLongPosition(data);
    const known = this.#position.fileNumber >= 0;
    this.#position.set(known ? (logicalFile ?? UNKNOWN) : UNKNOWN, UNKNOWN, 'end-of-data');
  }

  async #locate(logicalObject: number): Promise<void> {
    await this.#require(locate10({ logicalObject }));
    if (logicalObject === 0) this.#position.find(0, 0);
    else this.#position.find(UNKNOWN, UNKNOWN);
  }

  async #setBlockSize(blockLength: number): Promise<void> {
    const blockDescriptor = { densityCode: 0, numberOfBlocks: 0, blockLength };
    const header = { mediumType: 0, writeProtected: false, bufferedMode: BUFFERED, speed: 0 };
    const data = encodeModeParameters({ ...header, blockDescriptor, pages: [] }, 6, { select: true });
    await this.#require(modeSelect6({ data }));
    this.#blockSize = blockLength;
  }

  /** st_release: a filemark behind what was written. */
  async close(): Promise<void> {
    if (this.#online) await this.#endWriting();
  }
}

interface Operation {
  /** Default true. */
  readonly needsTape?: boolean;
  /** Default true: refused while the position is unknown. */
  readonly needsPosition?: boolean;
  /** Default true: what was written is ended with a filemark first. */
  readonly endsWriting?: boolean;
  readonly run: (count: number) => Promise<void>;
}

function isCarriedOut(sense: SenseData | undefined): boolean {
  return sense !== undefined && CARRIED_OUT.has(sense.key);
}

/** st_chk_result: RECOVERED ERROR is success, unless a filemark, the end of the medium or a length comes with it. */
function isRecovered(sense: SenseData | undefined): boolean {
  if (sense?.key !== RECOVERED_ERROR) return false;
  return !sense.filemark && !sense.endOfMedium && !sense.incorrectLength;
}

/** How many of `count` were passed, by the residual of the sense. */
function passed(count: number, sense: SenseData | undefined): number {
  const residual = sense?.information ?? 0;
  return count > 0 ? count - residual : 0;
}
