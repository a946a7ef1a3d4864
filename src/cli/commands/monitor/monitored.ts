import type { Command } from 'commander';
import { collect, jsonCommand } from '../../input/flags.js';

/** A command that looks at drives without opening their tape nodes. */
export function monitoringCommand(program: Command, usage: string, description: string): Command {
  return jsonCommand(program, usage, description).option(
    '-d, --device <device>',
    'a drive to look at; may be repeated (default: $LTO_DEVICE, or all drives of this machine)',
    collect,
  );
}
