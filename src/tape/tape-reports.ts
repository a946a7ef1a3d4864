import { requireNumbers } from '../arguments/number.js';
import type { NameTable } from '../arguments/option-names.js';
import { ask, CALL_OPTIONS, type CallOptions, requireOptions } from '../arguments/options.js';
import { traceMethods } from '../device/operation-log.js';
import type { SenseData } from '../errors/index.js';
import type { BlockLimits } from '../scsi/commands/block-limits.js';
import type { SupportedCommands } from '../scsi/commands/opcodes-report.js';
import type { LongPosition } from '../scsi/commands/read-position.js';
import type { Timestamp } from '../scsi/commands/timestamp.js';
import type { LogPage, LogPageCode } from '../scsi/log/page.js';
import type { ModePage } from '../scsi/mode/parameter-list.js';
import { readLongPosition } from './motion/position.js';
import { readWriteRights, type WriteRights } from './motion/write-permission.js';
import type { ReadLocation } from './order/locations.js';
import { PLAN_OPTIONS, type PlanOptions, planReads, type ReadPlan } from './order/plan-reads.js';
import type { DrivePort } from './port/drive-port.js';
import { PARTITION_OPTIONS, PARTITIONS, type PartitionOptions } from './port/partitions.js';
import type { TapeStatus } from './port/tape-status.js';
import { readAnyLogPage, readAnyModePage, readLogPageCodes } from './reports/any-page.js';
import { type AttributeLists, readAttributeLists, readPartitionList } from './reports/attribute-lists.js';
import { type Capacity, readCapacity } from './reports/capacity.js';
import { type CartridgeMemory, readCartridgeMemory } from './reports/cartridge-memory.js';
import {
  type Densities,
  type Reservations,
  readDensities,
  readLimits,
  readReservations,
  readSense,
  readSupportedCommands,
  readTimestamp,
} from './reports/drive-reports.js';
import { type Health, readHealth } from './reports/health/health.js';
import { type DriveIdentity, readIdentity } from './reports/identity.js';
import {
  type MediumFormat,
  type MemoryAndFormat,
  readMediumFormat,
  readMemoryAndFormat,
} from './reports/medium-format.js';
import { type Readiness, readReadiness } from './reports/readiness.js';
import { readSettings, type TapeSettings } from './reports/settings.js';
import { readTapeAlerts, type TapeAlerts } from './reports/tape-alerts.js';

const PARTITION_OPTION = { partition: PARTITIONS };
const MEMORY_OPTIONS = { ...CALL_OPTIONS, isLoaded: true } as const;
const ALERT_OPTIONS = { ...CALL_OPTIONS, forget: true } as const;

/**
 * What a drive and its cartridge report. Every call is allowed at any time, also while a file is written or read. A
 * call rejects as soon as its `signal` is aborted; a command that the drive has already received is still carried out.
 */
export class TapeReports {
  readonly #port: DrivePort;

  protected constructor(port: DrivePort) {
    this.#port = port;
  }

  identity(options?: CallOptions): Promise<DriveIdentity> {
    return this.#ask(options, () => readIdentity(this.#port));
  }

  /** TEST UNIT READY: the state that the drive reports, with progress while it becomes ready. */
  readiness(options?: CallOptions): Promise<Readiness> {
    return this.#ask(options, () => readReadiness(this.#port));
  }

  /** What the driver knows, without a command to the drive. */
  status(options?: CallOptions): Promise<TapeStatus> {
    return this.#ask(options, () => this.#port.status(options));
  }

  /** Logical object number of the current position (MTIOCPOS); undefined if the drive does not report it. */
  logicalObject(options?: CallOptions): Promise<number | undefined> {
    return this.#ask(options, () => this.#port.transport.tell(options).catch(() => undefined));
  }

  /** READ POSITION, long form. */
  position(options?: CallOptions): Promise<LongPosition> {
    return this.#ask(options, () => readLongPosition(this.#port));
  }

  /** The cartridge memory; undefined if the drive does not support READ ATTRIBUTE. */
  async mam(options: PartitionOptions = {}): Promise<CartridgeMemory | undefined> {
    this.#requirePartition(options);
    return this.#ask(options, () => readCartridgeMemory(this.#port, options.partition), PARTITION_OPTIONS);
  }

  /** Which attributes the cartridge memory holds, and which it can hold (READ ATTRIBUTE, service actions 1 and 5). */
  async attributeLists(options: PartitionOptions = {}): Promise<AttributeLists> {
    this.#requirePartition(options);
    return this.#ask(options, () => readAttributeLists(this.#port, options.partition), PARTITION_OPTIONS);
  }

  /** Numbers of the partitions; undefined if the drive does not report them. */
  partitions(options?: CallOptions): Promise<readonly number[] | undefined> {
    return this.#ask(options, () => readPartitionList(this.#port));
  }

  /** Native, maximum, remaining and used bytes, by partition and in total, each with its source. */
  capacity(options?: CallOptions): Promise<Capacity> {
    return this.#ask(options, () => readCapacity(this.#port));
  }

  /** What may be written on the cartridge. Every call that writes makes the same check. */
  writeRights(options?: CallOptions): Promise<WriteRights> {
    return this.#ask(options, () => readWriteRights(this.#port));
  }

  /** Format and kind of the cartridge, and whether this drive reads and writes it. */
  mediumFormat(options?: CallOptions): Promise<MediumFormat> {
    return this.#ask(options, () => readMediumFormat(this.#port));
  }

  /** @internal Memory and format of the cartridge at once, with as few commands as a poll can do with. */
  memoryAndFormat(options?: CallOptions & { readonly isLoaded?: boolean | undefined }): Promise<MemoryAndFormat> {
    return this.#ask(options, () => readMemoryAndFormat(this.#port, options?.isLoaded), MEMORY_OPTIONS);
  }

  /** TapeAlert flags; undefined if the drive has none. `TapeAlerts` says how long they are kept. */
  alerts(options?: CallOptions & { readonly forget?: boolean }): Promise<TapeAlerts | undefined> {
    return this.#ask(options, () => readTapeAlerts(this.#port, options), ALERT_OPTIONS);
  }

  /** Health of drive and cartridge: errors, wear, cleaning and alerts, with a verdict and its reasons. */
  health(options?: CallOptions): Promise<Health> {
    return this.#ask(options, () => readHealth(this.#port));
  }

  settings(options?: CallOptions): Promise<TapeSettings> {
    return this.#ask(options, () => readSettings(this.#port));
  }

  /**
   * The recording densities that the drive and the cartridge in it support; undefined if the drive does not report
   * them.
   */
  densities(options?: CallOptions): Promise<Densities | undefined> {
    return this.#ask(options, () => readDensities(this.#port));
  }

  blockLimits(options?: CallOptions): Promise<BlockLimits | undefined> {
    return this.#ask(options, () => readLimits(this.#port));
  }

  /** The clock of the drive. */
  timestamp(options?: CallOptions): Promise<Timestamp | undefined> {
    return this.#ask(options, () => readTimestamp(this.#port));
  }

  supportedCommands(options?: CallOptions): Promise<SupportedCommands | undefined> {
    return this.#ask(options, () => readSupportedCommands(this.#port));
  }

  reservations(options?: CallOptions): Promise<Reservations | undefined> {
    return this.#ask(options, () => readReservations(this.#port));
  }

  /**
   * The order in which to read places of the tape, so that little time is spent on the way; nothing is moved. Asks the
   * drive for its own recommendation only if it reports that it has one. Rejects with InvalidArgumentError for locations
   * without numbers.
   */
  planReads(locations: readonly ReadLocation[], options?: PlanOptions): Promise<ReadPlan> {
    return this.#ask(options, () => planReads(this.#port, locations, options), PLAN_OPTIONS);
  }

  /** Pages and subpages that `logPage` accepts; undefined if the drive does not list them. */
  logPages(options?: CallOptions): Promise<readonly LogPageCode[] | undefined> {
    return readLogPageCodes(this.#port, options);
  }

  /** A log page with its raw parameters; undefined if the drive does not have it. */
  logPage(page: number, subpage = 0, options?: CallOptions): Promise<LogPage | undefined> {
    return readAnyLogPage(this.#port, page, subpage, options);
  }

  /** A mode page with its current values; undefined if the drive does not have it. */
  modePage(page: number, subpage = 0, options?: CallOptions): Promise<ModePage | undefined> {
    return readAnyModePage(this.#port, page, subpage, options);
  }

  /** REQUEST SENSE, with progress while an operation is running. Clears a pending unit attention. */
  requestSense(options?: CallOptions): Promise<SenseData | undefined> {
    return this.#ask(options, () => readSense(this.#port));
  }

  #requirePartition(options: PartitionOptions): void {
    const details = { device: this.#port.device, operation: 'READ ATTRIBUTE' };
    requireOptions(options, details);
    requireNumbers(options, PARTITION_OPTION, details);
  }

  #ask<T>(options: CallOptions | undefined, read: () => Promise<T>, names: NameTable = CALL_OPTIONS): Promise<T> {
    return ask(options, { device: this.#port.device }, read, names);
  }
}

traceMethods<TapeReports & { readonly device?: string }>(
  { name: 'TapeDrive', prototype: TapeReports.prototype },
  ({ device = '' }) => device,
);
