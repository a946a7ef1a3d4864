import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { CONFIGURATION_SCHEMA, parseConfiguration } from '../../src/provider/session/configuration.js';

describe('configuration', () => {
  it('has a default for everything but the drive', () => {
    expect(parseConfiguration({ devicePath: '/dev/nst0' })).toEqual({
      devicePath: '/dev/nst0',
      compression: true,
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
    ['no drive', {}, /devicePath/],
    ['an unknown key', { devicePath: 'x', compresion: true }, /compresion/],
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
