import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ifWellFormed } from '../../device/well-formed.js';
import { MEDIUM_CHANGER } from '../../scsi/commands/inquiry.js';
import { decodeSerialNumber } from '../../scsi/vpd/pages.js';

/** A library of this machine, as sysfs lists it. */
export interface ListedLibrary {
  /** The node to open: `/dev/sg3`. */
  readonly device: string;
  readonly vendor: string;
  readonly product: string;
  /** Firmware. */
  readonly revision: string;
  readonly serialNumber: string | undefined;
  /** Names under /dev/tape/by-id that stay the same over restarts. */
  readonly byId: readonly string[];
}

const GENERIC_CLASS = 'sys/class/scsi_generic';
const BY_ID = 'dev/tape/by-id';

/**
 * The medium changers of this machine; none on other systems than Linux. Nothing is opened and no command is sent.
 * `root` is where `sys` and `dev` are.
 */
export async function listLibraries(options: { readonly root?: string } = {}): Promise<ListedLibrary[]> {
  requireOptions(options, { operation: 'list libraries' }, { root: true });
  const { root = '/' } = options;
  requireNonEmptyText('root', root, { operation: 'list libraries' });
  const nodes = await names(join(root, GENERIC_CLASS));
  const sorted = nodes.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const found = await Promise.all(sorted.map((node) => describe(root, node)));
  return found.filter((library) => library !== undefined);
}

async function describe(root: string, node: string): Promise<ListedLibrary | undefined> {
  const folder = await realpath(join(root, GENERIC_CLASS, node, 'device')).catch(() => undefined);
  if (folder === undefined || (await text(folder, 'type')) !== String(MEDIUM_CHANGER)) return undefined;
  const page = await readFile(join(folder, 'vpd_pg80')).catch(() => undefined);
  return {
    device: `/dev/${node}`,
    vendor: await text(folder, 'vendor'),
    product: await text(folder, 'model'),
    revision: await text(folder, 'rev'),
    serialNumber: page && (ifWellFormed(() => decodeSerialNumber(page)) || undefined),
    byId: await linksTo(root, [node, ...(await names(join(folder, 'scsi_changer')))]),
  };
}

async function linksTo(root: string, nodes: readonly string[]): Promise<readonly string[]> {
  const links: string[] = [];
  for (const name of (await names(join(root, BY_ID))).toSorted()) {
    const target = await readlink(join(root, BY_ID, name)).catch(() => '');
    if (nodes.includes(basename(target))) links.push(`/${BY_ID}/${name}`);
  }
  return links;
}

async function text(folder: string, file: string): Promise<string> {
  return (await readFile(join(folder, file), 'latin1').catch(() => '')).trim();
}

/** What a folder holds; nothing when it can't be read. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
