import type { MtStatus } from '../../../binding.js';
import { hasStatus } from '../../transport/mtio.js';

/** The driver's view of the tape, without a command to the drive (MTIOCGET). */
export interface TapeStatus {
  /** Filemarks between the beginning of the tape and here; undefined while the position is unknown. */
  readonly fileNumber: number | undefined;
  /** Records since the last filemark; undefined while unknown (after spacing backwards, at the end of data …). */
  readonly blockNumber: number | undefined;
  readonly beginningOfPartition: boolean;
  /** Just past a filemark. */
  readonly filemark: boolean;
  readonly endOfData: boolean;
  /** Early warning was reached. */
  readonly earlyWarning: boolean;
  /** State from when the node was opened. */
  readonly writeProtected: boolean;
  readonly online: boolean;
  /** No cartridge, or not loaded, from when the node was opened. */
  readonly open: boolean;
  readonly cleaningRequested: boolean;
  /** Bytes of a block in fixed mode; 0 in variable mode. */
  readonly blockSize: number;
  readonly densityCode: number;
}

export function decodeMtStatus(mt: MtStatus): TapeStatus {
  const has = (name: Parameters<typeof hasStatus>[1]) => hasStatus(mt.generalStatus, name);
  return {
    fileNumber: mt.fileNumber < 0 ? undefined : mt.fileNumber,
    blockNumber: mt.blockNumber < 0 ? undefined : mt.blockNumber,
    beginningOfPartition: has('BOT'),
    filemark: has('EOF'),
    endOfData: has('EOD'),
    earlyWarning: has('EOT'),
    writeProtected: has('WR_PROT'),
    online: has('ONLINE'),
    open: has('DR_OPEN'),
    cleaningRequested: has('CLN'),
    blockSize: mt.deviceRegister & 0xff_ffff,
    densityCode: mt.deviceRegister >>> 24,
  };
}
