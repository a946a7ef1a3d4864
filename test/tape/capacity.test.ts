import { describe, expect, it } from 'vitest';
import { NoMediumError } from '../../src/errors/index.js';
import { readCapacity } from '../../src/tape/reports/capacity.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault } from '../../src/virtual/index.js';
import { answerWith, newPort, newTapeDrive, UNSUPPORTED } from './drives.js';

const MIB = 2 ** 20;
const NO_MEMORY: Fault = { command: 'READ ATTRIBUTE', outcome: UNSUPPORTED };

describe('capacity', () => {
  it('comes from the cartridge memory, and counts what is recorded', async () => {
    const drive = await newTapeDrive({ cartridge: { capacityBytes: 100 * MIB } });
    await drive.writeFile([Buffer.alloc(10 * MIB)]);
    const { total, partitions } = await drive.capacity();
    expect(partitions.map(({ partition }) => partition)).toEqual([0]);
    expect(total.maximum).toEqual({ bytes: 100 * MIB, source: 'MAM' });
    expect(total.remaining).toEqual({ bytes: 89 * MIB, source: 'MAM' });
    expect(total.used).toEqual({ bytes: 11 * MIB, source: 'MAM' });
    expect(total.native).toEqual({ bytes: 104_000_000, source: 'log page 17' });
  });

  it('is told for each partition, and the total is right', async () => {
    const drive = await newTapeDrive({ cartridge: { capacityBytes: 500e6 } });
    await drive.formatMedium({ partitions: [100e6, 'rest'], confirm: 'erase everything' });
    await drive.writeFile([Buffer.alloc(20 * MIB)], { position: 'overwrite' });
    const { total, partitions } = await drive.capacity();
    expect(partitions.map(({ native }) => native?.bytes)).toEqual([100e6, 400e6]);
    expect(partitions.map(({ maximum }) => maximum?.bytes)).toEqual([95 * MIB, 381 * MIB]);
    expect(partitions[0]?.used?.bytes).toBeGreaterThanOrEqual(20 * MIB);
    expect(partitions[1]?.used?.bytes).toBe(0);
    expect(total.native?.bytes).toBe(500e6);
    expect(total.maximum?.bytes).toBe(476 * MIB);
    expect((total.used?.bytes ?? 0) + (total.remaining?.bytes ?? 0)).toBe(476 * MIB);
  });

  it('says that a total is of several sources where its parts are', async () => {
    const { port, drive: virtual } = await newPort({ cartridge: { capacityBytes: 500e6 } });
    const drive = TapeDrive.onTransport(port.transport);
    await drive.formatMedium({ partitions: [100e6, 'rest'], confirm: 'erase everything' });
    const whole = await readCapacity(port);
    expect(whole.total.maximum?.source).toBe('MAM');
    // The memory of partition 1 has no attributes.
    const AT_PARTITION = 7;
    answerWith(port, 'READ ATTRIBUTE', (cdb) => (cdb[AT_PARTITION] === 1 ? new Uint8Array(4) : undefined));
    const { total, partitions } = await readCapacity(port);
    expect(partitions.map(({ maximum }) => maximum?.source)).toEqual(['MAM', 'log page 17']);
    expect(total.maximum).toEqual({ bytes: 95 * MIB + 400e6, source: 'several' });
    expect(total.native).toEqual({ bytes: 500e6, source: 'log page 17' });
    // Where nothing tells of one part, nothing tells of the whole.
    virtual.faults = [{ command: 'LOG SENSE', outcome: UNSUPPORTED }];
    const partly = await readCapacity(port);
    expect(partly.partitions.map(({ maximum }) => maximum?.bytes)).toEqual([95 * MIB, undefined]);
    expect(partly.total).toEqual({ native: undefined, maximum: undefined, remaining: undefined, used: undefined });
  });

  it('comes from log page 17 where there is no cartridge memory', async () => {
    const { port, drive } = await newPort({ cartridge: { capacityBytes: 200e6 } });
    drive.faults = [NO_MEMORY];
    const { total } = await readCapacity(port);
    expect(total.maximum).toEqual({ bytes: 200e6, source: 'log page 17' });
    expect(total.remaining).toEqual({ bytes: 200e6, source: 'log page 17' });
    expect(total.used).toEqual({ bytes: 0, source: 'log page 17' });
  });

  it('comes from log page 31 where there is neither', async () => {
    const { port, drive } = await newPort({ cartridge: { capacityBytes: 64 * MIB } });
    drive.faults = [NO_MEMORY, { command: 'LOG SENSE', times: 1, outcome: UNSUPPORTED }];
    const { total } = await readCapacity(port);
    expect(total.maximum).toEqual({ bytes: 64 * MIB, source: 'log page 31' });
    expect(total.native).toBeUndefined();
  });

  it('is undefined where nothing tells it, and refused for an empty drive', async () => {
    const { port, drive } = await newPort();
    drive.faults = [NO_MEMORY, { command: 'LOG SENSE', outcome: UNSUPPORTED }];
    expect((await readCapacity(port)).total).toEqual({});
    await expect((await newTapeDrive({ cartridge: false })).capacity()).rejects.toBeInstanceOf(NoMediumError);
  });
});
