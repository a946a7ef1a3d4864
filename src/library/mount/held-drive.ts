import { TapeDrive } from '../../tape/tape-drive.js';

/** A drive that is open, with which a cartridge is brought, worked with and put back. */
export interface HeldDrive {
  readonly drive: TapeDrive;
  /** Runs `work` while nobody else in this process moves the tape. */
  exclusively<T>(job: string, work: () => Promise<T>): Promise<T>;
  /** What is done before the cartridge is unloaded, such as noting its use in its memory. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a drive. Rejects as `TapeDrive.open` does: with DriveBusyError while another process has it. */
export type HoldDrive<D extends HeldDrive> = (node: string) => Promise<D>;

/** A drive with one user, who does all there is to do. */
export async function holdAlone(node: string, open = TapeDrive.open): Promise<HeldDrive> {
  const drive = await open(node);
  return {
    drive,
    exclusively: (_job, work) => work(),
    settle: async () => undefined,
    close: () => drive.close(),
  };
}
