import { describe, expect } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { backend, conforms, openDrive, testData } from './conformance.js';

const MIB = 1024 * 1024;

/** Attributes that are not who the cartridge is: application vendor, version, user medium label. */
const VENDOR = 0x0800;
const VERSION = 0x0802;
const LABEL = 0x0803;

describe(`writing the cartridge memory on ${backend.name}`, () => {
  conforms('sets host attributes, replaces them by shorter ones, and deletes them', ['mam', 'mam-write'], async () => {
    const drive = await openDrive();
    const told = async () => {
      const { attributes = [] } = (await drive.mam()) ?? {};
      return (id: number) => attributes.find((attribute) => attribute.id === id);
    };
    await drive.setAttributes({
      userMediumLabel: 'a label that is rather long',
      applicationVendor: 'NODE-LTO',
      applicationVersion: '1',
    });
    await drive.setAttributes({ userMediumLabel: 'short' });
    const values = (await drive.mam())?.values;
    expect(values).toMatchObject({ applicationVendor: 'NODE-LTO', applicationVersion: '1', userMediumLabel: 'short' });
    await drive.setAttributes({ userMediumLabel: null, applicationVendor: null, applicationVersion: null });
    for (const id of [LABEL, VENDOR, VERSION]) expect((await told())(id)).toBeUndefined();
  });

  conforms('counts what is written', ['mam', 'live-counters'], async () => {
    const drive = await openDrive();
    const counted = async () => {
      const { lifetimeWritten, loadWritten } = (await drive.mam())?.values ?? {};
      return [lifetimeWritten, loadWritten];
    };
    const before = await counted();
    await drive.writeFile([testData(4 * MIB)], { position: 'overwrite' });
    const after = await counted();
    for (const [index, count] of after.entries()) {
      // A drive may not know: then there is no number.
      if (count !== undefined) expect(count - (before[index] ?? 0)).toBeGreaterThanOrEqual(3 * MIB);
    }
  });

  conforms('refuses what is not for the host to write', ['mam', 'mam-write'], async () => {
    const drive = await openDrive();
    const before = await drive.mam();
    for (const key of ['maximumCapacity', 'serialNumber']) {
      await expect(drive.setAttributes({ [key]: 'X' })).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect((await drive.mam())?.values).toEqual(before?.values);
  });
});
