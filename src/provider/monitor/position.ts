import type { Session } from '../session/session.js';

/** Where the tape stands. */
export interface TapePosition {
  /** Filemarks between the beginning of the tape and here; undefined if neither driver nor drive knows. */
  readonly fileNumber: number | undefined;
  /** Records since the last filemark; undefined if the driver does not know, as behind the last record. */
  readonly blockNumber: number | undefined;
  /** Records and filemarks between the beginning of the partition and here; undefined if the drive does not report it. */
  readonly logicalObject: number | undefined;
  readonly beginningOfPartition: boolean;
  readonly endOfData: boolean;
}

/** Asks the driver, and the drive for what the driver does not know. Rejects with NoMediumError if there is no cartridge. */
export async function readPosition({ drive }: Session): Promise<TapePosition> {
  await drive.waitUntilReady({ timeoutMs: 0 });
  const { fileNumber, blockNumber, beginningOfPartition, endOfData } = await drive.status();
  const logicalObject = await drive.logicalObject();
  const asked = fileNumber === undefined ? await drive.position().catch(() => undefined) : undefined;
  return { fileNumber: fileNumber ?? asked?.logicalFile, blockNumber, logicalObject, beginningOfPartition, endOfData };
}
