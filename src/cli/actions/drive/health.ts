import type { CartridgeWear, TransferErrors } from '../../../tape/reports/health/facts.js';
import type { Health } from '../../../tape/reports/health/health.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type Fact, facts } from '../../output/table.js';
import { visible } from '../../output/terminal.js';
import { formatCapacity } from '../../output/units.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { exitCodeOf } from '../../run/exit-codes.js';

export function health(options: DeviceOptions): Promise<CommandResult> {
  return withDrive(options, tell, READ_ONLY);
}

async function tell(drive: TapeDrive): Promise<CommandResult> {
  const told = await drive.health();
  return {
    document: { device: drive.device, ...told },
    text: [...verdictLines(told), '', facts([...healthFacts(told), ...noticeFacts(told)])].join('\n'),
    exitCode: told.verdict === 'bad' ? exitCodeOf('LTO_MEDIUM_ERROR') : 0,
  };
}

function verdictLines({ verdict, reasons }: Health): string[] {
  return [verdict, ...reasons.map((reason) => `  ${reason.verdict}: ${visible(reason.what)}. ${reason.action}`)];
}

function healthFacts({ drive, temperature, cleaning, writing, reading, compression, cartridge }: Health): Fact[] {
  return [
    ['temperature', temperature === undefined ? undefined : `${temperature} °C`],
    ['loads of the drive', drive?.loads],
    ['power-on hours', drive?.powerOnHours],
    ['hours since cleaning', cleaning.motionHoursSinceCleaning],
    ['cleanings', drive?.cleanings],
    ['written since load', errorsText(writing)],
    ['read since load', errorsText(reading)],
    ['compression', compressionText(compression)],
    ...(cartridge ? wearFacts(cartridge) : []),
  ];
}

/** Informational TapeAlert flags, which do not affect the verdict. */
function noticeFacts({ alerts }: Health): Fact[] {
  const notices = alerts?.flags.filter(({ severity }) => severity === 'I') ?? [];
  return notices.map(({ flag, meaning, action }) => [`TapeAlert ${flag}`, `${meaning}. ${action}`]);
}

function errorsText({ bytes, uncorrected, retriesPerGigabyte }: TransferErrors): string | undefined {
  if (bytes === undefined) return undefined;
  const retries = retriesPerGigabyte === undefined ? '' : `, ${retriesPerGigabyte.toFixed(2)} retries per gigabyte`;
  return `${formatCapacity(bytes)}, ${uncorrected ?? 'unknown'} uncorrected ${uncorrected === 1 ? 'error' : 'errors'}${retries}`;
}

function compressionText({ enabled, writeRatio }: Health['compression']): string | undefined {
  if (enabled === undefined) return undefined;
  const ratio = writeRatio === undefined ? '' : `, ratio ${writeRatio.toFixed(2)}`;
  return `${enabled ? 'on' : 'off'}${ratio}`;
}

function wearFacts(wear: CartridgeWear): Fact[] {
  const { loads, bytesWritten, bytesRead, lifeRemainingPercent, cleaningsLeft } = wear;
  return [
    ['loads of the cartridge', loads],
    ['written in its life', bytesWritten === undefined ? undefined : formatCapacity(bytesWritten)],
    ['read in its life', bytesRead === undefined ? undefined : formatCapacity(bytesRead)],
    ['useful life left', lifeRemainingPercent === undefined ? undefined : `${lifeRemainingPercent} %`],
    ['cleanings left', cleaningsLeft],
  ];
}
