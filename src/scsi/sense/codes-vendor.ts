/** One vendor-specific code. The same additional sense code may mean something else with another sense key. */
type VendorCode = readonly [key: number, asc: number, ascq: number, text: string];

/** Drives of IBM and Quantum. */
const IBM_FAMILY: readonly VendorCode[] = [
  [0x0, 0x82, 0x82, 'drive requires cleaning'],
  [0x1, 0x82, 0x52, 'degraded medium'],
  [0x1, 0x83, 0x83, 'drive has been cleaned'],
  [0x1, 0x85, 0x00, 'search match list limit, warning'],
  [0x1, 0x85, 0x01, 'search snoop match found'],
  [0x3, 0x85, 0x00, 'write protected because of a tape or drive failure'],
  [0x3, 0x85, 0x01, 'write protected because of a tape failure'],
  [0x3, 0x85, 0x02, 'write protected because of a drive failure'],
  [0x4, 0x47, 0x80, 'internal CRC error on read'],
  [0x4, 0x47, 0x81, 'internal CRC error on write'],
  [0x5, 0x82, 0x83, 'bad microcode detected'],
  [0x5, 0x85, 0x03, 'write protected because of the current tape position'],
  [0x5, 0xa3, 0x01, 'OEM vendor specific'],
  [0x6, 0x82, 0x83, 'drive has been cleaned'],
  [0x6, 0x85, 0x00, 'search match list limit, alert'],
];

const HP_FAMILY: readonly VendorCode[] = [
  [0x0, 0x82, 0x82, 'drive requires cleaning'],
  [0x0, 0x82, 0x83, 'bad microcode detected'],
];

/** Vendor whose codes a drive uses. */
export type SenseVendor = 'IBM' | 'HP';

const VENDORS: ReadonlyMap<string, SenseVendor> = new Map([
  ['IBM', 'IBM'],
  ['QUANTUM', 'IBM'],
  ['HP', 'HP'],
  ['HPE', 'HP'],
]);

const VENDOR_CODES: Readonly<Record<SenseVendor, readonly VendorCode[]>> = { IBM: IBM_FAMILY, HP: HP_FAMILY };

/** From the vendor identification of INQUIRY; undefined for a vendor whose codes are unknown. */
export function senseVendor(vendor: string): SenseVendor | undefined {
  return VENDORS.get(vendor.trim().toUpperCase());
}

/** ASC EEh and EFh of IBM's drives, the same for every sense key. */
const IBM_ENCRYPTION: readonly (readonly [asc: number, ascq: number, text: string])[] = [
  [0xee, 0x00, 'key service not enabled'],
  [0xee, 0x01, 'key service not configured'],
  [0xee, 0x02, 'key service not available'],
  [0xee, 0x0d, 'message content error'],
  [0xee, 0x0e, 'key service timeout'],
  [0xee, 0x0f, 'key service failure'],
  [0xee, 0x10, 'key required'],
  [0xee, 0x11, 'key generation'],
  [0xee, 0x12, 'key change detected'],
  [0xee, 0x13, 'key translation'],
  [0xee, 0x18, 'changed on read'],
  [0xee, 0x19, 'changed on write'],
  [0xee, 0x20, 'key count exceeded'],
  [0xee, 0x21, 'key alias exceeded'],
  [0xee, 0x22, 'key reserved'],
  [0xee, 0x23, 'key conflict'],
  [0xee, 0x24, 'key method change'],
  [0xee, 0x25, 'key format not supported'],
  [0xee, 0x26, 'unauthorized request, dAK'],
  [0xee, 0x27, 'unauthorized request, dSK'],
  [0xee, 0x28, 'unauthorized request, eAK'],
  [0xee, 0x29, 'authentication failure'],
  [0xee, 0x2a, 'invalid RDKi'],
  [0xee, 0x2b, 'key incorrect'],
  [0xee, 0x2c, 'key wrapping failure'],
  [0xee, 0x2d, 'sequencing failure'],
  [0xee, 0x2e, 'unsupported type'],
  [0xee, 0x2f, 'new key, encrypted write pending'],
  [0xee, 0x30, 'prohibited request'],
  [0xee, 0x31, 'key unknown'],
  [0xee, 0x32, 'unauthorized request, dCERT'],
  [0xee, 0x40, 'key manager identifier changed'],
  [0xee, 0x41, 'key manager challenge changed'],
  [0xee, 0x42, 'key manager challenge pending'],
  [0xee, 0x50, 'initiator identifier changed'],
  [0xee, 0x51, 'initiator response changed'],
  [0xee, 0x60, 'proxy command error'],
  [0xee, 0xd0, 'decryption failed on read'],
  [0xee, 0xd1, 'decryption failed on read after write'],
  [0xee, 0xe0, 'key translation failure'],
  [0xee, 0xe1, 'key translation ambiguous'],
  [0xee, 0xe2, 'key translation disallowed'],
  [0xee, 0xf0, 'decryption fenced, read'],
  [0xee, 0xf1, 'encryption fenced, write'],
  [0xee, 0xff, 'function prohibited for security'],
  [0xef, 0x01, 'key service not configured'],
  [0xef, 0x10, 'key required'],
  [0xef, 0x11, 'key generation'],
  [0xef, 0x13, 'key translation'],
  [0xef, 0x1a, 'key optional'],
  [0xef, 0x31, 'key unknown'],
  [0xef, 0xc0, 'no operation'],
];

/** The vendor's text for a code that the standard does not define; `vendor` is the vendor identification of INQUIRY. */
export function vendorSenseText(vendor: string, key: number, asc: number, ascq: number): string | undefined {
  const family = senseVendor(vendor);
  if (family === undefined) return undefined;
  const [, , encryption] = IBM_ENCRYPTION.find((code) => family === 'IBM' && code[0] === asc && code[1] === ascq) ?? [];
  if (encryption !== undefined) return `encryption: ${encryption}`;
  return VENDOR_CODES[family].find((code) => code[0] === key && code[1] === asc && code[2] === ascq)?.[3];
}
