import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import type { DeviceChange } from '../../src/device/change.js';
import { LeaseQueue } from '../../src/device/lease.js';
import { ScsiDevice } from '../../src/device/scsi-device.js';
import {
  DriveBusyError,
  DriveClosedError,
  HardwareError,
  IllegalRequestError,
  MediumChangedError,
  NoMediumError,
} from '../../src/errors/index.js';
import { inquiry, testUnitReady } from '../../src/scsi/commands/primary.js';
import { newDriveFolder } from '../virtual/support.js';

/** A SCSI device of which nothing is known but that it takes commands: here, the embedded drive. */
async function newDevice() {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => transport.close());
  const device = new ScsiDevice(transport, { vendor: 'IBM' });
  const changes: DeviceChange[] = [];
  const unsubscribe = device.onChange((change) => changes.push(change));
  return { device, changes, unsubscribe, drive: transport.drive };
}

const sense = (key: number, asc: number, ascq: number) => ({ sense: { key, asc, ascq } });

it('gives an error as a value, and throws it only for who asks by query', async () => {
  const { device, drive } = await newDevice();
  const fault = { command: 'TEST UNIT READY', outcome: sense(4, 0x44, 0) } as const;
  drive.faults = [{ ...fault, times: 2 }];
  const { reply, error } = await device.execute(testUnitReady());
  expect(reply.status).toBe(2);
  expect(error).toBeInstanceOf(HardwareError);
  await expect(device.query(testUnitReady())).rejects.toThrow(HardwareError);
  expect(await device.execute(testUnitReady())).toMatchObject({ error: undefined, reply: { status: 0 } });
});

it.each([
  [0x28, 0x00, 'everything', 1],
  [0x28, 0x01, 'everything', 1],
  [0x29, 0x00, 'everything', 1],
  [0x2a, 0x01, 'attention', 0],
  [0x2a, 0x11, 'attention', 0],
] as const)('unit attention %i/%i is counted, passed on, and the command sent again', async (...row) => {
  const [asc, ascq, extent, mediumEpoch] = row;
  const { device, changes, unsubscribe, drive } = await newDevice();
  drive.faults = [{ command: 'INQUIRY', outcome: sense(6, asc, ascq), times: 1 }];
  expect((await device.query(inquiry())).data.length).toBeGreaterThan(36);
  expect(changes).toMatchObject([{ extent, error: { sense: { asc, ascq } } }]);
  expect(device).toMatchObject({ mediumEpoch, stateChanges: 1 });
  unsubscribe();
  drive.faults = [{ command: 'INQUIRY', outcome: sense(6, asc, ascq), times: 1 }];
  await device.query(inquiry());
  expect(changes).toHaveLength(1);
  expect(device.stateChanges).toBe(2);
});

it('sends a command that met a unit attention once only, where the caller says so', async () => {
  const { device, changes, drive } = await newDevice();
  drive.faults = [{ command: 'INQUIRY', outcome: sense(6, 0x29, 0), times: 1 }];
  expect((await device.executeOnce(inquiry())).error?.sense).toMatchObject({ key: 6, asc: 0x29 });
  expect(changes).toHaveLength(1);
});

it('gives up on a device that has nothing but unit attentions to tell, with the last of them', async () => {
  const { device, drive } = await newDevice();
  drive.faults = [{ command: 'INQUIRY', outcome: sense(6, 0x2a, 1), times: 100 }];
  await expect(device.query(inquiry())).rejects.toThrow(MediumChangedError);
  expect(device.stateChanges).toBe(8);
});

it('does not carry a command out on another medium than it was meant for', async () => {
  const { device, drive } = await newDevice();
  const { mediumEpoch } = device;
  drive.faults = [{ command: 'INQUIRY', outcome: sense(6, 0x28, 0), times: 1 }];
  await expect(device.query(inquiry(), { mediumEpoch })).rejects.toThrow(MediumChangedError);
  expect(device.mediumEpoch).toBe(mediumEpoch + 1);
});

it('is undefined for what the device does not know, and says everything else', async () => {
  const { device, drive } = await newDevice();
  drive.faults = [{ command: 'INQUIRY', outcome: sense(5, 0x24, 0), times: 3 }];
  expect(await device.queryIfSupported(inquiry())).toBeUndefined();
  expect(await device.dataIfSupported(inquiry())).toBeUndefined();
  await expect(device.query(inquiry())).rejects.toThrow(IllegalRequestError);
  drive.faults = [{ command: 'INQUIRY', outcome: sense(4, 0x44, 0), times: 1 }];
  await expect(device.dataIfSupported(inquiry())).rejects.toThrow(HardwareError);
});

it('knows what sense means on a device of its type', async () => {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: 'library', folder });
  onTestFinished(() => transport.close());
  const make = () => new NoMediumError('the slot is empty');
  const library = new ScsiDevice(transport, { senseRules: [{ key: 5, asc: 0x3b, ascq: 0x0e, make }] });
  transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: sense(5, 0x3b, 0x0e) }];
  expect((await library.execute(testUnitReady())).error).toBeInstanceOf(NoMediumError);
});

it('gives up a call that its signal took back, and takes none after close', async () => {
  const { device } = await newDevice();
  const reason = new Error('enough');
  await expect(device.query(inquiry(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await device.close();
  await device.close();
  await expect(device.execute(inquiry())).rejects.toThrow(DriveClosedError);
});

it('belongs to one user at a time; a stream refuses others until it ends', async () => {
  const { device } = await newDevice();
  let turns = 0;
  const leases = new LeaseQueue(device, () => {
    turns += 1;
  });
  const order: string[] = [];
  const first = leases.exclusively('first', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('first');
  });
  const aborted = new AbortController();
  const second = leases.exclusively('second', async () => order.push('second'), aborted.signal);
  const third = leases.exclusively('third', async () => order.push('third'));
  const reason = new Error('no longer');
  aborted.abort(reason);
  await expect(second).rejects.toBe(reason);
  expect(order).toEqual([]);
  await Promise.all([first, third]);
  expect(order).toEqual(['first', 'third']);
  const stream = leases.acquireStream('a stream');
  expect(() => leases.acquire('motion')).toThrow(DriveBusyError);
  stream.ending();
  const after = leases.exclusively('motion', async () => order.push('motion'));
  stream.release();
  await after;
  expect(turns).toBe(5);
});
