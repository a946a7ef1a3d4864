import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ObservedDrives } from '../../../src/provider/observe/observed-drives.js';
import { readObserved } from '../../../src/provider/observe/read-observed.js';
import { openObserved } from '../../../src/tape/observe/open-observed.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { createVirtualDrive, type VirtualDriveOptions } from '../../../src/virtual/index.js';
import { machineWithDrives } from '../../support/machine.js';
import { newDriveFolder, temporaryFolder } from '../../virtual/support.js';

const MIB = 2 ** 20;
/** A loaded machine is no silent drive. */
const PATIENCE_MS = 60_000;
const SERIAL = 'OBSERVED01';

/** A drive that nobody has open. */
async function newDevice(options: VirtualDriveOptions = { cartridge: { barcode: 'LOOK01L8' } }): Promise<string> {
  return `virtual:${await newDriveFolder({ serial: SERIAL, ...options })}`;
}

function watching(devices?: readonly string[], root?: string): ObservedDrives {
  const drives = new ObservedDrives(devices, root);
  onTestFinished(() => drives.close());
  return drives;
}

async function lookAt(device: string) {
  const [seen] = await watching([device]).look(PATIENCE_MS);
  if (seen === undefined) throw new Error('nothing seen');
  return seen;
}

it('drive, cartridge, health and place are seen, and the drive is let go', async () => {
  const device = await newDevice();
  const drive = await TapeDrive.open(device);
  await drive.rewind();
  await drive.writeFile([Buffer.alloc(3 * MIB)], { position: 'overwrite', recordSize: MIB });
  await drive.close();
  const { live, health, place, ...rest } = await lookAt(device);
  expect(rest).toEqual({
    device,
    ...{ statistics: undefined, activity: undefined, holder: undefined, silentSince: undefined },
  });
  expect(live).toMatchObject({
    ...{ online: true, state: 'ready', progress: undefined, reason: undefined },
    ...{ needsRegistration: false, job: undefined, identity: { value: 'LOOK01L8', source: 'barcode' } },
    drive: { vendor: expect.stringMatching(/\w/), model: expect.stringMatching(/\w/), serial: SERIAL },
  });
  expect(live.tape).toMatchObject({
    available: true,
    barcode: 'LOOK01L8',
    generation: 'LTO-8',
    ageMs: 0,
    stale: undefined,
  });
  const { maximumCapacity = 0, remainingCapacity = 0, ...values } = live.tape?.values ?? {};
  expect(maximumCapacity).toBeGreaterThan(remainingCapacity);
  expect(remainingCapacity).toBeGreaterThan(0);
  expect(values).toMatchObject({ barcode: 'LOOK01L8', serialNumber: live.tape?.mediumSerial });
  expect(values.loadCount).toBeGreaterThan(0);
  expect(values.lifetimeWritten).toBeGreaterThan(0);
  expect(live.tape?.attributes.length).toBeGreaterThan(10);
  expect(health?.verdict).toBe('good');
  expect(place).toMatchObject({ partition: 0, bufferedBytes: 0 });
  const again = await TapeDrive.open(device);
  await again.close();
});

it('an empty drive has a health, but no cartridge and no place', async () => {
  const { live, health, place } = await lookAt(await newDevice({ cartridge: false }));
  expect(live).toMatchObject({ online: false, state: 'no-medium', tape: undefined, identity: undefined });
  expect(live.reason).toMatch(/\w/);
  expect(live.drive?.serial).toBe(SERIAL);
  expect(health).toBeDefined();
  expect(place).toBeUndefined();
});

it('what is not there is offline, in the order of the names, and is seen once it is there', async () => {
  const folder = join(await temporaryFolder(), 'later');
  const here = await newDevice();
  const drives = watching([`virtual:${folder}`, here, '/dev/nst94']);
  const [later, present, node] = await drives.look(PATIENCE_MS);
  for (const missing of [later, node]) {
    expect(missing?.live).toMatchObject({ online: false, state: 'offline', drive: undefined, tape: undefined });
    expect(missing?.live.reason).toMatch(/\w/);
    expect(missing).toMatchObject({ health: undefined, place: undefined, silentSince: undefined });
  }
  expect(present?.live.state).toBe('ready');
  expect(node?.device).toBe('/dev/nst94');
  await createVirtualDrive(folder, { cartridge: { barcode: 'LATER1L8' } });
  const [found] = await drives.look(PATIENCE_MS);
  expect(found?.live).toMatchObject({ state: 'ready', identity: { value: 'LATER1L8', source: 'barcode' } });
});

it('without names, all drives of the machine are looked at, with their holders and what the driver counts', async () => {
  const root = await machineWithDrives();
  const seen = await watching(undefined, root).look(PATIENCE_MS);
  expect(seen.map(({ device }) => device)).toEqual(['/dev/nst2', '/dev/nst10']);
  expect(seen.map(({ holder }) => holder)).toEqual([undefined, 77]);
});

it('while another program moves the tape, the memory is what it was before, of this very cartridge', async () => {
  const device = await newDevice();
  const first = await openObserved(device);
  const before = await readObserved(first, undefined);
  await first.close();
  // What this one has not asked before, it cannot ask now.
  const port = await openObserved(device, () => true);
  onTestFinished(() => port.close());
  const { live } = await readObserved(port, before);
  expect(live.tape).toMatchObject({
    ...{ available: true, stale: 'the cartridge memory was read before the job' },
    attributes: before.live.tape?.attributes,
    generation: 'LTO-8',
  });
  expect(live.tape?.values.manufacturer).toBe(before.live.tape?.values.manufacturer);
  const unknown = await readObserved(port, undefined);
  expect(unknown.live.tape).toMatchObject({ available: false, attributes: [], stale: undefined });
  expect(unknown.live.tape?.mediumSerial).toBe(before.live.tape?.mediumSerial);
  const { tape } = before.live;
  const other = { ...before, live: { ...before.live, tape: tape && { ...tape, mediumSerial: 'OTHER' } } };
  expect((await readObserved(port, other)).live.tape).toMatchObject({ available: false, attributes: [] });
});
