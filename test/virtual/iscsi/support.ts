import { onTestFinished } from 'vitest';
import { senseCodes } from '../../../src/errors/sense-codes.js';
import { decodeSense } from '../../../src/scsi/sense/sense.js';
import type { VirtualDriveOptions } from '../../../src/virtual/index.js';
import { IscsiServer, type IscsiServerOptions } from '../../../src/virtual/iscsi/server.js';
import { newDriveFolder } from '../support.js';
import { Initiator, type LoginOptions, type Reply } from './initiator.js';

export interface Served {
  readonly server: IscsiServer;
  readonly port: number;
  /** Name of the first target. */
  readonly target: string;
  readonly folder: string;
  /** What the server said of its connections. */
  readonly lines: string[];
}

/** A server of new drives; closed after the test. */
export async function serveDrives(
  options: IscsiServerOptions = {},
  ...drives: readonly VirtualDriveOptions[]
): Promise<Served> {
  const wanted = drives.length === 0 ? [{}] : drives;
  const folders = await Promise.all(wanted.map((drive) => newDriveFolder(drive)));
  const lines: string[] = [];
  const server = await IscsiServer.open(folders, { port: 0, log: (line) => lines.push(line), ...options });
  onTestFinished(() => server.close());
  const [target] = server.targets;
  const [folder] = folders;
  if (target === undefined || folder === undefined) throw new Error('no drive is served');
  return { server, port: server.address.port, target: target.name, folder, lines };
}

/** A connection that is closed after the test. */
export async function connected(port: number): Promise<Initiator> {
  const initiator = await Initiator.connect(port);
  onTestFinished(() => {
    initiator.socket.destroy();
  });
  return initiator;
}

/** An initiator that is logged in to the first target. */
export async function loggedIn({ port, target }: Served, options: LoginOptions = {}): Promise<Initiator> {
  const initiator = await connected(port);
  await initiator.login({ target, ...options });
  return initiator;
}

/** `good`, or the sense of a CHECK CONDITION in the form `8/00/05`. */
export function outcomeOf({ status, sense }: Reply): string {
  const decoded = decodeSense(sense);
  if (decoded !== undefined) return senseCodes(decoded);
  return status === 0 ? 'good' : `status ${status}`;
}
