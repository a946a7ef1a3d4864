import {
  bytesOfHex,
  type CommandName,
  commandName,
  decodeAttributeValues,
  encodeAttributeValues,
} from '../../scsi/index.js';
import { decodeSense } from '../../scsi/sense/sense.js';
import { CheckCondition, invalidFieldInCdb } from '../unit/check-condition.js';
import type { CommandResult } from '../unit/command-result.js';
import { STATUS } from '../unit/command-result.js';
import { type DriveCapture, requireCapture } from './capture.js';

/** Bytes of a CDB that say how much is read, and not what: first byte, number of bytes. */
const LENGTH_FIELDS: Readonly<Partial<Record<CommandName, readonly [at: number, length: number]>>> = {
  INQUIRY: [3, 2],
  'LOG SENSE': [7, 2],
  'MODE SENSE(6)': [4, 1],
  'MODE SENSE(10)': [7, 2],
  'READ ATTRIBUTE': [10, 4],
  'REPORT DENSITY SUPPORT': [7, 2],
  'REPORT SUPPORTED OPERATION CODES': [6, 4],
  'REPORT TIMESTAMP': [6, 4],
  'READ BLOCK LIMITS': [0, 0],
};
const FIRST_ATTRIBUTE = 8;

/** The replies of a capture, by what was asked. */
export class CapturedAnswers {
  readonly #replies = new Map<string, CommandResult>();
  readonly #commands = new Set<CommandName>();

  /** Throws InvalidArgumentError for what is no capture. */
  constructor(capture: DriveCapture) {
    for (const { cdb, status, data, sense } of requireCapture(capture).replies) {
      const bytes = ofHex(cdb);
      const name = commandName(bytes);
      if (name === undefined || LENGTH_FIELDS[name] === undefined) continue;
      this.#commands.add(name);
      this.#replies.set(keyOf(name, bytes), { status, dataIn: ofHex(data), sense: ofHex(sense) });
    }
  }

  /**
   * Data in that the captured drive gave. Undefined for a command that is not a report of the drive, or was not
   * captured at all: the virtual drive answers by itself. Throws CheckCondition as the captured drive did, and for a page
   * that is not in the capture.
   */
  answerTo(cdb: Uint8Array): Uint8Array | undefined {
    const name = commandName(cdb);
    if (name === undefined || !this.#commands.has(name)) return undefined;
    const reply = this.#replies.get(keyOf(name, cdb)) ?? this.#fromFirst(name, cdb);
    if (reply === undefined) throw invalidFieldInCdb(2);
    if (reply.status === STATUS.good) return reply.dataIn;
    const told = decodeSense(reply.sense);
    throw new CheckCondition({ key: told?.key ?? 5, asc: told?.asc ?? 0x24, ascq: told?.ascq ?? 0 });
  }

  /** Attributes from another one on, out of the whole list. */
  #fromFirst(name: CommandName, cdb: Uint8Array): CommandResult | undefined {
    if (name !== 'READ ATTRIBUTE') return undefined;
    const first = ((cdb[FIRST_ATTRIBUTE] ?? 0) << 8) | (cdb[FIRST_ATTRIBUTE + 1] ?? 0);
    const whole = Uint8Array.from(cdb).fill(0, FIRST_ATTRIBUTE, FIRST_ATTRIBUTE + 2);
    const reply = this.#replies.get(keyOf(name, whole));
    if (reply === undefined || reply.status !== STATUS.good) return reply;
    const attributes = decodeAttributeValues(reply.dataIn).attributes.filter(({ id }) => id >= first);
    return attributes.some(({ id }) => id === first)
      ? { ...reply, dataIn: encodeAttributeValues(attributes) }
      : undefined;
  }
}

function keyOf(name: CommandName, cdb: Uint8Array): string {
  const [at, length] = LENGTH_FIELDS[name] ?? [0, 0];
  return Buffer.from(Uint8Array.from(cdb).fill(0, at, at + length)).toString('hex');
}

function ofHex(text: string): Uint8Array {
  return bytesOfHex(text) ?? new Uint8Array(0);
}
