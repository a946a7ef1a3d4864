import type { SenseData } from '../../errors/index.js';
import { loadUnload, locate10, readPosition, rewind, space16 } from '../../scsi/commands/position.js';
import { modeSelect6, preventAllow } from '../../scsi/commands/primary.js';
import { decodeLongPosition } from '../../scsi/commands/read-position.js';
import { erase6 } from '../../scsi/commands/transfer.js';
import { encodeModeParameters } from '../../scsi/mode/parameter-list.js';
import { MtOperation } from '../../transport/mtio.js';
import type { StDevice } from './st-device.js';
import { UNKNOWN } from './st-position.js';
import { ENDS_WRITING, KEEPS_WRITING } from './unended.js';

const BUFFERED = 1;

/** MTIOCTOP: motion, loading and settings. Names in comments are functions of drivers/scsi/st.c. */
export class StOperations {
  readonly #st: StDevice;

  constructor(st: StDevice) {
    this.#st = st;
  }

  async operate(operation: number, count: number): Promise<void> {
    const motion = this.#operations[operation];
    if (motion === undefined) return this.#st.fail('ENOSYS', 'MTIOCTOP');
    const { needsTape = true, needsPosition = true } = motion;
    if (needsTape && !this.#st.online) this.#st.fail('ENOMEDIUM', 'MTIOCTOP');
    if (needsPosition && this.#st.position.lost) this.#st.fail('EIO', 'MTIOCTOP');
    const hasEnded = ENDS_WRITING.has(operation) && (await this.#st.endWriting());
    if (!KEEPS_WRITING.has(operation)) this.#st.writing = false;
    // Spacing back starts behind the filemark that was just written.
    await motion.run(hasEnded && operation === MtOperation.MTBSF ? count + 1 : count);
  }

  readonly #operations: Readonly<Record<number, Operation>> = {
    [MtOperation.MTREW]: { needsPosition: false, run: () => this.#rewind() },
    [MtOperation.MTRETEN]: { needsPosition: false, run: () => this.#rewind() },
    [MtOperation.MTFSF]: { run: (count) => this.#spaceFiles(count) },
    [MtOperation.MTBSF]: { run: (count) => this.#spaceFiles(-count) },
    [MtOperation.MTFSR]: { run: (count) => this.#spaceRecords(count) },
    [MtOperation.MTBSR]: { run: (count) => this.#spaceRecords(-count) },
    [MtOperation.MTEOM]: { needsPosition: false, run: () => this.#spaceToEndOfData() },
    [MtOperation.MTSEEK]: { needsPosition: false, run: (object) => this.#locate(object) },
    [MtOperation.MTWEOF]: { run: (count) => this.#writeFilemarks(count, false) },
    [MtOperation.MTWEOFI]: { run: (count) => this.#writeFilemarks(count, true) },
    [MtOperation.MTNOP]: { run: async () => undefined },
    [MtOperation.MTERASE]: { needsPosition: false, run: (long) => this.#st.require(erase6({ long: long !== 0 })) },
    [MtOperation.MTSETBLK]: { needsPosition: false, run: (size) => this.#setBlockSize(size) },
    [MtOperation.MTSETDRVBUFFER]: { needsTape: false, run: async () => undefined },
    // As without the driver's option can-partitions, which only an administrator can set.
    [MtOperation.MTSETPART]: { run: async () => this.#st.fail('EINVAL', 'MTIOCTOP') },
    [MtOperation.MTLOCK]: { needsTape: false, run: () => this.#st.require(preventAllow(true)) },
    [MtOperation.MTUNLOCK]: { needsTape: false, run: () => this.#st.require(preventAllow(false)) },
    [MtOperation.MTLOAD]: { needsTape: false, needsPosition: false, run: () => this.#load(true) },
    [MtOperation.MTUNLOAD]: { needsTape: false, needsPosition: false, run: () => this.#load(false) },
    [MtOperation.MTOFFL]: { needsTape: false, needsPosition: false, run: () => this.#load(false) },
  };

  async #writeFilemarks(count: number, immediate: boolean): Promise<void> {
    if (this.#st.readOnly || this.#st.writeProtected) this.#st.fail('EACCES', 'MTIOCTOP');
    await this.#st.writeFilemarks(count, { immediate });
  }

  async #rewind(): Promise<void> {
    await this.#st.require(rewind());
    this.#st.position.find(0, 0);
  }

  async #load(load: boolean): Promise<void> {
    await this.#st.require(loadUnload({ load }));
    this.#st.online = load && (await this.#st.ready()).good;
    this.#st.position.find(0, 0);
    if (this.#st.online) await this.#st.senseMode();
  }

  /** st_int_ioctl, MTFSF and MTBSF. */
  async #spaceFiles(count: number): Promise<void> {
    const result = await this.#st.executeHere(space16({ code: 'filemarks', count }));
    const { good, sense } = result ?? this.#st.fail('EIO', 'MTIOCTOP');
    if (good) return this.#st.position.spaceFiles(count);
    this.#st.position.stop(sense, passed(count, sense));
    this.#st.fail('EIO', 'MTIOCTOP');
  }

  /** st_int_ioctl, MTFSR and MTBSR. */
  async #spaceRecords(count: number): Promise<void> {
    const result = await this.#st.executeHere(space16({ code: 'objects', count }));
    const { good, sense } = result ?? this.#st.fail('EIO', 'MTIOCTOP');
    if (good) return this.#st.position.spaceRecords(count);
    if (sense?.filemark) this.#st.position.spaceRecordsToFilemark(count);
    else this.#st.position.stop(sense);
    this.#st.fail('EIO', 'MTIOCTOP');
  }

  async #spaceToEndOfData(): Promise<void> {
    await this.#st.require(space16({ code: 'endOfData', count: 0 }));
    const { data } = await this.#st.execute(readPosition('long'));
    const { logicalFile } = decodeLongPosition(data);
    const known = this.#st.position.fileNumber >= 0;
    this.#st.position.set(known ? (logicalFile ?? UNKNOWN) : UNKNOWN, UNKNOWN, 'end-of-data');
  }

  async #locate(logicalObject: number): Promise<void> {
    await this.#st.require(locate10({ logicalObject }));
    if (logicalObject === 0) this.#st.position.find(0, 0);
    else this.#st.position.find(UNKNOWN, UNKNOWN);
  }

  async #setBlockSize(blockLength: number): Promise<void> {
    const blockDescriptor = { densityCode: 0, numberOfBlocks: 0, blockLength };
    const header = { mediumType: 0, writeProtected: false, bufferedMode: BUFFERED, speed: 0 };
    const data = encodeModeParameters({ ...header, blockDescriptor, pages: [] }, 6, { select: true });
    await this.#st.require(modeSelect6({ data }));
    this.#st.blockSize = blockLength;
  }
}

interface Operation {
  /** Default true. */
  readonly needsTape?: boolean;
  /** Default true: refused while the position is unknown. */
  readonly needsPosition?: boolean;
  readonly run: (count: number) => Promise<void>;
}

/** How many of `count` were passed, from the residual in the sense data. */
function passed(count: number, sense: SenseData | undefined): number {
  const residual = sense?.information ?? 0;
  return count > 0 ? count - residual : 0;
}
