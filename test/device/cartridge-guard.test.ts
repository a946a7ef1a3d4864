import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { LabelError } from '../../src/errors/index.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive, type VirtualDrive } from '../../src/virtual/index.js';
import { identifyCartridge, requireCartridge, restoreCartridge } from '../conformance/cartridge-guard.js';

const BARCODE = 'SPARE1L8';
const UNSUPPORTED = { sense: { key: 5, asc: 0x20, ascq: 0 } };

let folder = '';
let drive: TapeDrive;
let virtual: VirtualDrive;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
  await createVirtualDrive(folder, { cartridge: { barcode: BARCODE, capacityBytes: 16 * 2 ** 20 } });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder }, {});
  virtual = transport.drive;
  drive = TapeDrive.onTransport(transport);
});

afterEach(async () => {
  await drive.close();
  await rm(folder, { recursive: true });
});

/** Another cartridge takes the place of the one in the drive. */
async function swap(barcode: string): Promise<void> {
  await virtual.remove();
  await virtual.insert({ barcode, capacityBytes: 16 * 2 ** 20 });
}

describe('the cartridge that may be overwritten', () => {
  it('is known by its barcode or its serial number', async () => {
    const byBarcode = await identifyCartridge(drive, BARCODE);
    const { mediumSerial = '' } = byBarcode;
    expect(mediumSerial).toMatch(/\S/);
    expect(await identifyCartridge(drive, mediumSerial)).toMatchObject({ name: mediumSerial, barcode: BARCODE });
    await requireCartridge(drive, byBarcode);
    await expect(identifyCartridge(drive, 'OTHER1L8')).rejects.toBeInstanceOf(LabelError);
  });

  it('is another one after it was exchanged, even for one with the same barcode', async () => {
    const named = await identifyCartridge(drive, BARCODE);
    await swap('OTHER1L8');
    await expect(requireCartridge(drive, named)).rejects.toThrow(/is not "SPARE1L8": it has the barcode OTHER1L8/);
    await drive.setAttributes({ barcode: BARCODE });
    await expect(requireCartridge(drive, named)).rejects.toBeInstanceOf(LabelError);
  });

  it('is nobody where none was named', async () => {
    await expect(requireCartridge(drive, null)).rejects.toBeInstanceOf(LabelError);
  });

  it('is not known by a label that its barcode contradicts', async () => {
    await writeLabel(drive, 'ANOTHER', { overwrite: true });
    await drive.setAttributes({ barcode: BARCODE });
    await expect(identifyCartridge(drive, 'ANOTHER')).rejects.toBeInstanceOf(LabelError);
  });

  it('is known by its label where the drive gives no memory, and gets it again', async () => {
    await writeLabel(drive, 'LABELLED', { overwrite: true });
    virtual.faults = [{ command: 'READ ATTRIBUTE', outcome: UNSUPPORTED }];
    await expect(identifyCartridge(drive, 'OTHER')).rejects.toBeInstanceOf(LabelError);
    const named = await identifyCartridge(drive, 'LABELLED');
    expect(named).toEqual({ name: 'LABELLED', label: 'LABELLED' });
    await requireCartridge(drive, named);
    await drive.rewind();
    await drive.writeFile([Buffer.alloc(512)], { position: 'overwrite' });
    await expect(requireCartridge(drive, named)).rejects.toThrow(/nothing tells what it is/);
    virtual.faults = [
      { command: 'READ ATTRIBUTE', outcome: UNSUPPORTED },
      { command: 'WRITE ATTRIBUTE', outcome: UNSUPPORTED },
    ];
    await restoreCartridge(drive, named);
    expect(await readLabel(drive)).toBe('LABELLED');
    await requireCartridge(drive, named);
  });
});
