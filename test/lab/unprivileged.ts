import { chmod, chown } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { compiledSources } from '../support/compiled.js';
import { command } from './command.js';

// The lab's user is root: an ordinary one is made by setpriv(1).

export const NOBODY = 65_534;
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export interface Rights {
  /** The user is a member of the group `tape`. */
  readonly tapeGroup?: boolean;
  /** Capabilities as setpriv(1) names them, such as `sys_rawio`. */
  readonly capabilities?: readonly string[];
}

export interface Unprivileged {
  /** Number of the group `tape`. */
  readonly group: () => string;
  /** Gives a node to the group `tape`, as udev's rules do. */
  readonly grant: (node: string) => Promise<void>;
  /** Takes it back. */
  readonly revoke: (node: string) => Promise<void>;
  /** What a program prints as JSON; `url` gives the address, in quotes, of one of our sources to import. */
  readonly run: (rights: Rights, program: (url: (source: string) => string) => string) => Promise<unknown>;
}

/** An ordinary user for the tests of a file. */
export function unprivilegedUser(): Unprivileged {
  const compiled = compiledSources();
  let group = '';
  beforeAll(async () => {
    group = (await command('getent', 'group', 'tape')).split(':')[2] ?? '';
  });
  return {
    group: () => group,
    grant: (node) => own(node, Number(group), 0o660),
    revoke: (node) => own(node, 0, 0o600),
    run: async ({ tapeGroup = false, capabilities = [] }, program) => {
      const kept = capabilities.map((name) => `+${name}`).join(',');
      const identity = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--no-new-privs'];
      const groups = tapeGroup ? ['--groups', group] : ['--clear-groups'];
      const bounds = kept === '' ? ['--bounding-set', '-all'] : ['--inh-caps', kept, '--ambient-caps', kept];
      const node = ['env', `NODE_LTO_PREBUILD=${PACKAGE}`, process.execPath, '--input-type=module'];
      const source = program((path) => JSON.stringify(compiled.url(path)));
      return JSON.parse(await command('setpriv', ...identity, ...groups, ...bounds, ...node, '-e', source));
    },
  };
}

async function own(node: string, group: number, mode: number): Promise<void> {
  await chown(node, 0, group);
  await chmod(node, mode);
}
