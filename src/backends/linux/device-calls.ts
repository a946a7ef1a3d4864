import type * as Binding from '../../../binding.js';
import type { Device } from '../../../binding.js';
import type { CallOptions } from '../../arguments/options.js';
import { nameFailure, namingFailures } from '../../errors/system-error.js';

/** Removes calls from a device's queue when their signals are aborted. */
export class Cancellation {
  #lastToken = 0;

  async run<T>(device: Device, options: CallOptions | undefined, start: (token: number) => Promise<T>): Promise<T> {
    const signal = options?.signal;
    if (!signal) return start(0).catch(throwNamed);
    signal.throwIfAborted();
    this.#lastToken += 1;
    const token = this.#lastToken;
    const cancel = () => device.cancel(token);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await start(token).catch(throwNamed);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}

/** Creates a device with its thread; throws SystemError if no thread can be started. */
export function openable(addon: typeof Binding, node: string): Device {
  return namingFailures(() => new addon.Device(node));
}

export function throwNamed(error: unknown): never {
  throw nameFailure(error);
}
