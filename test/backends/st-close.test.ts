import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { StDriver } from '../../src/backends/st/st-driver.js';
import { closeNode, Unended } from '../../src/backends/st/unended.js';
import { isSystemError } from '../../src/errors/system-error.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { VirtualDrive } from '../../src/virtual/index.js';
import { newDriveFolder, pattern } from '../virtual/support.js';

// What the embedded `st` says when its node is closed, as the kernel's does (test/lab/scsi_debug/close.test.ts and
// test/lab/virtual/close.test.ts), and whether a transport that sees calls alone tells what `st` owes.

const FILEMARK_FAILS = { command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } } as const;

async function newDriver() {
  const drive = await VirtualDrive.open(await newDriveFolder());
  onTestFinished(() => drive.close());
  const st = new StDriver(drive, 'virtual', false);
  await st.open();
  await st.operate(MtOperation.MTREW, 1);
  return { drive, st };
}

const EIO = { code: 'EIO', syscall: 'close' };

it('is EIO behind a reset, also where nothing was written, and no filemark is written then', async () => {
  const { drive, st } = await newDriver();
  await st.write(pattern(512, 1));
  await st.operate(MtOperation.MTWEOF, 1);
  await drive.reset();
  await st.tell().catch(() => undefined);
  expect(st.owesFilemark).toBe(false);
  await expect(st.close()).rejects.toMatchObject(EIO);
});

it('is EIO where the filemark could not be written that was owed', async () => {
  const { drive, st } = await newDriver();
  await st.write(pattern(512, 1));
  expect(st.owesFilemark).toBe(true);
  drive.faults = [FILEMARK_FAILS];
  await expect(st.close()).rejects.toMatchObject(EIO);
});

it('is silent of a filemark that failed as an operation: that is not tried again', async () => {
  const { drive, st } = await newDriver();
  await st.write(pattern(512, 1));
  drive.faults = [FILEMARK_FAILS];
  await expect(st.operate(MtOperation.MTWEOF, 1)).rejects.toMatchObject({ code: 'EIO', syscall: 'MTIOCTOP' });
  await st.close();
});

it('tries again where a motion failed for the filemark that it began with', async () => {
  const { drive, st } = await newDriver();
  await st.write(pattern(512, 1));
  drive.faults = [FILEMARK_FAILS];
  await expect(st.operate(MtOperation.MTREW, 1)).rejects.toMatchObject({ code: 'EIO' });
  drive.faults = [];
  await st.close();
  expect(st.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
});

it('spacing back over files starts behind the filemark that it wrote first', async () => {
  const { st } = await newDriver();
  for (const seed of [1, 2]) {
    await st.write(pattern(512, seed));
    if (seed === 1) await st.operate(MtOperation.MTWEOF, 1);
  }
  await st.operate(MtOperation.MTBSF, 1);
  expect(st.status()).toMatchObject({ fileNumber: 0 });
  const offer = new Uint8Array(512);
  expect(await st.read(offer)).toBe(0);
  expect(await st.read(offer)).toBe(512);
  expect(offer).toEqual(new Uint8Array(pattern(512, 2)));
});

it('the node counts as closed, and only records that are owed a filemark make an error of it', async () => {
  const fails = () => Promise.reject(new Error('EIO'));
  await closeNode(fails, () => false);
  await expect(closeNode(fails, () => true)).rejects.toThrow('EIO');
  await closeNode(
    () => Promise.resolve(),
    () => true,
  );
});

const { MTREW, MTRETEN, MTFSF, MTBSF, MTFSR, MTBSR, MTWEOF, MTWEOFI, MTNOP, MTEOM, MTSEEK, MTERASE, MTSETBLK } =
  MtOperation;
const STEPS = fc.oneof(
  { weight: 3, arbitrary: fc.constant('write' as const) },
  fc.constantFrom('read' as const, 'reset' as const, 'fault' as const, 'mend' as const),
  fc.constantFrom(MTREW, MTRETEN, MTFSF, MTBSF, MTFSR, MTBSR, MTWEOF, MTWEOFI, MTNOP, MTEOM, MTSEEK, MTERASE, MTSETBLK),
);

it('a transport that sees calls alone never takes records that are owed a filemark for ended', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEPS, { maxLength: 25 }), async (steps) => {
      const { drive, st } = await newDriver();
      const seen = new Unended();
      let hasFailed = false;
      for (const step of steps) {
        if (step === 'reset') await drive.reset();
        else if (step === 'fault') drive.faults = [FILEMARK_FAILS];
        else if (step === 'mend') drive.faults = [];
        else if (step === 'write') {
          const failed = await failure(st.write(pattern(512, 3)));
          hasFailed ||= failed;
          seen.wrote({ records: failed ? 0 : 1, stop: failed ? 'error' : 'done' });
        } else if (step === 'read') {
          await failure(st.read(new Uint8Array(512)));
          seen.read();
        } else {
          const count = step === MTSETBLK || step === MTSEEK ? 0 : 1;
          const failed = await failure(st.operate(step, count));
          hasFailed ||= failed;
          seen.operated(step, failed);
        }
        // Behind a write that failed `st` owes a filemark with no record before it, which loses nothing.
        if (step !== 'write' && st.owesFilemark && !steps.includes('reset')) expect(seen.records).toBe(true);
        if (!hasFailed && !steps.includes('reset')) expect(seen.records).toBe(st.owesFilemark);
      }
    }),
    { numRuns: 30 },
  );
});

async function failure(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return true;
  }
}
