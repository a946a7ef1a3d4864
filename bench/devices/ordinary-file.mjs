// A transport over the addon's Device to something that is no tape: a FIFO, a file in memory, /dev/null. The data path is
// the library's own; what a drive would answer is answered here. Only for measuring: the library refuses such nodes.
import { constants } from 'node:fs';
import { libraryUrl } from '../harness/library.mjs';

const { loadAddon } = await import(libraryUrl('addon/load-addon.js'));
const { GeneralStatus, MtOperation } = await import(libraryUrl('transport/mtio.js'));
const { ProtectionPages } = await import('./protection-pages.mjs');

/** Any: no adapter is in between. */
const MAX_TRANSFER = 16 * 1024 * 1024;
const CHECK_CONDITION = 2;
/** ILLEGAL REQUEST, INVALID COMMAND OPERATION CODE, fixed format. */
const NOT_SUPPORTED = Uint8Array.of(0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0);
const NOTHING = new Uint8Array(0);
const TEST_UNIT_READY = 0;
const FLAGS = { write: constants.O_WRONLY, read: constants.O_RDONLY, both: constants.O_RDWR };

export class OrdinaryFile {
  #addon;
  #file;
  #path;
  #flags;
  #fileNumber = 0;
  #records = 0;
  #protection = new ProtectionPages();

  constructor(addon, path, flags) {
    this.#addon = addon;
    this.#path = path;
    this.#flags = flags;
    this.#file = new addon.Device(path);
  }

  /** @param {'write' | 'read' | 'both'} access */
  static async open(path, access) {
    const transport = new OrdinaryFile(loadAddon(), path, FLAGS[access]);
    await transport.#file.open(FLAGS[access]);
    return transport;
  }

  get device() {
    return this.#path;
  }

  get maxTransfer() {
    return MAX_TRANSFER;
  }

  get queryDevice() {
    return this.#path;
  }

  async scsi({ cdb, dataOut }) {
    const data = cdb[0] === TEST_UNIT_READY ? NOTHING : this.#protection.answer(cdb, dataOut);
    const outcome = data ? { status: 0, sense: NOTHING } : { status: CHECK_CONDITION, sense: NOT_SUPPORTED };
    return { ...outcome, hostStatus: 0, driverStatus: 0, data: data ?? NOTHING, residual: 0, duration: 0 };
  }

  async mt(operation, count) {
    if (operation === MtOperation.MTWEOF && count > 0) {
      this.#fileNumber += count;
      this.#records += count;
    }
  }

  async status() {
    const generalStatus = GeneralStatus.ONLINE + GeneralStatus.IM_REP_EN;
    const position = { fileNumber: this.#fileNumber, blockNumber: 0 };
    return { type: 0x72, residual: 0, deviceRegister: 0, generalStatus, errorRegister: 0, ...position };
  }

  async tell() {
    return this.#records;
  }

  async writeRecords(memory, recordSize, stream, options) {
    const outcome = await this.#file.writeRecords(memory, recordSize, stream, 0, options);
    this.#records += outcome.records;
    return outcome;
  }

  readRecords(memory, offer, maxRecords, stream, options) {
    return this.#file.readRecords(memory, offer, maxRecords, stream, 0, options);
  }

  createPool(slabBytes, kept) {
    return new this.#addon.SlabPool(slabBytes, kept);
  }

  createCrc32(algorithm) {
    return new this.#addon.Crc32(algorithm);
  }

  allocate(byteLength) {
    return new Uint8Array(this.#addon.allocateSlab(byteLength), 0, byteLength);
  }

  async reopen() {
    await this.#file.close();
    this.#file = new this.#addon.Device(this.#path);
    await this.#file.open(this.#flags);
  }

  close() {
    return this.#file.close();
  }
}
