import {
  type CommandName,
  cdbLength,
  commandName,
  decodeCdb,
  MODE_SELECT_6,
  MODE_SELECT_10,
  PERSISTENT_RESERVE_OUT,
  PROTECTION_BYTES,
  SECURITY_PROTOCOL_OUT,
  SET_TIMESTAMP,
  WRITE_6,
  WRITE_ATTRIBUTE,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import { protectionInUse } from '../drive/drive-protection.js';
import type { Nexus } from '../unit/nexus.js';

const INC_512 = 512;

/** Bytes of data out that a CDB announces, by command. */
const ANNOUNCED: Readonly<Partial<Record<CommandName, (cdb: Uint8Array, drive: Drive, nexus: Nexus) => number>>> = {
  'WRITE(6)': (cdb, drive, nexus) => {
    const { fixed, transferLength } = decodeCdb(WRITE_6, cdb);
    const extra = protectionInUse(drive.protectionOf(nexus), 'write') ? PROTECTION_BYTES : 0;
    return fixed ? transferLength * (drive.memory.blockLength + extra) : transferLength;
  },
  'MODE SELECT(6)': (cdb) => decodeCdb(MODE_SELECT_6, cdb).parameterListLength,
  'MODE SELECT(10)': (cdb) => decodeCdb(MODE_SELECT_10, cdb).parameterListLength,
  'WRITE ATTRIBUTE': (cdb) => decodeCdb(WRITE_ATTRIBUTE, cdb).parameterListLength,
  'PERSISTENT RESERVE OUT': (cdb) => decodeCdb(PERSISTENT_RESERVE_OUT, cdb).parameterListLength,
  'SET TIMESTAMP': (cdb) => decodeCdb(SET_TIMESTAMP, cdb).parameterListLength,
  'SECURITY PROTOCOL OUT': (cdb) => {
    const { inc512, transferLength } = decodeCdb(SECURITY_PROTOCOL_OUT, cdb);
    return inc512 ? transferLength * INC_512 : transferLength;
  },
};

/** Bytes of data out that a command announces; 0 for one that has none. */
export function dataOutLength(drive: Drive, cdb: Uint8Array, nexus: Nexus): number {
  const name = commandName(cdb);
  const isWhole = cdb.length >= (cdbLength(cdb[0] ?? 0) ?? 0);
  return (name !== undefined && isWhole && ANNOUNCED[name]?.(cdb, drive, nexus)) || 0;
}
