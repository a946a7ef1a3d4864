import { decodeFields, patchFields } from '../../scsi/layout.js';
import { CDB, COMMON, type PduLayout, type Values } from './pdu-layouts.js';

export const HEADER_BYTES = 48;
const WORD = 4;

/** One protocol data unit as it came. */
export interface Pdu {
  readonly opcode: number;
  /** The basic header segment. */
  readonly header: Uint8Array;
  /** The additional header segments, with their paddings. */
  readonly additional: Uint8Array;
  readonly data: Uint8Array;
}

/** What a peer sent is against RFC 7143: the connection is closed, because nothing after it can be relied on. */
export class ProtocolViolation extends Error {}

/** The fields of a PDU that is known to be of this kind. */
export function decodePdu<L extends PduLayout>(layout: L, { header }: Pdu): Values<L> {
  return decodeFields(layout.fields, header, layout.name) as Values<L>;
}

/** The CDB in the header of a SCSI Command. */
export function cdbOf({ header }: Pdu): Uint8Array {
  return header.slice(CDB.offset, CDB.offset + CDB.length);
}

const NOTHING = new Uint8Array(0);
const PADDING = new Uint8Array(WORD - 1);

/** The pieces of a PDU, in order. Throws InvalidArgumentError for a value that does not fit its field. */
export function encodePdu<L extends PduLayout>(
  { name, opcode, fields }: L,
  values: Partial<Values<L>>,
  data: Uint8Array = NOTHING,
  cdb: Uint8Array = NOTHING,
): Uint8Array[] {
  const header = new Uint8Array(HEADER_BYTES);
  const common = patchFields(COMMON, header, { opcode, dataSegmentLength: data.length }, name);
  common.set(cdb, CDB.offset);
  const complete = patchFields(fields, common, values, name);
  const padding = PADDING.subarray(0, paddingOf(data.length));
  return [complete, data, padding].filter(({ length }) => length > 0);
}

function paddingOf(length: number): number {
  return (WORD - (length % WORD)) % WORD;
}

/** Cuts the bytes of a connection into PDUs. */
export class PduReader {
  /** Largest data segment that is taken. */
  limit: number;
  #header = new Uint8Array(HEADER_BYTES);
  /** What follows the header; undefined while the header is incomplete. */
  #rest: Uint8Array | undefined;
  #filled = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The PDUs that these bytes complete. Throws ProtocolViolation for one that is too long. */
  *push(bytes: Uint8Array): Generator<Pdu> {
    let offset = 0;
    while (offset < bytes.length) {
      offset += this.#fill(this.#rest ?? this.#header, bytes.subarray(offset));
      const pdu = this.#complete();
      if (pdu !== undefined) yield pdu;
    }
  }

  #fill(into: Uint8Array, bytes: Uint8Array): number {
    const taken = bytes.subarray(0, into.length - this.#filled);
    into.set(taken, this.#filled);
    this.#filled += taken.length;
    return taken.length;
  }

  #complete(): Pdu | undefined {
    if (this.#rest === undefined) {
      if (this.#filled < HEADER_BYTES) return undefined;
      this.#rest = Buffer.allocUnsafeSlow(this.#restBytes());
      this.#filled = 0;
    }
    if (this.#filled < this.#rest.length) return undefined;
    return this.#take(this.#header, this.#rest);
  }

  #restBytes(): number {
    const { additionalHeaderWords, dataSegmentLength } = decodeFields(COMMON, this.#header, 'header');
    if (dataSegmentLength > this.limit) {
      throw new ProtocolViolation(`a data segment of ${dataSegmentLength} bytes, where ${this.limit} are the most`);
    }
    return additionalHeaderWords * WORD + dataSegmentLength + paddingOf(dataSegmentLength);
  }

  #take(header: Uint8Array, rest: Uint8Array): Pdu {
    const { opcode, additionalHeaderWords, dataSegmentLength } = decodeFields(COMMON, header, 'header');
    const dataStart = additionalHeaderWords * WORD;
    this.#header = new Uint8Array(HEADER_BYTES);
    this.#rest = undefined;
    this.#filled = 0;
    return {
      opcode,
      header,
      additional: rest.subarray(0, dataStart),
      data: rest.subarray(dataStart, dataStart + dataSegmentLength),
    };
  }
}
