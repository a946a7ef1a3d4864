import { access, constants } from 'node:fs/promises';
import { fromSystemError } from '../../device/system-errors.js';
import { DriveBusyError, PermissionError } from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';
import { listDrives } from './list-drives.js';
import type { Located } from './locate-device.js';

type NativeLocation = Extract<Located, { kind: 'native' }>;

/**
 * The typed error for a drive that could not be opened: names the process that holds it, or the node that this user may
 * not open.
 */
export async function openError(error: unknown, located: Located): Promise<unknown> {
  const details = { device: located.device, operation: 'open' };
  if (located.kind === 'native' && isSystemError(error)) {
    const known = { ...details, errno: error.code, cause: error };
    const holder = error.code === 'EBUSY' ? await holderOf(located.tapeNode) : undefined;
    if (holder !== undefined) {
      const who = holder === process.pid ? 'this process' : `process ${holder}`;
      const next = 'Wait until it closes the drive, or end it';
      return new DriveBusyError(`${who} holds the drive`, { ...known, holder, next });
    }
    const node = error.code === 'EACCES' ? await refusingNode(located) : undefined;
    if (node !== undefined) {
      const next = `Run as a member of the group that owns ${node} (usually \`tape\`)`;
      return new PermissionError(`this user may not open ${node}`, { ...known, next });
    }
  }
  return fromSystemError(error, details);
}

/** The same drive has a node for each of its four modes: nst0, nst0a, nst0l, nst0m. */
async function holderOf(tapeNode: string): Promise<number | undefined> {
  const device = tapeNode.replace(/[alm]$/, '');
  return (await listDrives()).find((drive) => drive.device === device)?.holder;
}

async function refusingNode({ queryNode, tapeNode }: NativeLocation): Promise<string | undefined> {
  for (const node of [queryNode, tapeNode]) {
    if (node !== undefined && !(await mayUse(node))) return node;
  }
  return undefined;
}

function mayUse(node: string): Promise<boolean> {
  return access(node, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
