import { InvalidArgumentError } from '../../../errors/index.js';
import type { SettingChanges, TapeSettings } from '../../../tape/reports/settings.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { parseCount } from '../../input/numbers.js';
import { type Fact, facts } from '../../output/table.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface ConfigurationOptions extends DeviceOptions {
  readonly compression?: string;
  readonly appendOnly?: string;
  readonly earlyWarning?: string;
}

/** Shows the settings of the drive, or changes those that are given; each is read back. */
export async function configuration(options: ConfigurationOptions) {
  const { compression, appendOnly, earlyWarning, ...device } = options;
  return configured(device, {
    ...(compression !== undefined && { compression: parseSwitch('--compression', compression) }),
    ...(appendOnly !== undefined && { appendOnly: parseSwitch('--append-only', appendOnly) }),
    ...(earlyWarning !== undefined && { programmableEarlyWarningMegabytes: parseCount(earlyWarning) }),
  });
}

export async function compression(options: DeviceOptions, state?: string) {
  const changes = state === undefined ? {} : { compression: parseSwitch('compression', state) };
  const { document, settings } = await settled(options, changes);
  const capable = settings.compressionCapable === false ? 'this drive cannot compress' : undefined;
  return { document, text: capable ?? onOff(settings.compression) ?? 'the drive does not tell' };
}

async function configured(options: DeviceOptions, changes: SettingChanges) {
  const { document, settings } = await settled(options, changes);
  return { document, text: facts(settingFacts(settings)) };
}

function settled(options: DeviceOptions, changes: SettingChanges) {
  const work = async (drive: TapeDrive) => {
    const isChange = Object.keys(changes).length > 0;
    const settings = isChange ? await drive.configure(changes) : await drive.settings();
    return { document: { device: drive.device, ...settings }, settings };
  };
  return withDrive(options, work, READ_ONLY);
}

function parseSwitch(name: string, text: string): boolean {
  if (text === 'on') return true;
  if (text === 'off') return false;
  throw new InvalidArgumentError(`${name} is on or off, not ${JSON.stringify(text)}`);
}

function onOff(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? 'on' : 'off';
}

function settingFacts(settings: TapeSettings): Fact[] {
  const { programmableEarlyWarningMegabytes: megabytes, blockLength, densityCode } = settings;
  return [
    ['compression', onOff(settings.compression)],
    ['programmable early warning', megabytes === 0 ? 'off' : megabytes && `${megabytes} MB before early warning`],
    ['append only', onOff(settings.appendOnly)],
    ['block protection', settings.protection],
    ['buffered writing', onOff(settings.buffered)],
    ['block mode', blockLength === 0 ? 'variable' : blockLength && `fixed, ${blockLength} bytes`],
    ['density code', densityCode && `0x${densityCode.toString(16)}`],
    ['partitions', settings.partitions],
    ['most partitions', settings.maximumPartitions],
    ['active partition', settings.activePartition],
    ['write protection', onOff(settings.writeProtected)],
    ['WORM cartridge', settings.worm === undefined ? undefined : settings.worm ? 'yes' : 'no'],
  ];
}
