import { VERSION } from '../../addon/version.js';
import { CALL_OPTIONS, type CallOptions, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ifWellFormed } from '../../device/well-formed.js';
import { LtoError } from '../../errors/index.js';
import { readAttribute } from '../../scsi/commands/attribute.js';
import { inquiry, modeSense10 } from '../../scsi/commands/primary.js';
import { reportDensitySupport } from '../../scsi/commands/transfer.js';
import { decodeModeSense } from '../../scsi/mode/parameter-list.js';
import { SECURITY_IN_PAGE, securityProtocolIn } from '../../scsi/security/protocol.js';
import { decodeSupportedPages } from '../../scsi/vpd/pages.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import type { Transport } from '../../transport/transport.js';
import { CAPTURE_FORMAT, type CapturedReply, type DriveCapture } from '../../virtual/capture/capture.js';
import { openTransport } from '../open/open-transport.js';
import { TapeDrive } from '../tape-drive.js';
import { recordingTransport } from './recording-transport.js';
import { redact } from './redact.js';
import { secretsOf } from './secrets.js';

const ALL_PAGES = 0x3f;
const ALL_SUBPAGES = 0xff;

/**
 * Everything that a drive, its cartridge and its driver report, as raw bytes, for a report of a problem: see
 * docs/captures.md. Nothing is moved, written or cleared, page 2Eh is left out, and serial numbers, barcodes, names and key
 * identifiers are replaced. Rejects as `TapeDrive.open`.
 */
export async function captureDrive(device: string, options: CallOptions = {}): Promise<DriveCapture> {
  const details = { operation: 'capture' };
  requireNonEmptyText('device', device, details);
  requireOptions(options, { device, ...details }, CALL_OPTIONS);
  const transport = await openTransport(device, { readOnly: true, signal: options.signal });
  try {
    return await captureTransport(transport, options);
  } finally {
    await transport.close();
  }
}

/** As `captureDrive`, on a transport that stays open. */
export async function captureTransport(transport: Transport, { signal }: CallOptions = {}): Promise<DriveCapture> {
  const replies = new Map<string, CapturedReply>();
  const recording = recordingTransport(transport, replies);
  const drive = TapeDrive.onTransport(recording);
  const ask = async (question: () => Promise<unknown>) => {
    signal?.throwIfAborted();
    await question().catch(known);
  };
  for (const question of QUESTIONS) await ask(() => question(drive));
  for (const command of await commandsOf(recording)) await ask(() => recording.scsi(command));
  for (const { page, subpage } of (await drive.logPages().catch(() => undefined)) ?? [])
    await ask(() => drive.logPage(page, subpage));
  for (const partition of (await drive.partitions().catch(() => undefined)) ?? [0]) {
    await ask(() => drive.mam({ partition }));
    await ask(() => drive.attributeLists({ partition }));
    await ask(() => recording.scsi(readAttribute({ partition })));
  }
  const secrets = await secretsOf(drive);
  const driver = await drive.status().catch(() => undefined);
  return {
    format: CAPTURE_FORMAT,
    version: 1,
    made: new Date().toISOString(),
    by: `node-lto ${VERSION}`,
    maxTransfer: transport.maxTransfer,
    replies: redact([...replies.values()], secrets),
    driver: driver && Object.fromEntries(Object.entries(driver).map(([name, value]) => [name, value ?? null])),
  };
}

/** What the library asks a drive, in the form in which it asks. */
const QUESTIONS: readonly ((drive: TapeDrive) => Promise<unknown>)[] = [
  (drive) => drive.identity(),
  (drive) => drive.readiness(),
  (drive) => drive.settings(),
  (drive) => drive.supportedCommands(),
  (drive) => drive.blockLimits(),
  (drive) => drive.densities(),
  (drive) => drive.mediumFormat(),
  (drive) => drive.memoryAndFormat(),
  (drive) => drive.capacity(),
  (drive) => drive.health(),
  (drive) => drive.alerts(),
  (drive) => drive.writeRights(),
  (drive) => drive.timestamp(),
  (drive) => drive.position(),
  (drive) => drive.encryption.capabilities(),
];

/** Pages beyond those that the library reads. */
async function commandsOf(recording: Transport): Promise<readonly ScsiCommand[]> {
  const listOf = async (command: ScsiCommand) => (await recording.scsi(command)).data;
  const vpd = listOr([], decodeSupportedPages, await listOf(inquiry({ vpdPage: 0 })));
  const modes = await listOf(modeSense10({ pageCode: ALL_PAGES, subpageCode: ALL_SUBPAGES }));
  const pages = listOr([], (bytes) => decodeModeSense(bytes, 10).pages, modes);
  return [
    ...vpd.map((vpdPage) => inquiry({ vpdPage })),
    ...pages.map(({ pageCode, subpageCode }) => modeSense10({ pageCode, subpageCode })),
    reportDensitySupport(),
    ...[SECURITY_IN_PAGE.inSupport, SECURITY_IN_PAGE.outSupport].map((page) => securityProtocolIn(page)),
  ];
}

function listOr<T>(
  otherwise: readonly T[],
  decode: (bytes: Uint8Array) => readonly T[],
  bytes: Uint8Array,
): readonly T[] {
  return ifWellFormed(() => decode(bytes)) ?? otherwise;
}

/** A drive need not answer everything: what it refuses is in the capture. */
function known(error: unknown): void {
  if (!(error instanceof LtoError)) throw error;
}
