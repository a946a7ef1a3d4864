const LUN_BYTES = 8;
/** Address methods (SAM-5 4.7.6): peripheral device addressing of bus 0, and flat space addressing. */
const PERIPHERAL = 0;
const FLAT = 1;

/** The number of a logical unit from its LUN field in lower-case hex; undefined for other address methods. */
export function unitNumber(lun: string): number | undefined {
  const bytes = Buffer.from(lun, 'hex');
  if (bytes.length !== LUN_BYTES || bytes.subarray(2).some((byte) => byte !== 0)) return undefined;
  const word = bytes.readUInt16BE(0);
  const method = word >> 14;
  const number = word & 0x3fff;
  if (method === FLAT) return number;
  return method === PERIPHERAL && number <= 0xff ? number : undefined;
}
