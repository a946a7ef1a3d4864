import { describe, expect } from 'vitest';
import { IllegalRequestError, InvalidArgumentError } from '../../src/errors/index.js';
import { backend, conforms, openDrive } from './conformance.js';

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
    await drive.setAttributes(
      new Map([
        [LABEL, 'a label that is rather long'],
        [VENDOR, 'NODE-LTO'],
        [VERSION, '1'],
      ]),
    );
    await drive.setAttributes(new Map([[LABEL, 'short']]));
    const values = (await drive.mam())?.values;
    expect(values).toMatchObject({ applicationVendor: 'NODE-LTO', applicationVersion: '1', userMediumLabel: 'short' });
    await drive.setAttributes(
      new Map([
        [LABEL, null],
        [VENDOR, null],
        [VERSION, null],
      ]),
    );
    for (const id of [LABEL, VENDOR, VERSION]) expect((await told())(id)).toBeUndefined();
  });

  conforms('refuses what is not for the host to write', ['mam', 'mam-write'], async () => {
    const drive = await openDrive();
    const before = await drive.mam();
    for (const id of [0x0001, 0x0401]) {
      const refused = await drive.setAttributes(new Map([[id, 'X']])).catch((error: unknown) => error);
      expect([IllegalRequestError, InvalidArgumentError].some((type) => refused instanceof type)).toBe(true);
    }
    expect((await drive.mam())?.values).toEqual(before?.values);
  });
});
