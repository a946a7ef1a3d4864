import { LtoError } from '../../../errors/index.js';
import type { InventoryElement } from '../../../library/inventory.js';
import { TapeLibrary } from '../../../library/tape-library.js';
import type { Readiness } from '../../../tape/reports/readiness.js';
import { TapeDrive } from '../../../tape/tape-drive.js';
import { table } from '../../output/table.js';
import { readinessText } from '../../output/text/readiness.js';

/** A drive of a library. `readiness` is what the drive reports; if it reports nothing, `problem` says why. */
export interface LibraryDrive extends InventoryElement {
  readonly readiness: Readiness | undefined;
  readonly problem: string | undefined;
}

/** The node of each drive and what is in it. Queries the drives one by one, without moving a tape. */
export async function libraryDrives(device: string) {
  const library = await TapeLibrary.open(device);
  try {
    const { elements } = await library.inventory();
    const drives: LibraryDrive[] = [];
    for (const element of elements) if (element.kind === 'drive') drives.push(await ask(element));
    return { document: { device, drives }, text: table(HEAD, drives.map(rowOf)) };
  } finally {
    await library.close();
  }
}

async function ask(element: InventoryElement): Promise<LibraryDrive> {
  const { node, nodeProblem } = element;
  if (node === undefined) return { ...element, readiness: undefined, problem: `no node (${nodeProblem})` };
  try {
    const drive = await TapeDrive.open(node, { readOnly: true });
    try {
      return { ...element, readiness: await drive.readiness(), problem: undefined };
    } finally {
      await drive.close();
    }
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    return { ...element, readiness: undefined, problem: error.message };
  }
}

const HEAD = ['drive', 'node', 'serial number', 'cartridge', 'state'];

function rowOf({ number, node, driveSerialNumber, full, barcode, readiness, problem }: LibraryDrive): string[] {
  const cartridge = full ? (barcode ?? 'no readable label') : '';
  const state = readiness === undefined ? (problem ?? '') : readinessText(readiness);
  return [`drive ${number}`, node ?? '', driveSerialNumber ?? '', cartridge, state];
}
