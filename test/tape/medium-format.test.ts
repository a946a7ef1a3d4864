import { describe, expect, it } from 'vitest';
import { NoMediumError } from '../../src/errors/index.js';
import type { LtoFormat } from '../../src/scsi/generations/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { MEDIUM_CONFIGURATION } from '../../src/scsi/mode/pages.js';
import { encodeModeParameters, splitModePages } from '../../src/scsi/mode/parameter-list.js';
import { encodeSequentialCapabilities, VPD_PAGES } from '../../src/scsi/vpd/pages.js';
import { readMediumFormat } from '../../src/tape/reports/medium-format.js';
import { answerWith, newPort, newTapeDrive, UNSUPPORTED } from './drives.js';

describe('the format of a cartridge', () => {
  it.each([5, 6, 7, 8, 9, 10])('is that of its generation: LTO-%i', async (generation) => {
    const format = await (await newTapeDrive({ generation })).mediumFormat();
    expect(format).toEqual({
      format: `LTO-${generation}` satisfies string as LtoFormat,
      source: 'formattedDensity',
      guess: false,
      contradictedBy: [],
      kind: 'data',
      canRead: true,
      canWrite: true,
      writeProtected: false,
    });
  });

  it.each([
    ['WORM', { worm: true }, { kind: 'worm', writeProtected: false }],
    ['cleaning', { cleaning: true }, { kind: 'cleaning', writeProtected: undefined }],
    ['write-protected', { writeProtected: true }, { kind: 'data', canWrite: true, writeProtected: true }],
  ])('tells the kind of a %s cartridge', async (_, cartridge, expected) => {
    expect(await (await newTapeDrive({ cartridge })).mediumFormat()).toMatchObject(expected);
  });

  it.each([
    { drive: 7, cartridge: 5, canRead: true, canWrite: false },
    { drive: 7, cartridge: 6, canRead: true, canWrite: true },
    { drive: 8, cartridge: 6, canRead: false, canWrite: false },
  ])('tells what an LTO-$drive drive can do with LTO-$cartridge', async ({ drive, cartridge, ...expected }) => {
    const options = { generation: drive, cartridge: { generation: cartridge } };
    const format = await (await newTapeDrive(options)).mediumFormat();
    expect(format).toMatchObject({ format: `LTO-${cartridge}`, ...expected });
  });

  it('comes from the current density where there is no cartridge memory', async () => {
    const { port, drive } = await newPort({ cartridge: { worm: true } });
    drive.faults = [
      { command: 'READ ATTRIBUTE', outcome: UNSUPPORTED },
      { command: 'REPORT DENSITY SUPPORT', outcome: UNSUPPORTED },
    ];
    expect(await readMediumFormat(port)).toMatchObject({
      format: 'LTO-8',
      source: 'currentDensity',
      kind: 'worm',
      canRead: undefined,
      canWrite: undefined,
    });
  });

  it('is WORM by mode page 1D, but not in a drive that takes no WORM cartridges', async () => {
    const { port } = await newPort();
    const page = encodeModePage(MEDIUM_CONFIGURATION, { worm: true });
    const header = { mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0 };
    const parameters = encodeModeParameters({ ...header, pages: splitModePages(page) }, 10);
    answerWith(port, 'MODE SENSE(10)', (cdb) =>
      ((cdb[2] ?? 0) & 0x3f) === MEDIUM_CONFIGURATION.page ? parameters : undefined,
    );
    expect(await readMediumFormat(port)).toMatchObject({ kind: 'worm' });
    const incapable = encodeSequentialCapabilities({ worm: false, tapeStreamMirroring: false });
    answerWith(port, 'INQUIRY', (cdb) => (cdb[2] === VPD_PAGES.sequentialCapabilities ? incapable : undefined));
    expect(await readMediumFormat(port)).toMatchObject({ kind: 'data' });
  });

  it('is refused for an empty drive', async () => {
    await expect((await newTapeDrive({ cartridge: false })).mediumFormat()).rejects.toBeInstanceOf(NoMediumError);
  });
});
