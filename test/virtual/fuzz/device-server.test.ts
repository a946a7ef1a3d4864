import { expect, it } from 'vitest';
import { VirtualDrive } from '../../../src/virtual/index.js';
import { STATUS } from '../../../src/virtual/unit/command-result.js';
import { driveWithFile, expectFileIntact } from './cartridge.js';
import { FUZZ_RUNS, FUZZ_SEED, Generator } from './generator.js';

const ROUND = 5000;
const LOAD = Uint8Array.of(0x1b, 0, 0, 0, 1, 0);
const SLOWEST_MS = 20_000;
const STATUSES: readonly number[] = Object.values(STATUS);

it('answers any CDB, and leaves the cartridge whole', { timeout: 36_000_000 }, async () => {
  const generator = new Generator(FUZZ_SEED);
  for (let done = 0; done < FUZZ_RUNS; done += ROUND) {
    const folder = await driveWithFile();
    const drive = await VirtualDrive.open(folder);
    for (let run = 0; run < Math.min(ROUND, FUZZ_RUNS - done); run += 1) {
      const cdb = generator.cdb();
      const dataOut = generator.dataOut();
      const nexus = generator.pick(['local', 'a', 'b']);
      const allocationLength = generator.chance(0.5) ? generator.below(300) : undefined;
      const told = `run ${done + run}, CDB ${Buffer.from(cdb).toString('hex')}, ${dataOut.length} bytes`;
      const begun = performance.now();
      const answer = await drive.execute(cdb, { dataOut, nexus, allocationLength }).catch((error: unknown) => {
        throw new Error(`rejected: ${told}`, { cause: error });
      });
      expect(STATUSES, told).toContain(answer.status);
      expect(answer.sense.length > 0, told).toBe(answer.status === STATUS.checkCondition);
      expect(performance.now() - begun, told).toBeLessThan(SLOWEST_MS);
      // Without a tape most commands have nothing to do.
      if (generator.chance(0.02)) await drive.execute(LOAD, { nexus });
      if (generator.chance(0.002)) await drive.reset();
      if (generator.chance(0.002)) await drive.nexusLost(nexus);
    }
    await drive.close();
    await expectFileIntact(folder);
  }
});
