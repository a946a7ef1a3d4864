import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from '../../../errors/index.js';
import { captureDrive } from '../../../tape/capture/capture-drive.js';
import type { DeviceOptions } from '../../run/device.js';

interface CaptureOptions extends DeviceOptions {
  readonly output?: string | undefined;
}

export async function capture({ device = process.env.LTO_DEVICE, output }: CaptureOptions) {
  if (!device) {
    throw new InvalidArgumentError('no drive is named', {
      next: 'Name one with --device or LTO_DEVICE; `lto drives` lists the drives',
    });
  }
  const captured = await captureDrive(device);
  const json = JSON.stringify(captured, undefined, 1);
  if (output === undefined) return { document: captured, text: json };
  try {
    await writeFile(output, `${json}\n`, { flag: 'wx' });
  } catch (cause) {
    throw new InvalidArgumentError(`${output} cannot be made`, { cause, next: 'Name a file that is not there yet' });
  }
  const replies = captured.replies.length;
  return {
    document: { file: output, replies },
    text: `${output}: ${replies} replies of the drive; look it through before you send it`,
  };
}
