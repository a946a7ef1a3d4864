import type { Command } from 'commander';
import { jsonCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const load = () => import('../../actions/keys/key.js');

const ID = 'name of the key, 1 to 32 printable ASCII characters; it is written in the clear beside the encrypted data';

export function addKey(program: Command): void {
  const key = program.command('key').description('generate, import, list, export and delete encryption keys');
  keyCommand(key, 'generate', 'generate a random key; creates the keystore if there is none')
    .argument('<id>', ID)
    .action(actionOf(async () => (await load()).generate));
  keyCommand(key, 'import', 'import a key of 64 hexadecimal digits, or a key file of stenc')
    .argument('[id]', `${ID} (default: the description in a file of stenc)`)
    .option('--file <file>', 'file that holds the key, - for stdin (default: it is asked for)')
    .action(actionOf(async () => (await load()).importKey));
  keyCommand(key, 'list', 'list the keys with fingerprints to compare').action(
    actionOf(async () => (await load()).list),
  );
  keyCommand(key, 'export', 'write a key, unprotected, as a key file of stenc')
    .argument('<id>')
    .requiredOption('-o, --output <file>', 'new file, readable only by you; - for stdout')
    .action(actionOf(async () => (await load()).exportKey));
  keyCommand(key, 'delete', 'delete a key: what it has encrypted can never be read again')
    .argument('<id>')
    .option('--yes', 'yes, delete it')
    .action(actionOf(async () => (await load()).deleteKey));
  keyCommand(key, 'passphrase', 'change the passphrase of the keystore')
    .option('--new-passphrase-file <file>', 'file with the new passphrase (default: it is asked for)')
    .action(actionOf(async () => (await load()).changePassphrase));
}

function keyCommand(parent: Command, usage: string, description: string): Command {
  return keystoreFlags(jsonCommand(parent, usage, description));
}
