import type { Command } from 'commander';
import { ENCRYPTION_MODES } from '../../../tape/encryption/modes.js';
import { driveCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addEncryption(program: Command): void {
  const encryption = program.command('encryption').description('tell and set how the drive encrypts');
  driveCommand(encryption, 'status', 'tell what the drive can do, what is set, and what the next block needs').action(
    actionOf(async () => (await import('../../actions/drive/encryption.js')).status),
  );
  keystoreFlags(driveCommand(encryption, 'on', 'set a key that stays in the drive, for other programs'))
    .argument('<key>', 'name of the key in the keystore')
    .option('--mode <mode>', `${Object.keys(ENCRYPTION_MODES).join(', ')} (default: mixed)`)
    .option('--scope <scope>', 'local: this host alone (default); all: every host that has no key of its own')
    .option('--lock', 'should the drive lose the key, have it refuse every transfer until one is set again')
    .action(actionOf(async () => (await import('../../actions/drive/encryption.js')).on));
  driveCommand(encryption, 'off', 'clear the key and switch encryption off').action(
    actionOf(async () => (await import('../../actions/drive/encryption.js')).off),
  );
}
