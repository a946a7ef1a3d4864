/**
 * The contract between TypeScript and the C++ addon: every function that the addon exports, and nothing else.
 *
 * The addon gives raw facts (status bytes, errno, counts). Their meaning is given in TypeScript.
 *
 * Rejections are `FailedCall`s: an `Error` with `errno` (Node's convention: negative) and `syscall`. Its `code`, the name
 * of the errno value, is given by `nameFailure()` in TypeScript. Wrong arguments throw a `TypeError` or `RangeError` before anything is queued, a method or accessor that is
 * called on anything but an instance of its class throws a `TypeError`, and an exception of C++ is thrown as an `Error`.
 */

/** What an operating system call that failed leaves behind. */
export interface FailedCall extends Error {
  /** Negative errno value, as Node's own errors have it; 0 where none was made, because the device is closed. */
  readonly errno: number;
  /**
   * The call that failed: `open`, `fstat`, `SG_IO`, `MTIOCTOP`, `MTIOCGET`, `MTIOCPOS`, `write`, `read`, `close`;
   * thrown by the constructor: `pthread_create`; thrown by `lockFile`: `flock`.
   */
  readonly syscall: string;
}

/** What fstat(2) says of an opened node. */
export interface NodeFacts {
  readonly isCharacterDevice: boolean;
  /** Major number of the device (Linux: 9 `st`, 21 `sg`); 0 for anything that is not a device node. */
  readonly major: number;
  readonly minor: number;
}

/** Outcome of one SG_IO call that the kernel carried out (whatever the drive answered). */
export interface ScsiOutcome {
  /** SCSI status byte (0 GOOD, 2 CHECK CONDITION, 8 BUSY, 0x18 RESERVATION CONFLICT …). */
  readonly status: number;
  /** Linux host byte (1 no connect, 3 timeout, 5 abort, 8 reset, 0x0e transport disrupted …). */
  readonly hostStatus: number;
  /** Linux driver byte (8 DRIVER_SENSE is not an error). */
  readonly driverStatus: number;
  /** Sense bytes as the drive sent them; empty when there were none. */
  readonly sense: Uint8Array;
  /** Bytes of the data phase that were not transferred. */
  readonly residual: number;
  /** Milliseconds that the kernel measured. */
  readonly duration: number;
  /** Data in, cut to what was transferred; empty for the other directions. */
  readonly data: Uint8Array;
}

/** `struct mtget` (linux/mtio.h), field by field. */
export interface MtStatus {
  readonly type: number;
  readonly residual: number;
  /** Density in bits 31:24, block size in bits 23:0. Unsigned. */
  readonly deviceRegister: number;
  /** GMT_* bits. Unsigned. */
  readonly generalStatus: number;
  readonly errorRegister: number;
  /** -1 when unknown. */
  readonly fileNumber: number;
  /** -1 when unknown. */
  readonly blockNumber: number;
}

/** Why `writeRecords` came back. */
export type WriteStop = 'done' | 'early-warning' | 'end-of-medium' | 'error';

export interface WriteOutcome {
  /** Records that the driver took, each whole. */
  readonly records: number;
  readonly bytes: number;
  /**
   * `done`: all of them. `early-warning`: GMT_EOT is set after the last one counted, and nothing is left or it was not
   * tried. It is only seen where `st` buffers records instead of writing them by direct I/O.
   * `end-of-medium`: write(2) gave ENOSPC for the record after the last one counted. That record may be on tape all the
   * same: with direct I/O `st` answers ENOSPC for the very record that met early warning, and the drive has taken it
   * (seen on Linux 7.2: GMT_EOT is set in `mt`; after an ENOSPC that wrote nothing it is not; but a volume overflow,
   * where nothing was written, sets it too). Only the position (MTIOCPOS) against the one before tells.
   * `error`: any other errno, a short write (errno 0), or MTIOCGET failed after the record
   * that follows the last one counted: `st` flushes then, and what it says is about that record. Where `st` buffers and
   * MTIOCGET does not follow each record, ENOSPC and an error of write(2) may be about the last record counted.
   */
  readonly stop: WriteStop;
  /** Negative; only for `end-of-medium` and `error`. */
  readonly errno?: number;
  /** MTIOCGET after the stop, where the node answers it. */
  readonly mt?: MtStatus;
}

/** Why `readRecords` came back. */
export type ReadStop = 'full' | 'zero' | 'too-large' | 'damaged' | 'error';

export interface ReadOutcome {
  /** Length of each record, in order, without its protection information. They lie side by side in the memory. */
  readonly lengths: number[];
  /** For a read into a pool: the slab with the records. It waits to be taken (`SlabPool.take()`). */
  readonly slab?: number;
  /**
   * `full`: no room for another record of the offered size, or `maxRecords` reached. `zero`: read(2) returned 0, a
   * filemark or the end of data. `too-large`: ENOMEM, the record is larger than the offer (and was skipped by `st`).
   * `damaged`: the protection information does not fit the record, which the tape has passed; it is not among `lengths`.
   * `error`: any other errno.
   */
  readonly stop: ReadStop;
  /** Negative; only for `too-large` and `error`. */
  readonly errno?: number;
  /** MTIOCGET after a stop other than `full`, where the node answers it. */
  readonly mt?: MtStatus;
}

/** Direction of the data phase of a SCSI command. */
export type DataDirection = 'none' | 'in' | 'out';

/** What a last command takes back. */
export type DriveSetting = 'protection' | 'encryption';

/** A method of logical block protection (SSC-5): four bytes that follow each record between host and drive. */
export type Protection = 'crc32c' | 'reed-solomon';

/** Options of `writeRecords` and `readRecords`. */
export interface RecordOptions {
  /** Goes over the records that are taken or read, on the device's thread. */
  readonly checksum?: Crc32 | undefined;
  /**
   * The promise may settle later than the call ends: with that of the next call that is not quiet, when nothing is
   * queued any more, or when the call stops before its end. Spares wake-ups of the event loop. Default false.
   */
  readonly quiet?: boolean | undefined;
  /**
   * MTIOCGET follows every record, not only the last one of a call: for drives whose position cannot be asked after an
   * ENOSPC. Default false. Only for `writeRecords`.
   */
  readonly checkEach?: boolean | undefined;
  /**
   * The drive has this method set: each record goes out with its protection information, or is checked by it and handed
   * on without. `offer` includes it; a `recordSize` does not, and with it may have at most 16,777,215 bytes.
   */
  readonly protection?: Protection | undefined;
  /**
   * Nobody else looks at the slabs that `memory` lies in until the call has ended, and nothing else is written from them:
   * protection information stands behind a record in place meanwhile. Otherwise each record is copied for it. Default
   * false. Only for `writeRecords`.
   */
  readonly exclusive?: boolean | undefined;
}

/**
 * One file descriptor, one thread, one FIFO queue. Calls return promises that settle in the order of the queue; a
 * burst of completions costs one wake-up of the event loop. libuv's pool is never used.
 *
 * Every queued call takes a `token`, a positive integer of the caller's choice, or 0 for none: `cancel(token)` rejects
 * the call with ECANCELED when it still waits in the queue. A call that runs cannot be cancelled.
 */
export class Device {
  /** `path` is opened by `open()`, not here. */
  constructor(path: string);

  /** Opens the node with `flags` (O_RDONLY, O_RDWR, O_NONBLOCK …; O_CLOEXEC is added, O_CREAT and O_TRUNC refused). */
  open(flags: number): Promise<NodeFacts>;

  /**
   * SG_IO. `cdb` has 6 to 32 bytes. For `out`, `data` is what is sent (copied before the call returns, wiped after);
   * for `in`, it is the allocation length; for `none`, 0.
   */
  scsi(
    cdb: Uint8Array,
    direction: DataDirection,
    data: Uint8Array | number,
    timeoutMs: number,
    token: number,
  ): Promise<ScsiOutcome>;

  /**
   * A command with data out, `cdb` of 6 to 16 bytes and `data` of 1 to 256, that is sent when the node is closed or the
   * process ends without that: by exit(3) (`process.exit()`, an uncaught exception, the end of the event loop), by a
   * signal that ends a process and has no listener, by the end of a worker. SIGKILL and a crash of the processor's making
   * prevent it. Before it is sent, records of `transfers` are stopped: they fail with ECANCELED. It takes the place of
   * the one before for the same setting. Rejects with EAGAIN where 256 are set in the process.
   */
  setLastCommand(
    setting: DriveSetting,
    cdb: Uint8Array,
    data: Uint8Array,
    timeoutMs: number,
    transfers: Device,
  ): Promise<void>;

  clearLastCommand(setting: DriveSetting): Promise<void>;

  /** MTIOCTOP. */
  mtOp(operation: number, count: number, token: number): Promise<void>;

  /** MTIOCGET. */
  mtGet(token: number): Promise<MtStatus>;

  /** MTIOCPOS: the block number that the driver reports. */
  mtPos(token: number): Promise<number>;

  /**
   * One write(2) for each record of `recordSize` bytes; the last record may be shorter. After the last record GMT_EOT is
   * looked at (where the node answers MTIOCGET); records written by direct I/O tell of early warning by themselves.
   *
   * `memory`, or each piece of it, lies in a slab of `allocateSlab`, at a multiple of 512 bytes, and `recordSize` is a
   * multiple of 512, at most 16,776,704 (direct I/O of `st` needs no more). There are at most 65,536 pieces; they hold
   * whole records; the last one may end with a shorter record.
   *
   * `stream` (a positive integer) groups calls, so that a failure leaves no hole in the sequence of records: once a
   * call of the group has stopped other than `done`, or was cancelled, every call of the group that waits behind it or
   * comes later is rejected with ECANCELED and nothing of it is written. To write on, take another number.
   */
  writeRecords(
    memory: Uint8Array | readonly Uint8Array[],
    recordSize: number,
    stream: number,
    token: number,
    options?: RecordOptions,
  ): Promise<WriteOutcome>;

  /**
   * One read(2) of `offer` bytes for each record, until `memory` has no room for another offer or `maxRecords` are in.
   * `memory` (at a page boundary here) and `stream` as for `writeRecords`; `full` is what keeps a group alive. With a
   * pool, a slab of it is read into and is `slab` of the outcome: the one that came back last when the call begins.
   * Throws a RangeError when the pool is closed; rejects with ENOMEM where no memory can be mapped for it.
   */
  readRecords(
    memory: Uint8Array | SlabPool,
    offer: number,
    maxRecords: number,
    stream: number,
    token: number,
    options?: RecordOptions,
  ): Promise<ReadOutcome>;

  /** Whether a queued call with that token was taken out of the queue (its promise is rejected with ECANCELED). */
  cancel(token: number): boolean;

  /**
   * Waits for what is queued, closes the descriptor and ends the thread. Rejects with close(2)'s error: for `st` that
   * is the error of the last filemark. A second call resolves; calls after it reject with errno 0.
   */
  close(): Promise<void>;
}

/**
 * Page-aligned, zeroed memory that is safe to hand to a running system call for as long as the call takes; at most
 * 1 GiB. Its pages are made at once.
 *
 * Where the run-time takes no ArrayBuffer of outside memory (Electron), this and what a pool hands out are copies: what is
 * to be written is taken over when the call is made, and what was read is there when its promise settles.
 */
export function allocateSlab(byteLength: number): ArrayBuffer;

/**
 * For another thread: where the slab lies whose memory the view is, in this process; 0 if it is no slab's memory. The slab
 * is there for as long as any thread has a view of it.
 */
export function addressOfSlab(view: Uint8Array): number;

/** A view of the slab at that address. Throws a RangeError if there is none. */
export function slabAt(address: number): ArrayBuffer;

/**
 * Slabs of `slabBytes` bytes, each mapped when it is needed and none has come back. A slab that was taken comes back by
 * `giveBack()`, or when its ArrayBuffer has been collected as garbage; it is not zeroed for its next use. Of what comes
 * back by garbage collection so many are unmapped again that no more than `kept` remain.
 */
export class SlabPool {
  constructor(slabBytes: number, kept: number);

  /** How many slabs were taken and have not come back. */
  readonly lent: number;

  /** Hands out a slab that a call has read into (`ReadOutcome.slab`). Throws a RangeError the second time. */
  take(slab: number): ArrayBuffer;

  /**
   * Takes back what it handed out; nobody may look at it any more. Throws a RangeError for any other memory, does nothing
   * once the pool is closed.
   */
  giveBack(memory: ArrayBuffer): void;

  /** Unmaps what is not out, and the rest as it comes back. Nothing can be read into it any more. */
  close(): void;
}

/**
 * flock(2) of an open file, without waiting: whether it was got. False where another opening of the file has a lock that
 * rules it out. It goes with the last descriptor of the opening, at the latest with the process.
 *
 * Throws a FailedCall for anything else, such as ENOTSUP where the file system has no locks.
 */
export function lockFile(fd: number, mode: 'shared' | 'exclusive'): boolean;

/*
 * What an archive keeps of a file. These calls block, and are for worker threads. Paths are byte strings: a character
 * from U+0000 to U+00FF for each byte, no NUL. A link is never followed. `facts` takes mode, number of links, uid, gid,
 * size, blocks of 512 bytes, seconds and nanoseconds of modification and of change, major and minor number of a device
 * node, major and minor number of the file system's device, upper and lower 32 bits of the inode number, and the bytes
 * that names of extended attributes take (0 by `readSmallFile`): 17 numbers.
 */

/** lstat(2) and llistxattr(2). Returns 0 or a negative errno value. */
export function inspectFile(path: string, facts: Float64Array): number;

/**
 * Opens a file, reads up to `length` bytes to `offset` in `memory`, asks for its status and closes it. Returns how many
 * bytes there were, or a negative errno value.
 */
export function readSmallFile(
  path: string,
  memory: Uint8Array,
  offset: number,
  length: number,
  facts: Float64Array,
): number;

/** An extended attribute; its name is a byte string. */
export interface FileAttribute {
  readonly name: string;
  readonly value: Buffer;
}

/** All extended attributes, access control lists among them. Throws a FailedCall. */
export function readAttributes(path: string): FileAttribute[];

/**
 * Where the first `size` bytes of an open file are no hole: offset and length of each part, in order. Throws a
 * FailedCall.
 */
export function dataExtents(fd: number, size: number): Float64Array;

/** Names in a folder, sorted by their bytes, each followed by a NUL. Throws a FailedCall. */
export function namesIn(folder: string): Buffer;

/**
 * Packs plain files: regular files of at most 256 KiB with one name, no holes and a name in UTF-8, which did not change
 * while they were read, and without an access control list if `attributes` are kept. Threads of its own read those that
 * come next meanwhile, also between calls.
 */
export class FilePacker {
  constructor(attributes: boolean);

  /**
   * Members of an archive one behind the other, headers included, at the beginning of `memory`: for the first of `names`,
   * each followed by a NUL, that are plain files. Stops at the first name that is anything else, or for which `memory`
   * has no room. `folder` and `prefix`, of paths in the file system and in the archive, end with `/`; a prefix may be
   * empty.
   *
   * Returns how many files there are; `done` takes the bytes of their names and of their members.
   */
  pack(folder: string, prefix: string, names: Uint8Array, memory: Uint8Array, done: Float64Array): number;

  /** Ends its threads. A later call does without. */
  close(): void;
}

/** CRC-32 of ISO-HDLC, as in zip and gzip, or CRC32C, as in iSCSI, by the processor's own instructions. */
export class Crc32 {
  /** Default `crc32`. Over records that are protected by CRC32C a CRC32C is made from theirs, without another look. */
  constructor(algorithm?: 'crc32' | 'crc32c');

  /** Of everything so far, unsigned; 0 for nothing. Not up to date while a call that has it is under way. */
  readonly value: number;

  /** Not while a call that has it is under way. */
  update(data: Uint8Array): void;
}

/**
 * A folder below which an archive is extracted. Paths are resolved below it, from the descriptor that the constructor
 * opens, without following a link (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, or component by component).
 *
 * Calls are synchronous, for worker threads, and return 0 or a negative errno value. Paths, names and targets are byte
 * strings: a character from U+0000 to U+00FF for each byte. A path has no empty component, `.` or `..` (EINVAL); the
 * empty one is the folder itself. `facts` takes device, inode, mode and number of links; `attributes` are mode, uid, gid
 * (each -1 to leave it), seconds and nanoseconds of access, seconds and nanoseconds of modification.
 */
export class ExtractionRoot {
  /** `stepByStep`: without openat2(2). Throws a FailedCall when the folder can't be opened. */
  constructor(path: string, stepByStep?: boolean);

  /** lstat(2). */
  inspect(path: string, facts: Float64Array): number;

  /** A new file, which only its owner may read yet; it becomes the open node. */
  createFile(path: string, facts: Float64Array): number;

  /** A new file with its content and attributes; `facts` has no inode, 0, where it could not be created. */
  makeFile(path: string, data: Uint8Array, attributes: Float64Array, facts: Float64Array): number;

  /**
   * Makes the plain files that `archive` begins with: regular files in headers of POSIX ustar or GNU tar, all of whose
   * blocks are there, with nothing in extended headers but path and times. Of their modes they get `permissions`, and
   * their owners if `owners` is true. Stops at the first member that is anything else, whose place is not free, or that
   * fails, and when `nodes` is full.
   *
   * Returns how many files there are. `made` takes the bytes of their members and of their content, and how many nodes
   * there are; `nodes` takes device and inode of each. There is a node more than files if the next one could not get all
   * of its content and attributes.
   */
  makeFiles(archive: Uint8Array, permissions: number, owners: boolean, made: Float64Array, nodes: Float64Array): number;

  makeFolder(path: string, mode: number, facts: Float64Array): number;

  /** The folder becomes the open node. */
  openFolder(path: string): number;

  /** Writes all of `data` into the open node, at a position in bytes. */
  write(data: Uint8Array, position: number): number;

  /** An extended attribute of the open node. */
  setAttribute(name: string, value: Uint8Array): number;

  /** Owner and mode of the open node, before some of its extended attributes; times are not set. */
  setRights(attributes: Float64Array): number;

  /** Closes the open node with these attributes. `size`: of a file that ends with a hole, else -1. */
  finish(size: number, attributes: Float64Array): number;

  makeSymbolicLink(target: string, path: string, attributes: Float64Array, facts: Float64Array): number;

  /** `type`: S_IFCHR, S_IFBLK or S_IFIFO. */
  makeNode(
    path: string,
    type: number,
    major: number,
    minor: number,
    attributes: Float64Array,
    facts: Float64Array,
  ): number;

  /** Another name of what is at `existing`; a symbolic link there is not followed. */
  makeHardLink(existing: string, path: string): number;

  /** unlink(2): no folder. */
  remove(path: string): number;

  close(): void;
}
