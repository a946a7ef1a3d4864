import { DeviceNotFoundError } from '../../errors/index.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import { type Located, locateDevice } from '../open/locate-device.js';
import { openError } from '../open/open-errors.js';
import { readDriveModel } from '../port/drive-model.js';
import { DrivePort } from '../port/drive-port.js';
import { queriesOnly, refusal } from './queries-only.js';

/**
 * Opens a drive for questions only, by its `sg` node: whoever has the tape node keeps it, and nothing is moved, written or
 * cleared. `isInUse`: whether another program moves the tape now; the cartridge memory is then not asked for, because
 * some drives answer that only after minutes, and let their user wait meanwhile. Rejects as `TapeDrive.open`.
 */
export async function openObserved(device: string, isInUse: () => boolean = () => false): Promise<DrivePort> {
  const located = await locateDevice(device);
  const queries = await openQueries(located).catch(async (error: unknown) => {
    throw await openError(error, located);
  });
  const transport = queriesOnly(queries, 'an observer', async (command, options) => {
    if (command.name === 'READ ATTRIBUTE' && isInUse()) return refusal();
    return queries.scsi(command, options);
  });
  try {
    return new DrivePort(transport, await readDriveModel(transport));
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw error;
  }
}

/** Loads only the modules that this kind of drive needs. */
async function openQueries(located: Located): Promise<ScsiTransport> {
  if (located.kind === 'virtual') {
    const { VirtualQueries } = await import('../../backends/virtual/virtual-queries.js');
    return VirtualQueries.open(located);
  }
  const { device, queryNode } = located;
  if (queryNode === undefined) {
    throw new DeviceNotFoundError('the drive has no sg node', { device, next: 'Load the module: modprobe sg' });
  }
  const { SgTransport } = await import('../../backends/linux/sg-transport.js');
  return SgTransport.open(device, queryNode);
}
