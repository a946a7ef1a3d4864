import { expect, it } from 'vitest';
import { TapeActivity } from '../../../src/provider/observe/tape-activity.js';

const NOTHING = { writes: 0, reads: 0, others: 0, residuals: 0, writeSeconds: 0, readSeconds: 0, seconds: 0 };
const STEP_MS = 250;

/** Samples of a drive that is written to: `w` a megabyte was taken, `b` the driver waits for the drive, `.` it has nothing to do. */
function seen(samples: string) {
  const activity = new TapeActivity('none');
  activity.close();
  let bytesWritten = 0;
  for (const [at, sample] of [...samples].entries()) {
    if (sample === 'w') bytesWritten += 1e6;
    const inFlight = sample === '.' ? 0 : 1;
    activity.add({ ...NOTHING, inFlight, bytesWritten, bytesRead: 0 }, at * STEP_MS);
  }
  return activity.seen.writing;
}

it.each([
  ['steady data', 'wwwwwwww', 0],
  ['a drive that makes its host wait', `www${'b'.repeat(20)}www`, 0],
  ['a host without data for a moment', 'www..www', 0],
  ['a host without data for a second', 'www.....www', 1],
  ['the same, seen while the next record is under way', 'www.....bwww', 1],
  ['two such pauses', 'www......www......www', 2],
  ['the time before the first data', '..........www', 0],
  ['the time after the last data', 'www..........', 0],
  ['another job after more than a minute', `www${'.'.repeat(250)}www`, 0],
])('back-hitches: %s', (_, samples, expected) => {
  expect(seen(samples).backHitches).toBe(expected);
});

it('speed is that of the last second', () => {
  expect(seen('wwwwwwww').bytesPerSecond).toBe(4e6);
  expect(seen('wwwwwwww........').bytesPerSecond).toBe(0);
  expect(seen('w').bytesPerSecond).toBe(0);
});
