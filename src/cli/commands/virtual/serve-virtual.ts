import type { Command } from 'commander';
import { ISCSI_PORT } from '../../../virtual/iscsi/limits.js';
import { SECRET_VARIABLE, TARGET_SECRET_VARIABLE } from '../../input/chap-variables.js';
import { jsonCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addServeVirtual(program: Command): void {
  jsonCommand(program, 'serve-virtual', 'serve virtual drives and libraries as iSCSI targets, until Ctrl-C')
    .argument('<folders...>', 'folders of virtual drives and libraries')
    .option('--host <address>', 'address to listen at (default: 127.0.0.1)')
    .option('--port <number>', `TCP port, 0 for a free one (default: ${ISCSI_PORT})`)
    .option('--allow-anyone', 'let in everybody who can reach the address; required without CHAP unless it is loopback')
    .option('--chap-user <name>', `let in only initiators that prove the secret of this user`)
    .option('--chap-secret-file <path>', `file with the secret (default: the variable ${SECRET_VARIABLE})`)
    .option('--chap-target-user <name>', 'authenticate to an initiator that asks, with the secret of this user')
    .option(
      '--chap-target-secret-file <path>',
      `file with that secret (default: the variable ${TARGET_SECRET_VARIABLE})`,
    )
    .action(actionOf(async () => (await import('../../actions/virtual/serve-virtual.js')).serve));
}
