import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ifWellFormed } from '../../device/well-formed.js';
import { serialOfIdentifier } from '../../scsi/changer/element-report.js';
import { decodeDeviceIdentification } from '../../scsi/vpd/designators.js';
import { type ListedDrive, listDrives } from '../../tape/open/list-drives.js';

/** A tape node of this machine, and the serial numbers that its drive goes by. */
export interface DriveNode {
  readonly device: string;
  readonly serialNumbers: readonly string[];
}

/** Which node is a drive of the library. */
export interface NodeMatch {
  readonly node: string | undefined;
  /**
   * `not-identified`: the library does not report the drive's serial number. `not-here`: no node of this machine has
   * that serial number. `ambiguous`: more than one node has it.
   */
  readonly problem: 'not-identified' | 'not-here' | 'ambiguous' | undefined;
}

/** By the serial number alone, letter by letter. */
export function matchNode(serial: string | undefined, nodes: readonly DriveNode[]): NodeMatch {
  if (serial === undefined) return { node: undefined, problem: 'not-identified' };
  const found = nodes.filter(({ serialNumbers }) => serialNumbers.includes(serial));
  const [only] = found;
  if (only === undefined) return { node: undefined, problem: 'not-here' };
  if (found.length > 1) return { node: undefined, problem: 'ambiguous' };
  return { node: only.device, problem: undefined };
}

/** The tape nodes of this machine, from sysfs; no device is opened. */
export async function nativeDriveNodes({ root = '/' }: { readonly root?: string } = {}): Promise<DriveNode[]> {
  const drives = await listDrives({ root });
  return Promise.all(
    drives.map(async (drive) => ({ device: drive.device, serialNumbers: await serials(drive, root) })),
  );
}

/** VPD page 80h, and the T10 designator of page 83h, which ends with what the drive calls itself. */
async function serials({ device, serialNumber }: ListedDrive, root: string): Promise<readonly string[]> {
  const path = join(root, 'sys/class/scsi_tape', basename(device), 'device/vpd_pg83');
  const page = await readFile(path).catch(() => undefined);
  const designators = (page && ifWellFormed(() => decodeDeviceIdentification(page))) ?? [];
  const designated = designators
    .filter(({ association, type }) => association === 'logicalUnit' && type === 't10Vendor')
    .map(({ codeSet, bytes }) => serialOfIdentifier({ codeSet, identifierType: 1, bytes }));
  const known = [serialNumber, ...designated].filter((serial) => serial !== undefined);
  return [...new Set(known)];
}
