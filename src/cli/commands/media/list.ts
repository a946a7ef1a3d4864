import type { Command } from 'commander';
import { cartridgeCommand, catalogueFlag, collect, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const listCatalogue = actionOf(async () => (await import('../../actions/catalogue/list.js')).listCatalogue);
const listMembers = actionOf(async () => (await import('../../actions/media/list.js')).list);

export function addList(program: Command): void {
  const what =
    'show the members of an archive on the tape: mode, owner, size, time in UTC, and name; or what the catalogue has';
  catalogueFlag(keystoreFlags(cartridgeCommand(program, 'list', what)))
    .argument(
      '[file number]',
      'counted from 0 at the beginning of the tape; without it, cartridges and archives of the catalogue',
    )
    .option('--cartridge <identifier>', 'without a file number: only this cartridge')
    .option('--only <pattern>', 'only members that match, as in .gitignore; repeatable', collect)
    .action(
      // What asks the catalogue loads nothing for tapes.
      async (number: string | undefined, ...rest) =>
        number === undefined ? listCatalogue(number, ...rest) : listMembers(number, ...rest),
    );
}
