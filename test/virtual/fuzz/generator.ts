import { type CdbLayout, cdbUsage } from '../../../src/scsi/wire/cdb.js';
import { isCdbOf } from '../../../src/scsi/wire/opcodes.js';
import { COMMANDS } from '../../../src/virtual/server/commands.js';
import { randomFrom } from '../../../src/virtual/unit/random.js';

/** Things to send, in each test; `FUZZ_RUNS=1000000` is the long run. */
export const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 10_000);
/** The same seed sends the same things. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 1);

const DRIVE_LAYOUTS: readonly CdbLayout[] = Object.values(COMMANDS).map(({ layout }) => layout);
/** Values that stand at an edge. */
const EDGES = [0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];

/** Makes what no sane initiator sends, and what sane ones do, in one row that its seed determines. */
export class Generator {
  readonly #random: () => number;
  readonly #layouts: readonly CdbLayout[];

  /** Of the commands of these layouts; by default, those of the drive. */
  constructor(seed: number, layouts = DRIVE_LAYOUTS) {
    this.#random = randomFrom(seed);
    this.#layouts = layouts;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.chance(0.5) ? this.pick(EDGES) : this.below(256)));
  }

  /** A copy with some bytes changed. */
  damaged(bytes: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(bytes);
    for (let changes = this.below(4); changes >= 0 && copy.length > 0; changes -= 1) {
      copy[this.below(copy.length)] = this.below(256);
    }
    return copy;
  }

  /** A CDB: of a command that the device has, with fields of all sorts; sometimes any bytes. */
  cdb(): Uint8Array {
    if (this.chance(0.1)) return this.bytes(this.below(20));
    const layout = this.pick(this.#layouts);
    const usage = cdbUsage(layout);
    const [code = 0] = usage;
    const sparse = this.chance(0.5);
    const cdb = usage.map((mask, at) => (at === 0 ? code : this.#field(mask, sparse, at)));
    // The service action of a command that has one.
    if (!isCdbOf(layout.name, cdb) && usage[1] !== undefined) cdb[1] = usage[1];
    return cdb;
  }

  /** A byte of a field: small numbers are where most of the code is. */
  #field(mask: number, sparse: boolean, at: number): number {
    if (this.chance(0.02)) return this.below(256);
    if (sparse && at > 1 && this.chance(0.6)) return 0;
    return (this.chance(0.5) ? this.pick(EDGES) : this.below(256)) & mask;
  }

  /** Data out for a CDB: nothing, too little, or what could be a parameter list. */
  dataOut(): Uint8Array {
    return this.chance(0.3) ? new Uint8Array(0) : this.bytes(this.below(this.chance(0.1) ? 4000 : 80));
  }
}
