import type { LongPosition } from '../../../scsi/commands/read-position.js';
import { formatOf } from '../../../scsi/generations/index.js';
import type { TapeStatus } from '../../../tape/port/tape-status.js';
import type { Readiness } from '../../../tape/reports/readiness.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type Fact, facts } from '../../output/table.js';
import { encryptionFacts, encryptionStatus } from '../../output/text/encryption.js';
import { identityFacts } from '../../output/text/identity.js';
import { readinessText } from '../../output/text/readiness.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { exitCodeOf } from '../../run/exit-codes.js';

export async function status({ library, ...options }: DeviceOptions) {
  if (library === undefined) return withDrive(options, tell, READ_ONLY);
  const { libraryDrives } = await import('../library/drives.js');
  return libraryDrives(library);
}

async function tell(drive: TapeDrive) {
  const identity = await drive.identity();
  const readiness = await drive.readiness();
  const ready = readiness.state === 'ready';
  const tape = ready ? await drive.status() : undefined;
  const position = ready ? await drive.position() : undefined;
  const encryption = await encryptionStatus(drive);
  const format = tape && formatOf({ currentDensity: tape.densityCode })?.format;
  return {
    document: { device: drive.device, identity, readiness, tape, position, format, encryption },
    text: facts([
      ['device', drive.device],
      ...identityFacts(identity),
      ['readiness', readinessText(readiness)],
      ...(tape ? tapeFacts(tape, format) : []),
      ...(position ? positionFacts(position) : []),
      ...(encryption ? encryptionFacts(encryption) : []),
    ]),
    exitCode: EXIT_CODES[readiness.state],
  };
}

const EXIT_CODES: Readonly<Record<Readiness['state'], number>> = {
  ready: 0,
  'no-medium': exitCodeOf('LTO_NO_MEDIUM'),
  'not-loaded': exitCodeOf('LTO_NO_MEDIUM'),
  'becoming-ready': exitCodeOf('LTO_NOT_READY'),
  'not-ready': exitCodeOf('LTO_NOT_READY'),
};

function tapeFacts(tape: TapeStatus, format: string | undefined): Fact[] {
  const density = `0x${tape.densityCode.toString(16).padStart(2, '0')}`;
  const flags: readonly (readonly [boolean, string])[] = [
    [tape.beginningOfPartition, 'beginning of tape'],
    [tape.filemark, 'behind a filemark'],
    [tape.endOfData, 'end of data'],
    [tape.earlyWarning, 'early warning'],
  ];
  const where = flags.flatMap(([holds, name]) => (holds ? [name] : []));
  return [
    ['format', format ? `${format} (density code ${density})` : `unknown (density code ${density})`],
    ['write protection', tape.writeProtected ? 'on' : 'off'],
    ['block mode', tape.blockSize === 0 ? 'variable' : `fixed, ${tape.blockSize} bytes`],
    ['cleaning', tape.cleaningRequested ? 'requested' : 'not requested'],
    ['file number', tape.fileNumber ?? 'unknown'],
    ['block number', tape.blockNumber ?? 'unknown'],
    ['stands at', where.length > 0 ? where.join(', ') : undefined],
  ];
}

function positionFacts({ partition, logicalObject }: LongPosition): Fact[] {
  return [
    ['partition', partition],
    ['logical object', logicalObject === undefined ? 'unknown' : String(logicalObject)],
  ];
}
