import type { Command } from 'commander';
import { cartridgeCommand, catalogueFlag, keystoreFlags, lossFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addLabel(program: Command): void {
  const what = 'show the label of the cartridge, or label a blank cartridge';
  lossFlag(catalogueFlag(keystoreFlags(cartridgeCommand(program, 'label', what))))
    .argument('[identifier]', '1 to 32 printable ASCII characters, or up to 160 bytes of other text')
    .option('--overwrite', 'label a tape that holds data: all of it is lost')
    .action(actionOf(async () => (await import('../../actions/media/label.js')).label));
}
