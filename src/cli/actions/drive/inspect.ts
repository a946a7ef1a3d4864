import { NoMediumError } from '../../../errors/index.js';
import type { BlockLimits } from '../../../scsi/commands/block-limits.js';
import { formatOfDensity } from '../../../scsi/generations/index.js';
import type { MamValues } from '../../../scsi/mam/values.js';
import type { EncryptionStatus } from '../../../tape/encryption/pages.js';
import type { Capacity, CapacityValue, CapacityValues } from '../../../tape/reports/capacity.js';
import type { Densities, Reservations } from '../../../tape/reports/drive-reports.js';
import type { DriveIdentity, DriveName } from '../../../tape/reports/identity.js';
import type { MediumFormat } from '../../../tape/reports/medium-format.js';
import type { TapeSettings } from '../../../tape/reports/settings.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type Fact, facts, table } from '../../output/table.js';
import { encryptionFacts, encryptionStatus } from '../../output/text/encryption.js';
import { identityFacts } from '../../output/text/identity.js';
import { formatBytes, formatCapacity } from '../../output/units.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

export function inspect(options: DeviceOptions) {
  return withDrive(options, tell, READ_ONLY);
}

async function tell(drive: TapeDrive) {
  const document = {
    device: drive.device,
    identity: await drive.identity(),
    settings: await drive.settings(),
    format: await unlessEmpty(drive.mediumFormat()),
    memory: (await unlessEmpty(drive.mam()))?.values,
    capacity: await unlessEmpty(drive.capacity()),
    blockLimits: await drive.blockLimits(),
    densities: await drive.densities(),
    timestamp: await drive.timestamp(),
    reservations: await drive.reservations(),
    encryption: await encryptionStatus(drive),
    supportedCommands: (await drive.supportedCommands())?.commands,
  };
  const { format, memory, capacity } = document;
  const sections = [
    facts(driveFacts(document)),
    format ? facts(cartridgeFacts(format, memory)) : 'no cartridge',
    ...(capacity && format?.kind !== 'cleaning' ? [capacityTable(capacity)] : []),
  ];
  return { document, text: sections.join('\n\n') };
}

async function unlessEmpty<T>(told: Promise<T>): Promise<T | undefined> {
  try {
    return await told;
  } catch (error) {
    if (error instanceof NoMediumError) return undefined;
    throw error;
  }
}

interface DriveReports {
  readonly identity: DriveIdentity;
  readonly settings: TapeSettings;
  readonly densities: Densities | undefined;
  readonly blockLimits: BlockLimits | undefined;
  readonly reservations: Reservations | undefined;
  readonly encryption: EncryptionStatus | undefined;
}

function driveFacts(reports: DriveReports): Fact[] {
  const { identity, settings, densities, blockLimits, reservations, encryption } = reports;
  const { serialNumber, manufacturerSerialNumber } = identity;
  return [
    ...identityFacts(identity),
    ["maker's serial number", manufacturerSerialNumber === serialNumber ? undefined : manufacturerSerialNumber],
    ["library's serial number", identity.automationSerialNumber],
    ...worldWideNames(identity),
    ['writes', formats(densities, true)],
    ['only reads', formats(densities, false)],
    ['WORM cartridges', yesNo(identity.wormCapable, 'supported', 'not supported')],
    ['records', blockLimits && recordLengths(blockLimits)],
    ['compression', yesNo(settings.compression, 'on', 'off')],
    ['programmable early warning', megabytes(settings.programmableEarlyWarningMegabytes)],
    ['append only', yesNo(settings.appendOnly, 'on', 'off')],
    ['block protection', protectionLeft(settings)],
    ...(encryption ? encryptionFacts(encryption) : []),
    ['reserved', reservations && (reservations.holder ? `by key 0x${reservations.holder.key}` : 'no')],
  ];
}

function protectionLeft({ protection }: TapeSettings): string | undefined {
  if (protection === undefined || protection === 'off') return protection;
  return `${protection}, left on by a program that has ended, or in use: \`lto unprotect\` switches it off`;
}

const ASSOCIATION_NAMES: Readonly<Record<DriveName['association'], string>> = {
  logicalUnit: 'drive',
  targetPort: 'port',
  targetDevice: 'device',
  reserved: 'other',
};

function worldWideNames({ names = [] }: DriveIdentity): Fact[] {
  return names
    .filter(({ type }) => type === 'naa' || type === 'eui64')
    .map(({ association, name }) => [`world-wide name (${ASSOCIATION_NAMES[association]})`, name]);
}

/** The formats that the drive writes, or those that it only reads. */
function formats(densities: Densities | undefined, writable: boolean): string | undefined {
  const fitting = densities?.drive.filter((density) => density.writable === writable) ?? [];
  const names = fitting.map(
    ({ primaryDensityCode, densityName }) => formatOfDensity(primaryDensityCode) ?? densityName,
  );
  return names.length === 0 ? undefined : [...new Set(names)].join(', ');
}

function recordLengths({ minimumBlockLength, maximumBlockLength }: BlockLimits): string {
  return `${formatBytes(minimumBlockLength)} to ${formatBytes(maximumBlockLength)}`;
}

const KINDS: Readonly<Record<string, string>> = { data: 'data', worm: 'WORM (written once)', cleaning: 'cleaning' };

function cartridgeFacts(medium: MediumFormat, memory: MamValues = {}): Fact[] {
  const { kind = 'of unknown kind' } = medium;
  return [
    ['cartridge', KINDS[kind] ?? kind],
    ...(kind === 'cleaning' ? [] : formatFacts(medium)),
    ['barcode', memory.barcode],
    ['serial number', memory.serialNumber],
    ['made by', [memory.manufacturer, memory.manufactureDate].filter(Boolean).join(', ') || undefined],
  ];
}

function formatFacts({ format, guess, contradictedBy, canRead, canWrite, writeProtected }: MediumFormat): Fact[] {
  return [
    ['format', `${format ?? 'unknown'}${guess ? ' (a guess by capacity)' : ''}`],
    ['format contradicted by', contradictedBy.join(', ') || undefined],
    ['this drive reads it', yesNo(canRead, 'yes', 'no')],
    ['this drive writes it', yesNo(canWrite, 'yes', 'no')],
    ['write protection', yesNo(writeProtected, 'on', 'off')],
  ];
}

function capacityTable({ total, partitions }: Capacity): string {
  const row = (name: string, values: CapacityValues) => {
    return [name, bytes(values.native), bytes(values.maximum), bytes(values.used), bytes(values.remaining)];
  };
  const rows = partitions.map((values) => row(`partition ${values.partition}`, values));
  const sum = partitions.length > 1 ? [row('total', total)] : [];
  return table(['capacity', 'native', 'maximum', 'used', 'remaining'], [...rows, ...sum]);
}

function bytes(value: CapacityValue | undefined): string {
  return value ? formatCapacity(value.bytes) : 'unknown';
}

function megabytes(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  return count === 0 ? 'off' : `${count} MB before early warning`;
}

function yesNo(value: boolean | undefined, yes: string, no: string): string | undefined {
  if (value === undefined) return undefined;
  return value ? yes : no;
}
