import { asciiTrim } from '../../scsi/wire/bytes.js';
import type { TapeDrive } from '../tape-drive.js';

/** Attributes that name a cartridge, its owner, or the drives that loaded it. */
const NAMING = new Set([
  ...[0x0008, 0x020a, 0x020b, 0x020c, 0x020d, 0x0401, 0x040a, 0x0803, 0x0806, 0x0807, 0x0808, 0x0809],
  ...[0x0820, 0x0821, 0x1000, 0x1001],
]);
/** Vendor identification in front of a drive's serial number. */
const LOADING_DRIVES = { first: 0x020a, last: 0x020d, vendorLength: 8 };

/** What identifies a drive, its library and its cartridge, as it occurs in their data. */
export async function secretsOf(drive: TapeDrive): Promise<Uint8Array[]> {
  const identity = await drive.identity().catch(() => undefined);
  const memory = await drive.mam().catch(() => undefined);
  const { serialNumber, manufacturerSerialNumber, automationSerialNumber, names = [] } = identity ?? {};
  const texts = [serialNumber, manufacturerSerialNumber, automationSerialNumber].filter((text) => text !== undefined);
  const binary = names.filter(({ type }) => type === 'naa' || type === 'eui64');
  const naming = (memory?.attributes ?? []).filter(({ id }) => NAMING.has(id));
  return [
    ...texts.map((text) => Buffer.from(text, 'latin1')),
    ...binary.map(({ name }) => Buffer.from(name, 'hex')),
    ...naming.map(({ id, bytes }) => trimmed(id, bytes)),
  ];
}

/** Without the vendor of a drive, and without padding: the same name stands elsewhere without it. */
function trimmed(id: number, bytes: Uint8Array): Uint8Array {
  const ofDrive = id >= LOADING_DRIVES.first && id <= LOADING_DRIVES.last;
  const value = ofDrive ? bytes.subarray(LOADING_DRIVES.vendorLength) : bytes;
  const text = asciiTrim(value);
  return /^[\x20-\x7e]+$/.test(text)
    ? Buffer.from(text, 'latin1')
    : value.filter((byte) => byte !== 0).length > 0
      ? value
      : new Uint8Array(0);
}
