// What the logical units of one target say alike (SPC-5).

const SPC_4 = 6;

/** What standard INQUIRY data says of the target, whether there is a logical unit at the LUN or not. */
export const TARGET_INQUIRY = {
  version: SPC_4,
  hierarchicalSupport: false,
  responseDataFormat: 2,
  targetPortGroupSupport: 0,
  protect: false,
  multiPort: false,
  commandQueuing: false,
  vendorSpecific: new Uint8Array(0),
} as const;

const LUN_BYTES = 8;

/** REPORT LUNS (6.33): list length, four reserved bytes, the LUNs from 0 on. */
export function lunList(units: number): Uint8Array {
  const list = Buffer.alloc(LUN_BYTES * (1 + units));
  list.writeUInt32BE(LUN_BYTES * units);
  for (let lun = 0; lun < units; lun++) list.writeUInt8(lun, LUN_BYTES * (1 + lun) + 1);
  return list;
}
