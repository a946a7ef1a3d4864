import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addVirtual } from '../../src/cli/commands/virtual/virtual.js';
import { suffixContradiction } from '../../src/provider/label/barcode.js';
import { CONFIGURATION_SCHEMA, parseConfiguration } from '../../src/provider/session/configuration.js';
import {
  canRead,
  canWrite,
  driveGeneration,
  formatOf,
  generationByDensities,
  LTO_FORMATS,
  type LtoFormat,
  OPERATION_CODES,
  recordingSpeeds,
  timeoutSeconds,
} from '../../src/scsi/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive, SPEED_NAMES, speedFacts } from '../../src/virtual/index.js';

// A row that nobody knows is added to the table. Whoever keeps a list of generations beside the table fails here.

const NEW = vi.hoisted(() => ({
  format: 'LTO-77',
  generation: 77,
  densityCode: 0x77,
  nativeGigabytes: 777_000,
  mediumType: { data: 0xe0, worm: 0xe4 },
  barcodeSuffix: { data: 'Z7', worm: 'Z8' },
  tapeMetres: 7777,
  drive: {
    mark: 'Z',
    models: [/^SEVENTY-SEVEN$/],
    writes: ['LTO-77'],
    onlyReads: ['LTO-10'],
    details: {
      partitions: 7,
      bufferMebibytes: 7,
      speeds: [70, 77],
      timeouts: {
        read: 1_000_001,
        write: 1_000_002,
        writeFilemarks: 1_000_003,
        space: 1_000_004,
        locate: 1_000_005,
        erase: 1_000_006,
        rewind: 1_000_007,
        formatMedium: 1_000_008,
        verify: 1_000_009,
        loadUnload: 1_000_010,
        sendDiagnostic: 1_000_011,
        writeBuffer: 1_000_012,
        readBuffer: 1_000_013,
      },
    },
  },
}));

vi.mock('../../src/scsi/generations/rows.js', async (original) => {
  const { ROWS } = await original<typeof import('../../src/scsi/generations/rows.js')>();
  return { ROWS: [...ROWS, NEW] };
});

const FORMAT = NEW.format as LtoFormat;

describe('the codecs', () => {
  it('know its format by every evidence', () => {
    for (const evidence of [{ formattedDensity: 0x77 }, { mediumType: 0xe4 }, { capacityMiB: 777e12 / 2 ** 20 }]) {
      expect(formatOf(evidence)?.format).toBe(FORMAT);
    }
  });

  it.each(['ULT3580-TDZ', 'ULTRIUM-HHZ', 'TDZ', 'Ultrium 77-SCSI', 'LTO-77 HH', 'HH LTO Gen 77', 'SEVENTY-SEVEN'])(
    'know its drive as %s',
    (product) => {
      expect(driveGeneration(product)).toBe(77);
    },
  );

  it('know its drive by what it writes, and what it reads', () => {
    expect(generationByDensities([{ writable: true, primaryDensityCode: 0x77 }])).toBe(77);
    expect(canWrite(77, FORMAT)).toBe(true);
    expect(canWrite(77, 'LTO-10')).toBe(false);
    expect(canRead(77, 'LTO-10')).toBe(true);
    expect(canRead(10, FORMAT)).toBe(false);
  });

  it('take each of its times, and the longest for a drive that nobody knows', () => {
    expect(timeoutSeconds('READ(6)', 77)).toBe(1_000_001);
    const own = Object.keys(OPERATION_CODES).map((name) => timeoutSeconds(name as keyof typeof OPERATION_CODES, 77));
    const longest = Object.keys(OPERATION_CODES).map((name) => timeoutSeconds(name as keyof typeof OPERATION_CODES));
    expect(new Set(own.filter((seconds) => seconds > 1_000_000)).size).toBe(13);
    expect(longest).toEqual(own);
  });

  it('take its speeds', () => {
    expect(recordingSpeeds(77)).toEqual([70e6, 77e6]);
  });
});

describe('the provider', () => {
  it('can be set to it, and to every other format of the drives that are known in detail', () => {
    expect(parseConfiguration({ devicePath: '/dev/nst0', generation: 'LTO-77' }).generation).toBe('LTO-77');
    const formats = LTO_FORMATS.map(({ format }) => format);
    expect(formats).toEqual(expect.arrayContaining(['LTO-7 Type M', 'LTO-10P', 'LTO-77']));
    expect(CONFIGURATION_SCHEMA).toMatchObject({
      properties: {
        generation: {
          enum: formats.slice(formats.indexOf('LTO-5')),
        },
      },
    });
  });

  it('knows its barcodes', () => {
    const medium = { format: 'LTO-8', kind: 'data', guess: false } as Parameters<typeof suffixContradiction>[1];
    expect(suffixContradiction('ABC001Z8', medium)).toContain('LTO-77 WORM');
  });
});

describe('the virtual drive', () => {
  async function opened(options: Parameters<typeof createVirtualDrive>[1]) {
    const folder = await mkdtemp(join(tmpdir(), 'node-lto-generations-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await createVirtualDrive(folder, options);
    const drive = await TapeDrive.open(`virtual:${folder}`);
    onTestFinished(() => drive.close());
    return drive;
  }

  it('can be of it', async () => {
    const drive = await opened({ generation: 77 });
    expect(await drive.identity()).toMatchObject({ product: 'VIRTUAL LTO-77' });
    expect(await drive.mediumFormat()).toMatchObject({ format: 'LTO-77' });
    const supported = (await drive.densities())?.drive ?? [];
    expect(supported.map(({ primaryDensityCode, writable }) => [primaryDensityCode, writable])).toEqual([
      [0x62, false],
      [0x77, true],
    ]);
    expect(supported.at(-1)).toMatchObject({ capacity: 777_000_000, default: true });
  });

  it('can be as slow', () => {
    expect(SPEED_NAMES).toContain('lto77');
    expect(speedFacts('lto77')).toMatchObject({ bufferBytes: 7 * 2 ** 20, speeds: [70e6, 77e6] });
  });

  it.each(
    LTO_FORMATS.filter(({ generation }) => generation >= 8).map(({ format, generation }) => ({ format, generation })),
  )('takes a cartridge of $format', async ({ format, generation }) => {
    const drive = await opened({ generation, cartridge: { format } });
    expect(await drive.mediumFormat()).toMatchObject({ format, guess: false, contradictedBy: [] });
  });

  it('is made by the command with the choices of the table', () => {
    const program = new Command();
    addVirtual(program);
    const create = program.commands[0]?.commands.find((command) => command.name() === 'create');
    const help = create?.helpInformation().replaceAll(/\s+/g, ' ');
    expect(help).toContain(', 77 (default: 8)');
    expect(help).toContain('lto77');
    expect(help).toContain('LTO-10P');
  });
});

it('a generation that is not known has no recording speeds', () => {
  for (const generation of [undefined, 4, 0, 99]) expect(recordingSpeeds(generation)).toEqual([]);
  expect(recordingSpeeds(5).at(-1)).toBe(140e6);
});
