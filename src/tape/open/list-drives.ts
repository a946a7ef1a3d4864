import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ifWellFormed } from '../../device/well-formed.js';
import { decodeSerialNumber } from '../../scsi/vpd/pages.js';

/** A tape drive of this machine, from sysfs. */
export interface ListedDrive {
  /** The node to open: `/dev/nst0`. */
  readonly device: string;
  /** The node for queries: `/dev/sg1`. */
  readonly queryDevice: string | undefined;
  readonly vendor: string;
  readonly product: string;
  /** Firmware. */
  readonly revision: string;
  readonly serialNumber: string | undefined;
  /** Names under /dev/tape/by-id, which are stable across restarts. */
  readonly byId: readonly string[];
  /** Process that has the tape node open, if this process may see its files. */
  readonly holder: number | undefined;
}

const TAPE_CLASS = 'sys/class/scsi_tape';
const BY_ID = 'dev/tape/by-id';
/** The node of a drive that does not rewind on close, in the driver's default mode. */
const NODE = /^nst\d+$/;

/**
 * Lists the tape drives of this machine; empty on systems other than Linux. No device is opened and no command is sent,
 * so running jobs are not disturbed. `root`: folder that contains `sys`, `dev` and `proc`; default `/`.
 */
export async function listDrives(options: { readonly root?: string } = {}): Promise<ListedDrive[]> {
  requireOptions(options, { operation: 'list drives' }, { root: true });
  const { root = '/' } = options;
  requireNonEmptyText('root', root, { operation: 'list drives' });
  const nodes = (await names(join(root, TAPE_CLASS))).filter((name) => NODE.test(name));
  if (nodes.length === 0) return [];
  const links = await byIdLinks(root);
  const holders = await openFiles(root);
  const drives = nodes.toSorted(byNumber).map((node) => describe(root, node, links, holders));
  return Promise.all(drives);
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

async function describe(
  root: string,
  node: string,
  links: ReadonlyMap<string, readonly string[]>,
  holders: ReadonlyMap<string, number>,
): Promise<ListedDrive> {
  const folder = await realpath(join(root, TAPE_CLASS, node, 'device'));
  const [queryNode] = await names(join(folder, 'scsi_generic'));
  // st0, nst0, st0l and so on are one drive: an open one blocks the others.
  const siblings = await names(join(folder, 'scsi_tape'));
  const holder = siblings.map((name) => holders.get(`/dev/${name}`)).find((pid) => pid !== undefined);
  return {
    device: `/dev/${node}`,
    queryDevice: queryNode && `/dev/${queryNode}`,
    vendor: await text(folder, 'vendor'),
    product: await text(folder, 'model'),
    revision: await text(folder, 'rev'),
    serialNumber: await serialNumber(folder),
    byId: links.get(node) ?? [],
    holder,
  };
}

async function text(folder: string, file: string): Promise<string> {
  return (await readFile(join(folder, file), 'latin1').catch(() => '')).trim();
}

/** VPD page 80h from sysfs. */
async function serialNumber(folder: string): Promise<string | undefined> {
  const page = await readFile(join(folder, 'vpd_pg80')).catch(() => undefined);
  return page && (ifWellFormed(() => decodeSerialNumber(page)) || undefined);
}

/** Links under /dev/tape/by-id, by the node they point to. */
async function byIdLinks(root: string): Promise<Map<string, string[]>> {
  const links = new Map<string, string[]>();
  for (const name of (await names(join(root, BY_ID))).toSorted()) {
    const target = await readlink(join(root, BY_ID, name)).catch(() => '');
    const node = basename(target);
    links.set(node, [...(links.get(node) ?? []), `/${BY_ID}/${name}`]);
  }
  return links;
}

/** Process ids by the path of a node that they have open. */
async function openFiles(root: string): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  const processes = (await names(join(root, 'proc'))).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const folder = join(root, 'proc', pid, 'fd');
    for (const descriptor of await names(folder)) {
      const target = await readlink(join(folder, descriptor)).catch(() => '');
      if (target.startsWith('/dev/')) open.set(target, Number(pid));
    }
  }
  return open;
}

/** The entries of a folder; empty if it cannot be read. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
