import { InvalidArgumentError } from '../../../errors/index.js';
import type { CartridgeWear, TransferErrors } from '../../../tape/reports/health/facts.js';
import type { Health } from '../../../tape/reports/health/health.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type Fact, facts } from '../../output/table.js';
import { verdictLines } from '../../output/text/verdict.js';
import { formatCapacity } from '../../output/units.js';
import { type DeviceOptions, historyPath, READ_ONLY, withDrive } from '../../run/device.js';
import { exitCodeOf } from '../../run/exit-codes.js';

export function health(options: DeviceOptions) {
  const path = options.history === undefined ? undefined : requireHistory(options);
  return withDrive(options, (drive) => tell(drive, path), READ_ONLY);
}

function requireHistory(options: DeviceOptions): string {
  const path = historyPath(options);
  if (path !== undefined) return path;
  throw new InvalidArgumentError('no history is named', {
    next: 'Name its file with --history or LTO_HISTORY; jobs keep it with the same option, or historyFile of a provider',
  });
}

async function tell(drive: TapeDrive, path: string | undefined) {
  const told = await drive.health();
  const past = path === undefined ? undefined : await (await import('./history.js')).judgedPast(drive, told, path);
  const lines = [...verdictLines(told), '', facts([...healthFacts(told), ...noticeFacts(told)])];
  return {
    document: { device: drive.device, ...told, ...(past && { history: past.report }) },
    text: [...lines, ...(past?.lines ?? [])].join('\n'),
    exitCode: told.verdict === 'bad' ? exitCodeOf('LTO_MEDIUM_ERROR') : 0,
  };
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
