import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

function motion(name: 'rewind' | 'load' | 'eject') {
  return async (options: DeviceOptions): Promise<CommandResult> => {
    await withDrive(options, (drive) => drive[name](), READ_ONLY);
    return { document: { done: name }, text: '' };
  };
}

export const rewind = motion('rewind');
export const load = motion('load');
export const eject = motion('eject');
