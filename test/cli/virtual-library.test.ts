import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

describe('a virtual library of the command', () => {
  it('is made, and its mail slots are filled and emptied', async () => {
    const made = await lto.document([
      ...['virtual', 'create-library', 'library', '--drives', '1', '--slots', '3', '--mail-slots', '1'],
      ...[
        '--handling',
        '0.5',
        '--travel',
        '2',
        '--load',
        '3',
        '--cleaning',
        '1',
        '--cartridges',
        '1',
        '--generation',
        '9',
        '--capacity',
        '1MB',
        '--serial',
        'LIB0000001',
      ],
    ]);
    expect(made).toMatchObject({
      identity: { product: 'VIRTUAL LIBRARY', serial: 'LIB0000001' },
      outside: [],
      faults: {},
    });
    expect(made.elements).toEqual([
      { element: 1, type: 'drive', cartridge: null },
      { element: 101, type: 'mail slot', cartridge: null },
      { element: 1001, type: 'slot', cartridge: 'A00001L9' },
      { element: 1002, type: 'slot', cartridge: null },
      { element: 1003, type: 'slot', cartridge: 'CLNU01L1' },
    ]);
    const { settings } = JSON.parse(await readFile(lto.path('library', 'library.json'), 'utf8'));
    expect(settings.speed).toEqual({ handling: 0.5, travel: 2, scan: 0 });
    const filled = await lto.run([
      'virtual',
      'import',
      'library',
      '--new',
      '--barcode',
      'NEW001L9',
      '--capacity',
      '1MB',
    ]);
    expect(filled.stdout.toString()).toContain('mail slot 101: NEW001L9\n');
    expect(await lto.document(['virtual', 'export', 'library', 'NEW001L9'])).toMatchObject({ outside: ['NEW001L9'] });
    await lto.document(['virtual', 'import', 'library', 'NEW001L9']);
    await lto.document(['virtual', 'reset', 'library']);
  });

  it('is refused with a typed error for what it cannot be', async () => {
    await lto.document(['virtual', 'create-library', 'library', '--cartridges', '0']);
    const refused = async (...args: string[]) => {
      const { code, stderr } = await lto.run(['virtual', ...args]);
      expect(code).not.toBe(0);
      return stderr;
    };
    expect(await refused('create-library', 'other', '--drives', '0')).toContain('drives');
    expect(await refused('create-library', 'other', '--travel', 'slow')).toContain('is not a number of seconds');
    expect(await refused('import', 'library')).toContain('--new');
    expect(await refused('export', 'library', 'A00001L8')).toContain('is in no mail slot');
    expect(await refused('insert', 'library/drives/1', '--new')).toContain('the drive is in a library');
    await writeFile(lto.path('faults.json'), '{"offline": true}');
    expect(await refused('faults', 'library', 'faults.json')).toContain('nobody serves it');
    await writeFile(lto.path('faults.json'), '[]');
    expect(await refused('faults', 'library', 'faults.json')).toContain('is not a list of faults of a library');
    const { code, stderr } = await lto.run(['status', '--device', 'virtual:library']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('virtual:library/drives/1');
  });
});
