import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from '../../../errors/index.js';
import { type VirtualDrive, VirtualLibrary } from '../../../virtual/index.js';
import type { ChapCredentials, ChapOptions } from '../../../virtual/iscsi/login/chap.js';
import { IscsiServer } from '../../../virtual/iscsi/server.js';
import { SECRET_VARIABLE, TARGET_SECRET_VARIABLE } from '../../input/chap-variables.js';
import { parseCount } from '../../input/numbers.js';
import { print } from '../../output/standard-output.js';
import { jsonLines, printText, textLines, visible } from '../../output/terminal.js';
import type { CommonOptions } from '../../run/action.js';
import { interruptible } from '../../run/interrupt.js';

interface ServeOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
  readonly allowAnyone?: boolean;
  readonly chapUser?: string;
  readonly chapSecretFile?: string;
  readonly chapTargetUser?: string;
  readonly chapTargetSecretFile?: string;
}

/** Prints by itself when it is ready, and nothing at the end. */
export async function serve(options: ServeOptions, folders: readonly string[]): Promise<undefined> {
  const { host, port, json = false } = options;
  await interruptible(async ({ signal }) => {
    const server = await IscsiServer.open(folders, {
      host,
      port: port === undefined ? undefined : parseCount(port),
      chap: await chapOf(options),
      allowAnyone: options.allowAnyone,
      log: (line) => printText(process.stderr, `lto: ${visible(line)}`),
    });
    const ready = json ? jsonLines(readyDocument(server)) : textLines(readyText(server));
    await print(ready).catch(async (error: unknown) => {
      await server.close();
      throw error;
    });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await server.close();
  });
}

async function chapOf(options: ServeOptions): Promise<ChapOptions | undefined> {
  const { chapUser, chapSecretFile, chapTargetUser, chapTargetSecretFile } = options;
  const initiator = await credentialsOf('--chap', chapUser, chapSecretFile, SECRET_VARIABLE);
  const target = await credentialsOf('--chap-target', chapTargetUser, chapTargetSecretFile, TARGET_SECRET_VARIABLE);
  if (initiator !== undefined) return { initiator, target };
  if (target === undefined) return undefined;
  throw new InvalidArgumentError('--chap-target-user goes with --chap-user');
}

/** User and secret from the options that begin with `option`. */
async function credentialsOf(
  option: string,
  user: string | undefined,
  file: string | undefined,
  variable: string,
): Promise<ChapCredentials | undefined> {
  if (user === undefined) {
    if (file === undefined) return undefined;
    throw new InvalidArgumentError(`${option}-secret-file goes with ${option}-user`);
  }
  const secret = file ? await readSecret(file) : process.env[variable];
  if (secret) return { user, secret };
  throw new InvalidArgumentError('CHAP needs a secret', {
    next: `Name a file with ${option}-secret-file, or set ${variable}`,
  });
}

async function readSecret(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
}

/** The line that tells programs that the drives accept logins. */
export function readyDocument({ address, targets }: IscsiServer) {
  return {
    ready: true,
    ...address,
    targets: targets.map(({ name, device }) => {
      const { folder, identity } = device;
      const content =
        device instanceof VirtualLibrary
          ? { drives: device.drives.map(driveDocument), elements: device.elements.length }
          : { cartridge: device.cartridge ?? null };
      return { name, folder, identity, ...content };
    }),
  };
}

function driveDocument({ folder, identity, cartridge }: VirtualDrive) {
  return { folder, identity, cartridge: cartridge ?? null };
}

function readyText({ address: { host, port }, targets }: IscsiServer): string {
  const portal = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const devices = targets.map(({ name, device }) => {
    const { folder, identity } = device;
    return `  ${name}  ${identity.product}, ${contentText(device)}, virtual:${visible(folder)}`;
  });
  return [
    `serving at ${portal}; Ctrl-C ends it`,
    ...devices,
    'On Linux with open-iscsi, as root:',
    `  iscsiadm -m discovery -t sendtargets -p ${portal}`,
    ...targets.map(({ name }) => `  iscsiadm -m node -T ${name} -p ${portal} --login`),
    'and, before this ends:',
    ...targets.map(({ name }) => `  iscsiadm -m node -T ${name} -p ${portal} --logout`),
  ].join('\n');
}

function contentText(device: VirtualDrive | VirtualLibrary): string {
  if (!(device instanceof VirtualLibrary)) return visible(device.cartridge ?? 'no cartridge');
  const full = device.elements.filter(({ cartridge }) => cartridge !== null).length;
  return `${device.drives.length} drives, ${full} cartridges in ${device.elements.length} elements`;
}
