import type { TestProject } from 'vitest/node';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { identifyCartridge, memoryIdentity, type NamedCartridge } from './cartridge-guard.js';

/** Looks at the drive before any test does: what it is, and whether the cartridge in it is the one to be overwritten. */
export default async function setup(project: TestProject): Promise<void> {
  const { LTO_TEST_DEVICE: device = '', LTO_TEST_CARTRIDGE: name = '' } = process.env;
  await using drive = await TapeDrive.open(device, { readOnly: true });
  const { vendor, product, revision, serialNumber } = await drive.identity();
  say(`drive      ${vendor} ${product} ${revision}, serial number ${serialNumber ?? 'not told'}, at ${device}`);
  const { barcode = 'none', mediumSerial = 'not told' } = await memoryIdentity(drive);
  say(`cartridge  barcode ${barcode}, serial number ${mediumSerial}`);
  project.provide('cartridge', name === '' ? null : await named(drive, name));
}

async function named(drive: TapeDrive, name: string): Promise<NamedCartridge> {
  const cartridge = await identifyCartridge(drive, name);
  say(`WRITES     everything on ${JSON.stringify(name)} will be lost`);
  return cartridge;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
