import type { Command } from 'commander';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { answering } from '../answer.js';
import { type DeviceOptions, driveCommand, READ_ONLY, withDrive } from '../device.js';

interface Motion {
  readonly name: string;
  readonly description: string;
  readonly move: (drive: TapeDrive) => Promise<void>;
}

const MOTIONS: readonly Motion[] = [
  { name: 'rewind', description: 'go to the beginning of the tape', move: (drive) => drive.rewind() },
  { name: 'load', description: 'load the cartridge that is in the mouth of the drive', move: (drive) => drive.load() },
  { name: 'eject', description: 'rewind, unload and put the cartridge out', move: (drive) => drive.eject() },
];

export function addMotions(program: Command): void {
  for (const { name, description, move } of MOTIONS) {
    driveCommand(program, name, description).action(
      answering(async (options: DeviceOptions) => {
        await withDrive(options, move, READ_ONLY);
        return { document: { done: name }, text: '' };
      }),
    );
  }
}
