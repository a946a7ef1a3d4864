import { describe, expect, it } from 'vitest';
import type { DensitySupport } from '../../src/scsi/commands/density-support.js';
import {
  PERSISTENT_RESERVE_OUT_ACTION,
  persistentReserveOut,
  RESERVATION_TYPE,
} from '../../src/scsi/commands/reservation.js';
import { setTimestamp, TIMESTAMP_ORIGIN } from '../../src/scsi/commands/timestamp.js';
import {
  readDensities,
  readReservations,
  readSupportedCommands,
  readTimestamp,
} from '../../src/tape/reports/drive-reports.js';
import { newPort, newTapeDrive } from './drives.js';

describe('what a drive reports', () => {
  it('is who it is', async () => {
    const drive = await newTapeDrive({ serial: 'SERIAL01', vendor: 'ACME', product: 'LTO' });
    expect(await drive.identity()).toMatchObject({
      vendor: 'ACME',
      product: 'LTO',
      serialNumber: 'SERIAL01',
      manufacturerSerialNumber: 'SERIAL01',
      automationSerialNumber: undefined,
      wormCapable: true,
      protectionMethods: [{ method: 1 }, { method: 2, informationLength: 4, onWrite: true, onRead: true }],
      extendedInquiry: { maximumSenseLength: 252 },
      names: [
        { association: 'logicalUnit', type: 't10Vendor', name: 'ACME    LTO             SERIAL01' },
        { association: 'logicalUnit', type: 'naa', name: expect.stringMatching(/^3[0-9a-f]{15}$/) },
      ],
    });
  });

  it('is which attributes its cartridge memory has and could have', async () => {
    const drive = await newTapeDrive();
    const { set, supported } = await drive.attributeLists();
    expect(set).toContain(0x0401);
    expect(set).not.toContain(0x0803);
    expect(supported).toContain(0x0803);
    expect(await drive.partitions()).toEqual([0]);
  });

  it('is its densities, and those of the cartridge', async () => {
    const { port, drive } = await newPort({ generation: 9 });
    const codesOf = (list: readonly DensitySupport[] | undefined) => {
      return list?.map(({ primaryDensityCode }) => primaryDensityCode);
    };
    const codes = async () => {
      const densities = await readDensities(port);
      return [codesOf(densities?.drive), codesOf(densities?.medium)];
    };
    expect(await codes()).toEqual([[0x5e, 0x60], [0x60]]);
    await drive.remove();
    expect(await codes()).toEqual([[0x5e, 0x60], undefined]);
  });

  it('is its commands, with their timeouts', async () => {
    const { port } = await newPort();
    const supported = await readSupportedCommands(port);
    expect(supported?.truncated).toBe(false);
    const locate = supported?.commands.find(({ operationCode }) => operationCode === 0x92);
    expect(locate).toMatchObject({ cdbLength: 16, timeouts: { recommended: expect.any(Number) } });
    expect(supported?.commands.some(({ operationCode }) => operationCode === 0x3b)).toBe(false);
  });

  it('is its clock, from power on until it is set', async () => {
    const { port } = await newPort();
    expect((await readTimestamp(port))?.origin).toBe(TIMESTAMP_ORIGIN.powerOn);
    const now = Date.UTC(2026, 10, 23);
    await port.query(setTimestamp(now));
    const set = await readTimestamp(port);
    expect(set?.origin).toBe(TIMESTAMP_ORIGIN.setTimestamp);
    expect(set?.milliseconds).toBeGreaterThanOrEqual(now);
  });

  it('is who has reserved it', async () => {
    const { port } = await newPort();
    expect(await readReservations(port)).toEqual({ keys: [], holder: undefined });
    const { register, reserve, release } = PERSISTENT_RESERVE_OUT_ACTION;
    const type = RESERVATION_TYPE.exclusiveAccess;
    await port.query(persistentReserveOut(register, 0, { serviceActionKey: '0000000000001234' }));
    await port.query(persistentReserveOut(reserve, type, { reservationKey: '0000000000001234' }));
    expect(await readReservations(port)).toEqual({
      keys: ['0000000000001234'],
      holder: { key: '0000000000001234', scope: 0, type },
    });
    const foreign = persistentReserveOut(release, type, { reservationKey: '0000000000000001' });
    await expect(port.query(foreign)).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
    await port.query(persistentReserveOut(release, type, { reservationKey: '0000000000001234' }));
    expect((await readReservations(port))?.holder).toBeUndefined();
  });

  it('is its block limits and its sense', async () => {
    const drive = await newTapeDrive();
    expect((await drive.blockLimits())?.maximumBlockLength).toBe(0x80_0000);
    expect((await drive.requestSense())?.key).toBe(0);
  });
});
