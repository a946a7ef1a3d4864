import { describe, expect } from 'vitest';
import { ProtectionError } from '../../src/errors/index.js';
import { backend, collect, conforms, openDrive, RECORD, testData } from './conformance.js';

const DATA = testData(12 * RECORD);

describe(`protected blocks on ${backend.name}`, () => {
  conforms(
    'records are protected on their way, and read back with protection and without',
    ['data', 'protection'],
    async () => {
      const drive = await openDrive();
      const receipt = await drive.writeFile([DATA], { position: 'overwrite', protection: 'auto' });
      expect(receipt).toMatchObject({ bytes: DATA.length, protection: expect.any(String) });
      for (const protection of ['auto', 'off'] as const) {
        const read = await collect(drive.createReadStream({ fileNumber: 0, protection }));
        expect(read.equals(DATA)).toBe(true);
      }
      expect((await drive.modePage(0x0a, 0xf0))?.bytes[4]).toBe(0);
    },
  );

  conforms(
    'auto writes and reads whatever the drive offers; a method that it lacks is refused before the tape moves',
    ['data'],
    async () => {
      const drive = await openDrive();
      const { protection, checksum } = await drive.writeFile([DATA], { position: 'overwrite', protection: 'auto' });
      expect(protection === undefined).toBe(backend.lacks.has('protection'));
      await drive.verifyFile({ fileNumber: 0, protection: 'auto', expectedChecksum: checksum });
      if (protection !== undefined) return;
      const before = await drive.status();
      await expect(drive.writeFile([DATA], { protection: 'crc32c' })).rejects.toThrow(ProtectionError);
      expect(await drive.status()).toEqual(before);
    },
  );

  conforms('the drive verifies a file, and the tape then stands behind it', ['data', 'verify'], async () => {
    const drive = await openDrive();
    const { records } = await drive.writeFile([DATA], { position: 'overwrite' });
    await drive.writeFile([DATA]);
    expect(await drive.verifyFile({ inDrive: true, fileNumber: 0 })).toEqual({ fileNumber: 0, records, skipped: [] });
    expect((await collect(drive.createReadStream())).equals(DATA)).toBe(true);
    expect(await drive.writeFile([DATA])).toMatchObject({ fileNumber: 2 });
  });
});
