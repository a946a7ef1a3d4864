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

/** Switches off block protection that an ended program left on. */
export async function unprotect(options: DeviceOptions): Promise<CommandResult> {
  const found = await withDrive(
    options,
    async (drive) => {
      const { protection } = await drive.settings();
      if (protection !== undefined && protection !== 'off') await drive.configure({ protection: 'off' });
      return protection;
    },
    READ_ONLY,
  );
  const text = found === undefined ? 'this drive does not protect blocks' : `block protection is off; it was ${found}`;
  return { document: { done: 'unprotect', found }, text };
}
