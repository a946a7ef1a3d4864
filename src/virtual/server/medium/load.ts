import { decodeCdb, LOAD_UNLOAD, PREVENT_ALLOW } from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

/** LOAD UNLOAD: loading a loaded cartridge rewinds it. */
export async function loadUnload(drive: Drive, { cdb }: Request): Promise<undefined> {
  const { load, endOfTape } = decodeCdb(LOAD_UNLOAD, cdb);
  if (endOfTape) throw invalidFieldInCdb(4);
  if (!load) return unload(drive);
  if (drive.memory.loaded) {
    drive.requireReady();
    drive.moveTo(0);
  } else {
    await drive.load();
  }
}

async function unload(drive: Drive): Promise<undefined> {
  if (drive.isRemovalPrevented()) throw new CheckCondition(sense('5/53/02'));
  await drive.unload();
}

/** PREVENT ALLOW MEDIUM REMOVAL */
export function preventAllow(drive: Drive, { cdb, nexus }: Request): undefined {
  const { prevent } = decodeCdb(PREVENT_ALLOW, cdb);
  if (prevent > 1) throw invalidFieldInCdb(4);
  drive.preventRemoval(nexus, prevent === 1);
}
