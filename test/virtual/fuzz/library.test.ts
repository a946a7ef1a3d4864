import { expect, it } from 'vitest';
import { CHANGER_COMMANDS } from '../../../src/virtual/library/commands.js';
import { STATUS } from '../../../src/virtual/unit/command-result.js';
import { contents, newLibraryFolder, openLibrary } from '../library/support.js';
import { FUZZ_RUNS, FUZZ_SEED, Generator } from './generator.js';

const LAYOUTS = Object.values(CHANGER_COMMANDS).map(({ layout }) => layout);
/** Element addresses of the library, at their places in MOVE MEDIUM and EXCHANGE MEDIUM. */
const ADDRESSES = [0, 1, 2, 101, 102, 1001, 1002, 1003, 1004];
const MOVES: Readonly<Record<number, readonly number[]>> = { 165: [4, 6], 166: [4, 6, 8], 43: [4] };
const UNLOAD = Uint8Array.of(0x1b, 0, 0, 0, 0, 0);
const STATUSES: readonly number[] = [STATUS.good, STATUS.checkCondition];

it('answers any CDB, and loses no cartridge', { timeout: 36_000_000 }, async () => {
  const generator = new Generator(FUZZ_SEED, LAYOUTS);
  const library = await openLibrary(await newLibraryFolder({ slots: 4, cartridges: 3 }));
  const all = Object.values(contents(library)).toSorted();
  for (let run = 0; run < FUZZ_RUNS; run += 1) {
    const cdb = aimed(generator, generator.cdb());
    const nexus = generator.pick(['local', 'a', 'b']);
    const told = `run ${run}, CDB ${Buffer.from(cdb).toString('hex')}`;
    const result = await library.execute(cdb, { nexus, dataOut: generator.dataOut() }).catch((error: unknown) => {
      throw new Error(`rejected: ${told}`, { cause: error });
    });
    expect(STATUSES, told).toContain(result.status);
    expect(result.sense.length > 0, told).toBe(result.status === STATUS.checkCondition);
    if (generator.chance(0.1)) for (const drive of library.drives) await drive.execute(UNLOAD, { nexus });
    if (generator.chance(0.002)) await library.reset();
    if (generator.chance(0.002)) await library.nexusLost(nexus);
    const inside = contents(library);
    expect(Object.values(inside).toSorted(), told).toEqual(all);
    for (const [index, drive] of library.drives.entries()) expect(drive.cartridge, told).toBe(inside[1 + index]);
  }
});

/** With the addresses of elements, most of the time: of 65,536 there are few. */
function aimed(generator: Generator, cdb: Uint8Array): Uint8Array {
  if (cdb.length < 10 || generator.chance(0.1)) return cdb;
  const bytes = Buffer.from(cdb);
  const places = MOVES[bytes.readUInt8(0)] ?? [];
  for (const at of places) bytes.writeUInt16BE(generator.pick(ADDRESSES), at);
  if (places.length > 0 && generator.chance(0.8)) bytes.writeUInt16BE(0, 2);
  // INVERT is refused.
  if (bytes.length > 10 && generator.chance(0.8)) bytes.writeUInt8(0, 10);
  return bytes;
}
