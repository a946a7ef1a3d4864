import { decodeFields, patchFields } from '../../../scsi/wire/layout.js';
import { DIGEST_BYTES, type Digests, digestHolds, digestOf, NO_DIGESTS } from './digest.js';
import { CDB, COMMON, type PduLayout, type Values } from './layouts.js';

const HEADER_BYTES = 48;
const WORD = 4;

/** One protocol data unit as received. */
export interface Pdu {
  readonly opcode: number;
  /** The request is carried out at once and takes no command sequence number. */
  readonly immediate: boolean;
  /** The basic header segment. */
  readonly header: Uint8Array;
  /** The additional header segments, with their paddings. */
  readonly additional: Uint8Array;
  readonly data: Uint8Array;
  /** The data digest is wrong. */
  readonly damaged: boolean;
}

/** The peer violated RFC 7143. The connection is closed, because nothing that follows can be relied on. */
export class ProtocolViolation extends Error {}

/** Decodes the fields of a PDU of this kind. */
export function decodePdu<L extends PduLayout>(layout: L, { header }: Pdu): Values<L> {
  return decodeFields(layout.fields, header, layout.name) as Values<L>;
}

/** The CDB in the header of a SCSI Command. */
export function cdbOf({ header }: Pdu): Uint8Array {
  return header.slice(CDB.offset, CDB.offset + CDB.length);
}

const NOTHING = new Uint8Array(0);
const PADDING = new Uint8Array(WORD - 1);

/** What a PDU carries besides the fields of its header. */
export interface Load {
  readonly data?: Uint8Array | undefined;
  readonly cdb?: Uint8Array | undefined;
  readonly digests?: Digests | undefined;
}

/** Encodes a PDU as pieces, in order. Throws InvalidArgumentError for a value that does not fit its field. */
export function encodePdu<L extends PduLayout>(
  { name, opcode, fields }: L,
  values: Partial<Values<L>>,
  { data = NOTHING, cdb = NOTHING, digests = NO_DIGESTS }: Load = {},
): Uint8Array[] {
  const header = new Uint8Array(HEADER_BYTES);
  const base = patchFields(COMMON, header, { opcode, dataSegmentLength: data.length }, name);
  base.set(cdb, CDB.offset);
  const complete = patchFields(fields, base, values, name);
  const segment = [data, PADDING.subarray(0, paddingOf(data.length))];
  const pieces = [
    complete,
    digestOf([complete], digests.header),
    ...segment,
    digestOf(segment, digests.data && data.length > 0),
  ];
  return pieces.filter(({ length }) => length > 0);
}

function paddingOf(length: number): number {
  return (WORD - (length % WORD)) % WORD;
}

/** Splits the bytes of a connection into PDUs. */
export class PduReader {
  /** Largest data segment that is accepted. */
  limit: number;
  /** Digests of the PDUs that are still to come. */
  digests = NO_DIGESTS;
  /** The complete parts of the current PDU: the header, then the additional segments, each followed by its digest. */
  readonly #complete: Uint8Array[] = [];
  /** The part being filled: the header, the additional segments with the header digest, or the data with its digest. */
  #part: Uint8Array = new Uint8Array(HEADER_BYTES);
  #filled = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The PDUs that these bytes complete. Throws ProtocolViolation for a wrong header digest or too much data. */
  *push(bytes: Uint8Array): Generator<Pdu> {
    let offset = 0;
    while (offset < bytes.length) {
      offset += this.#fill(bytes.subarray(offset));
      const pdu = this.#next();
      if (pdu !== undefined) yield pdu;
    }
  }

  #fill(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#part.length - this.#filled);
    this.#part.set(taken, this.#filled);
    this.#filled += taken.length;
    return taken.length;
  }

  /** Begins the next part when one is full; returns the PDU after the last part. A part may be empty. */
  #next(): Pdu | undefined {
    while (this.#filled === this.#part.length) {
      const part = this.#part;
      const [header, additional] = this.#complete;
      this.#filled = 0;
      if (header !== undefined && additional !== undefined) {
        this.#complete.length = 0;
        this.#part = new Uint8Array(HEADER_BYTES);
        return this.#pdu(header, additional, part);
      }
      this.#complete.push(part);
      this.#part = Buffer.allocUnsafeSlow(
        header === undefined ? this.#additionalSize(part) : this.#dataSize(header, part),
      );
    }
    return undefined;
  }

  /** Bytes of the additional segments and the header digest. */
  #additionalSize(header: Uint8Array): number {
    return common(header).additionalHeaderWords * WORD + (this.digests.header ? DIGEST_BYTES : 0);
  }

  /** Bytes of the data with padding and digest. Checks the header digest first. */
  #dataSize(header: Uint8Array, additional: Uint8Array): number {
    if (this.digests.header && !digestHolds(Buffer.concat([header, additional]))) {
      throw new ProtocolViolation('a wrong header digest');
    }
    const { dataSegmentLength } = common(header);
    if (dataSegmentLength > this.limit) {
      throw new ProtocolViolation(`a data segment of ${dataSegmentLength} bytes, where ${this.limit} are the most`);
    }
    const digest = this.digests.data && dataSegmentLength > 0 ? DIGEST_BYTES : 0;
    return dataSegmentLength + paddingOf(dataSegmentLength) + digest;
  }

  #pdu(header: Uint8Array, additional: Uint8Array, segment: Uint8Array): Pdu {
    const { opcode, immediate, additionalHeaderWords, dataSegmentLength } = common(header);
    return {
      opcode,
      immediate,
      header,
      additional: additional.subarray(0, additionalHeaderWords * WORD),
      data: segment.subarray(0, dataSegmentLength),
      damaged: this.digests.data && dataSegmentLength > 0 && !digestHolds(segment),
    };
  }
}

function common(header: Uint8Array) {
  return decodeFields(COMMON, header, 'header');
}
