/** Form of an attribute's bytes; see `MamKinds` in `values.ts` for the types. */
export type MamKind =
  | 'integer'
  | 'mebibytes'
  | 'logicalObject'
  | 'ascii'
  | 'text'
  | 'date'
  | 'dateTime'
  | 'drive'
  | 'densities'
  | 'mediumType'
  | 'localization'
  | 'usage'
  | 'coherency'
  | 'bytes';

export type MamFormat = 'binary' | 'ascii' | 'text';

/** One attribute of the medium auxiliary memory (SPC-5 7.4.2, SSC-5). */
export interface MamAttribute {
  readonly id: number;
  /** Name of the value among `MamValues`. */
  readonly key: string;
  readonly name: string;
  /** Bytes; 0 for a length that varies. */
  readonly length: number;
  readonly format: MamFormat;
  readonly kind: MamKind;
  /** Unit of an integer, as the drive sends it. */
  readonly unit?: 'bytes' | 'metres' | '0.1 mm' | 'cleaning cycles';
  /** Each partition has its own value. */
  readonly perPartition?: true;
}

/** Host attributes: written by the application. */
const HOST_ATTRIBUTES = [
  asciiText(0x0800, 'applicationVendor', 'application vendor', 8),
  asciiText(0x0801, 'applicationName', 'application name', 32),
  asciiText(0x0802, 'applicationVersion', 'application version', 8),
  text(0x0803, 'userMediumLabel', 'user medium text label', 160),
  { id: 0x0804, key: 'lastWritten', name: 'date and time last written', length: 12, format: 'ascii', kind: 'dateTime' },
  binary(0x0805, 'textLocalization', 'text localization identifier', 1, 'localization'),
  asciiText(0x0806, 'barcode', 'barcode', 32),
  text(0x0807, 'owningHost', 'owning host textual name', 80),
  text(0x0808, 'mediaPool', 'media pool', 160),
  asciiText(0x0809, 'partitionLabel', 'partition user text label', 16, { perPartition: true }),
  binary(0x080a, 'loadAtPartition', 'load/unload at partition', 1, 'integer'),
  asciiText(0x080b, 'applicationFormatVersion', 'application format version', 16),
  binary(0x080c, 'volumeCoherency', 'volume coherency information', 0, 'coherency', { perPartition: true }),
  binary(0x0820, 'mediumGuid', 'medium globally unique identifier', 36, 'bytes'),
  binary(0x0821, 'mediaPoolGuid', 'media pool globally unique identifier', 36, 'bytes'),
] as const satisfies readonly MamAttribute[];

/** Vendor-specific host attributes: also written by the application. */
const VENDOR_HOST_ATTRIBUTES = [
  binary(0x1623, 'volumeLock', 'LTFS volume lock state', 1, 'integer'),
] as const satisfies readonly MamAttribute[];

/** A row that `TapeDrive.setAttributes` writes. */
export type HostAttributeRow = (typeof HOST_ATTRIBUTES)[number] | (typeof VENDOR_HOST_ATTRIBUTES)[number];

/** Every attribute of the standards, by identifier. */
export const MAM_ATTRIBUTES = [
  // Device attributes: kept by the drive, read-only.
  mebibytes(0x0000, 'remainingCapacity', 'remaining capacity in partition', { perPartition: true }),
  mebibytes(0x0001, 'maximumCapacity', 'maximum capacity in partition', { perPartition: true }),
  // The bit order differs between implementations: use the log pages instead.
  binary(0x0002, 'tapeAlertFlags', 'TapeAlert flags', 8, 'bytes'),
  binary(0x0003, 'loadCount', 'load count', 8, 'integer'),
  binary(0x0004, 'memorySpaceRemaining', 'MAM space remaining', 8, 'integer', { unit: 'bytes' }),
  asciiText(0x0005, 'assigningOrganization', 'assigning organization', 8),
  binary(0x0006, 'formattedDensityCode', 'formatted density code', 1, 'integer'),
  binary(0x0007, 'initializationCount', 'initialization count', 2, 'integer'),
  asciiText(0x0008, 'volumeIdentifier', 'volume identifier', 32),
  binary(0x0009, 'volumeChangeReference', 'volume change reference', 0, 'bytes'),
  drive(0x020a, 'lastLoadDrive', 'drive at last load'),
  drive(0x020b, 'lastLoadDrive1', 'drive at last load but one'),
  drive(0x020c, 'lastLoadDrive2', 'drive at last load but two'),
  drive(0x020d, 'lastLoadDrive3', 'drive at last load but three'),
  mebibytes(0x0220, 'lifetimeWritten', 'total written in medium life'),
  mebibytes(0x0221, 'lifetimeRead', 'total read in medium life'),
  mebibytes(0x0222, 'loadWritten', 'written in current or last load'),
  mebibytes(0x0223, 'loadRead', 'read in current or last load'),
  binary(0x0224, 'firstEncryptedObject', 'logical position of first encrypted block', 8, 'logicalObject'),
  binary(0x0225, 'firstUnencryptedObject', 'first unencrypted block after the first encrypted', 8, 'logicalObject'),
  binary(0x0340, 'mediumUsage', 'medium usage history', 90, 'usage'),
  binary(0x0341, 'partitionUsage', 'partition usage history', 60, 'usage', { perPartition: true }),
  // Medium attributes: written by the manufacturer, read-only.
  asciiText(0x0400, 'manufacturer', 'medium manufacturer', 8),
  asciiText(0x0401, 'serialNumber', 'medium serial number', 32),
  binary(0x0402, 'tapeLength', 'medium length', 4, 'integer', { unit: 'metres' }),
  binary(0x0403, 'tapeWidth', 'medium width', 4, 'integer', { unit: '0.1 mm' }),
  asciiText(0x0404, 'mediumAssigningOrganization', 'assigning organization of the medium', 8),
  binary(0x0405, 'mediumDensityCode', 'medium density code', 1, 'integer'),
  { id: 0x0406, key: 'manufactureDate', name: 'medium manufacture date', length: 8, format: 'ascii', kind: 'date' },
  binary(0x0407, 'memoryCapacity', 'MAM capacity', 8, 'integer', { unit: 'bytes' }),
  binary(0x0408, 'mediumType', 'medium type', 1, 'mediumType'),
  binary(0x0409, 'mediumTypeInformation', 'medium type information', 2, 'integer', { unit: 'cleaning cycles' }),
  binary(0x040a, 'numericSerialNumber', 'numeric medium serial number', 0, 'bytes'),
  binary(0x040b, 'supportedDensityCodes', 'supported density codes', 10, 'densities'),
  ...HOST_ATTRIBUTES,
  // Vendor specific medium attributes.
  binary(0x1000, 'cartridgeIdentity', 'unique cartridge identity', 28, 'bytes'),
  binary(0x1001, 'alternativeCartridgeIdentity', 'alternative unique cartridge identity', 24, 'bytes'),
  ...VENDOR_HOST_ATTRIBUTES,
] as const satisfies readonly MamAttribute[];

const BY_ID: ReadonlyMap<number, (typeof MAM_ATTRIBUTES)[number]> = new Map(
  MAM_ATTRIBUTES.map((attribute) => [attribute.id, attribute]),
);

/** The table's row for an attribute identifier; undefined if there is none. */
export function mamAttribute(id: number): (typeof MAM_ATTRIBUTES)[number] | undefined {
  return BY_ID.get(id);
}

/** Who writes an attribute, by the range of its identifier (SPC-5 7.4.2.1). */
export type MamOwner = 'device' | 'medium' | 'host' | 'vendorDevice' | 'vendorMedium' | 'vendorHost' | 'reserved';

const OWNERS: readonly (readonly [last: number, owner: MamOwner])[] = [
  [0x03ff, 'device'],
  [0x07ff, 'medium'],
  [0x0bff, 'host'],
  [0x0fff, 'vendorDevice'],
  [0x13ff, 'vendorMedium'],
  [0x17ff, 'vendorHost'],
];

export function mamOwner(id: number): MamOwner {
  return OWNERS.find(([last]) => id <= last)?.[1] ?? 'reserved';
}

type Extra = Pick<MamAttribute, 'unit' | 'perPartition'>;

function binary<K extends string, D extends MamKind>(
  id: number,
  key: K,
  name: string,
  length: number,
  kind: D,
  extra: Extra = {},
) {
  return { id, key, name, length, format: 'binary', kind, ...extra } as const;
}

function mebibytes<K extends string>(id: number, key: K, name: string, extra: Extra = {}) {
  return binary(id, key, name, 8, 'mebibytes', extra);
}

function asciiText<K extends string>(id: number, key: K, name: string, length: number, extra: Extra = {}) {
  return { id, key, name, length, format: 'ascii', kind: 'ascii', ...extra } as const;
}

function text<K extends string>(id: number, key: K, name: string, length: number) {
  return { id, key, name, length, format: 'text', kind: 'text' } as const;
}

function drive<K extends string>(id: number, key: K, name: string) {
  return { id, key, name, length: 40, format: 'ascii', kind: 'drive' } as const;
}
