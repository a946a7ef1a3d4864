import type { Command } from 'commander';
import { NoMediumError } from '../../errors/index.js';
import type { Capacity, CapacityValue, CapacityValues } from '../../tape/capacity.js';
import type { DriveIdentity } from '../../tape/identity.js';
import type { MediumFormat } from '../../tape/medium-format.js';
import type { TapeSettings } from '../../tape/settings.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { type Answer, answering } from '../answer.js';
import { type DeviceOptions, driveCommand, READ_ONLY, withDrive } from '../device.js';
import { facts, table } from '../table.js';
import { formatBytes } from '../units.js';
import { identityFacts } from './status.js';

export function addInspect(program: Command): void {
  driveCommand(program, 'inspect', 'tell all that drive and cartridge tell about themselves').action(
    answering((options: DeviceOptions) => withDrive(options, inspect, READ_ONLY)),
  );
}

async function inspect(drive: TapeDrive): Promise<Answer> {
  const identity = await drive.identity();
  const settings = await drive.settings();
  const format = await unlessEmpty(drive.mediumFormat());
  const capacity = await unlessEmpty(drive.capacity());
  const document = {
    device: drive.device,
    identity,
    settings,
    format,
    capacity,
    blockLimits: await drive.blockLimits(),
    densities: await drive.densities(),
    timestamp: await drive.timestamp(),
    reservations: await drive.reservations(),
    supportedCommands: (await drive.supportedCommands())?.commands,
  };
  const lines = [...driveFacts(identity, settings), ...(format ? formatFacts(format) : [])];
  const sections = [facts(lines), capacity ? capacityTable(capacity) : 'no cartridge'];
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

type Fact = readonly [string, string | number | undefined];

function driveFacts(identity: DriveIdentity, settings: TapeSettings): Fact[] {
  return [
    ...identityFacts(identity),
    ["manufacturer's serial number", identity.manufacturerSerialNumber],
    ...(identity.names ?? []).map(({ type, name }): Fact => [`name (${type})`, name]),
    ['WORM', yesNo(identity.wormCapable, 'supported', 'not supported')],
    ['compression', yesNo(settings.compression, 'on', 'off')],
    ['programmable early warning', megabytes(settings.programmableEarlyWarningMegabytes)],
    ['append only', yesNo(settings.appendOnly, 'on', 'off')],
    ['partitions', settings.partitions],
  ];
}

function formatFacts({ format, guess, kind, canRead, canWrite, writeProtected }: MediumFormat): Fact[] {
  return [
    ['format', `${format ?? 'unknown'}${guess ? ' (a guess by capacity)' : ''}`],
    ['cartridge', kind],
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
  return table(['capacity', 'native', 'maximum', 'used', 'remaining'], [...rows, row('total', total)]);
}

function bytes(value: CapacityValue | undefined): string {
  return value ? formatBytes(value.bytes) : 'unknown';
}

function megabytes(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  return count === 0 ? 'off' : `${count} MB before early warning`;
}

function yesNo(value: boolean | undefined, yes: string, no: string): string | undefined {
  if (value === undefined) return undefined;
  return value ? yes : no;
}
