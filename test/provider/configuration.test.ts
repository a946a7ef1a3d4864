import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { CONFIGURATION_SCHEMA, parseConfiguration } from '../../src/provider/session/configuration.js';

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(parseConfiguration({ library: '/dev/sg3' })).not.toHaveProperty('devicePath');
    expect(parseConfiguration({})).toEqual({
      devicePath: '/dev/nst0',
      compression: true,
      indexArchive: false,
      worm: false,
      writeProtected: false,
      cleaningCartridge: false,
      recordSize: 262_144,
      protection: 'off',
      throttleMs: 2000,
      labelName: '.tapehoard_label',
    });
  });

  it('takes the names of the older provider, and null for what is left out', () => {
    const older = {
      device_path: '/dev/nst0',
      encryption_key_id: null,
      write_protected: true,
      cleaning_cartridge: true,
      generation: 'LTO-8',
    };
    expect(parseConfiguration(older)).toMatchObject({
      devicePath: '/dev/nst0',
      writeProtected: true,
      cleaningCartridge: true,
      generation: 'LTO-8',
    });
    expect(parseConfiguration(older)).not.toHaveProperty('encryptionKeyId');
    expect(parseConfiguration({ ...older, encryption_key_id: 'k1' }).encryptionKeyId).toBe('k1');
  });

  it.each([
    ['a drive and a library', { devicePath: 'x', library: 'y' }, /either devicePath or library/],
    ['an unknown key', { devicePath: 'x', compresion: true }, /no "compresion"; the nearest is "compression"/],
    ['an unknown key of the older kind', { write_protect: true }, /the nearest is "write_protected"/],
    ['two faults at once', { throttleMs: -1, worn: true }, /throttleMs: .*"worm"/],
    ['a key that is too short', { encryptionKey: 'abcd' }, /encryptionKey: takes 64 hexadecimal digits/],
    ['a key that is no text', { encryptionKey: 7 }, /encryptionKey: .*string/],
    ['a type that does not fit', { devicePath: 'x', compression: 'yes' }, /compression: .*boolean/],
    ['an older generation', { devicePath: 'x', generation: 'LTO-4' }, /generation: .*LTO-5/],
    ['an empty key name', { devicePath: 'x', encryptionKeyId: '' }, /encryptionKeyId/],
    ['a record size that no drive takes', { devicePath: 'x', recordSize: 1000 }, /recordSize/],
    ['a label name with a path', { devicePath: 'x', labelName: 'a/b' }, /labelName/],
    ['a key by both its names', { devicePath: 'x', device_path: 'y' }, /twice/],
    ['no object', 'x', /not valid/],
  ])('refuses %s, and says so', (_what, settings, message) => {
    const parse = () => parseConfiguration(settings);
    expect(parse).toThrow(InvalidArgumentError);
    expect(parse).toThrow(message);
    expect(() => new LtoProvider(settings)).toThrow(InvalidArgumentError);
  });

  it('leaves out unknown keys when it is told to, and what is wrong is refused all the same', () => {
    const settings = { device_path: '/dev/nst1', mount_point: '/mnt', owner: null };
    expect(parseConfiguration(settings, { unknownKeys: 'ignore' })).toMatchObject({ devicePath: '/dev/nst1' });
    expect(() => new LtoProvider(settings)).toThrow(/"mount_point"/);
    const { configuration } = new LtoProvider(settings, { unknownKeys: 'ignore' });
    expect(configuration).not.toHaveProperty('mount_point');
    expect(() => parseConfiguration({ ...settings, worm: 7 }, { unknownKeys: 'ignore' })).toThrow(/worm/);
  });

  it('takes a key in digits, names it by its fingerprint, and never shows it again', () => {
    const digits = '0123456789abcdefABCDEF'.padEnd(64, '5');
    for (const settings of [{ encryptionKey: digits }, { encryption_key: digits }]) {
      const configuration = parseConfiguration(settings);
      expect(configuration.encryptionKeyId).toMatch(/^([0-9a-f]{4}:){3}[0-9a-f]{4}$/);
      const provider = new LtoProvider(settings);
      expect(provider.configuration).toEqual(configuration);
      const shown = [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true })].join();
      expect(shown.toLowerCase()).not.toContain(digits.toLowerCase());
    }
    const named = parseConfiguration({ encryptionKey: digits, encryptionKeyId: 'offsite' });
    expect(named.encryptionKeyId).toBe('offsite');
    for (const wrong of [`${digits}0`, `0x${digits}`, digits.slice(1)]) {
      const refusal = (() => {
        try {
          return parseConfiguration({ encryptionKey: wrong, encryptionKeyId: 7, worn: true });
        } catch (error) {
          return error;
        }
      })();
      expect(refusal).toBeInstanceOf(InvalidArgumentError);
      expect(inspect(refusal, { depth: 9 }) + JSON.stringify(refusal)).not.toContain(digits.slice(1));
    }
  });

  it('gives a JSON Schema that a form can be made of', () => {
    const { properties = {}, required } = CONFIGURATION_SCHEMA as {
      properties?: Record<string, { title?: string; description?: string }>;
      required?: string[];
    };
    // A drive or a library: JSON Schema as forms read it has no way to say so.
    expect(required).toBeUndefined();
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(['devicePath', 'library', 'drives', 'pool']));
    expect(Object.keys(properties)).toContain('encryptionKeyId');
    for (const { title, description } of Object.values(properties)) {
      expect(title).toMatch(/\S/);
      expect(description).toMatch(/\S/);
    }
    expect(LtoProvider.configurationSchema).toBe(CONFIGURATION_SCHEMA);
  });
});
