/** Operations of MTIOCTOP (linux/mtio.h), as far as this library uses them. */
export const MtOperation = {
  MTFSF: 1,
  MTBSF: 2,
  MTFSR: 3,
  MTBSR: 4,
  MTWEOF: 5,
  MTREW: 6,
  MTOFFL: 7,
  MTNOP: 8,
  MTRETEN: 9,
  MTEOM: 12,
  MTERASE: 13,
  MTSETBLK: 20,
  MTSEEK: 22,
  MTSETDRVBUFFER: 24,
  MTLOCK: 28,
  MTUNLOCK: 29,
  MTLOAD: 30,
  MTUNLOAD: 31,
  MTCOMPRESSION: 32,
  MTSETPART: 33,
  /** As MTWEOF, and does not wait until the filemark is on the medium. */
  MTWEOFI: 35,
} as const;

export type MtOperationName = keyof typeof MtOperation;

/** Bits of MtStatus.generalStatus (GMT_* of linux/mtio.h). */
export const GeneralStatus = {
  /** At a filemark: the last thing passed was one. */
  EOF: 0x8000_0000,
  BOT: 0x4000_0000,
  /** Early warning was met. */
  EOT: 0x2000_0000,
  SM: 0x1000_0000,
  EOD: 0x0800_0000,
  WR_PROT: 0x0400_0000,
  ONLINE: 0x0100_0000,
  DR_OPEN: 0x0004_0000,
  IM_REP_EN: 0x0001_0000,
  CLN: 0x0000_8000,
} as const;

export type GeneralStatusName = keyof typeof GeneralStatus;

/** Whether a GMT_* bit is set; bit 31 makes plain `&` negative. */
export function hasStatus(generalStatus: number, name: GeneralStatusName): boolean {
  return (generalStatus & GeneralStatus[name]) !== 0;
}
