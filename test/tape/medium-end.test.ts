import { describe, expect, it } from 'vitest';
import { type BufferPosition, encodeShortPosition } from '../../src/scsi/commands/read-position.js';
import { endedEarly, isNearEnd } from '../../src/tape/motion/medium-end.js';
import type { DrivePort } from '../../src/tape/port/drive-port.js';
import { answerWith, newPort } from './drives.js';

/** A drive that reports this position. */
async function standingAt(position: Partial<BufferPosition>): Promise<DrivePort> {
  const { port } = await newPort();
  const nowhere = { partition: 0, firstObject: 0, lastObject: 0, objectsInBuffer: 0, bytesInBuffer: 0 };
  const flags = { beginningOfPartition: false, endOfPartition: false, beyondEarlyWarning: false };
  const data = encodeShortPosition({ ...nowhere, ...flags, ...position } as BufferPosition);
  answerWith(port, 'READ POSITION', () => data);
  return port;
}

const NEAR = [{ endOfPartition: true }, { beyondEarlyWarning: true }] as const;

describe('the end of the medium', () => {
  it.each(NEAR)('is near where the drive reports %j', async (flags) => {
    expect(await isNearEnd(await standingAt(flags))).toBe(true);
    expect(await isNearEnd(await standingAt({}))).toBe(false);
  });

  it.each(NEAR)('came before the last record with %j and a position that is one short', async (flags) => {
    const at = (firstObject: number) => standingAt({ ...flags, firstObject });
    expect(await endedEarly(await at(12), 10, 3)).toBe(true);
    // All records are on tape, or more than the last one is missing: another program moved the tape.
    expect(await endedEarly(await at(13), 10, 3)).toBe(false);
    expect(await endedEarly(await at(11), 10, 3)).toBe(false);
    // Nothing was written: the position is that of the object before.
    expect(await endedEarly(await at(9), 10, 0)).toBe(false);
    expect(await endedEarly(await at(2), undefined, 3)).toBe(false);
  });

  it('is not what a position that is one short means anywhere else, nor where no position is reported', async () => {
    expect(await endedEarly(await standingAt({ firstObject: 12 }), 10, 3)).toBe(false);
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'READ POSITION', outcome: { sense: { key: 5, asc: 0x20, ascq: 0 } } }];
    expect(await endedEarly(port, 10, 3)).toBe(false);
    expect(await isNearEnd(port)).toBe(false);
  });
});
