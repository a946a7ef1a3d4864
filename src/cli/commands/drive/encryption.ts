import type { Command } from 'commander';
import { ENCRYPTION_MODES } from '../../../tape/encryption/modes.js';
import { driveCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const load = () => import('../../actions/drive/encryption.js');

export function addEncryption(program: Command): void {
  const encryption = program.command('encryption').description('show and set the encryption of the drive');
  driveCommand(encryption, 'status', 'show what the drive supports, what is set, and what the next block needs').action(
    actionOf(async () => (await load()).status),
  );
  keystoreFlags(driveCommand(encryption, 'on', 'set a key that stays in the drive, for other programs'))
    .argument('<key>', 'name of the key in the keystore')
    .option('--mode <mode>', `${Object.keys(ENCRYPTION_MODES).join(', ')} (default: mixed)`)
    .option('--scope <scope>', 'local: this host only (default); all: every host that has no key of its own')
    .option('--lock', 'if the drive loses the key, it refuses every transfer until a key is set again')
    .action(actionOf(async () => (await load()).on));
  driveCommand(encryption, 'off', 'clear the key and switch encryption off').action(
    actionOf(async () => (await load()).off),
  );
}
