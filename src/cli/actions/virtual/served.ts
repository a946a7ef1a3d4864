import { DeviceNotFoundError } from '../../../errors/index.js';

/** For settings that last only until a device is closed. */
export function notServed(folder: string): DeviceNotFoundError {
  return new DeviceNotFoundError('nobody serves it', {
    device: `virtual:${folder}`,
    next: 'Serve it with `lto serve-virtual` first',
  });
}
