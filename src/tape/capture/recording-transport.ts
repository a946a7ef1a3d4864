import type { CallOptions } from '../../arguments/options.js';
import { IllegalRequestError } from '../../errors/index.js';
import { toHex } from '../../scsi/wire/bytes.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { isCdbOf } from '../../scsi/wire/opcodes.js';
import type { Transport } from '../../transport/transport.js';
import type { CapturedReply } from '../../virtual/capture/capture.js';

/** Reading this page clears the TapeAlert flags. */
const TAPE_ALERT_PAGE = 0x2e;
const CHECK_CONDITION = 0x02;
/** ILLEGAL REQUEST, INVALID FIELD IN CDB, fixed format. */
const REFUSED = Uint8Array.of(0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0, 0, 0);

/** A transport that sends queries only, and keeps what was answered. Nothing is moved, written or cleared through it. */
export function recordingTransport(transport: Transport, replies: Map<string, CapturedReply>): Transport {
  const { device, queryDevice, maxTransfer } = transport;
  const refused = (): never => {
    throw new IllegalRequestError('a capture moves and writes nothing', { device, operation: 'capture' });
  };
  return {
    device,
    queryDevice,
    maxTransfer,
    scsi: (command, options) => record(transport, command, replies, options),
    status: (options) => transport.status(options),
    tell: (options) => transport.tell(options),
    allocate: (bytes) => transport.allocate(bytes),
    createPool: (...parameters) => transport.createPool(...parameters),
    createCrc32: (algorithm) => transport.createCrc32(algorithm),
    mt: async () => refused(),
    writeRecords: async () => refused(),
    readRecords: async () => refused(),
    reopen: async () => refused(),
    close: () => transport.close(),
  };
}

async function record(
  transport: Transport,
  command: ScsiRequest,
  replies: Map<string, CapturedReply>,
  options?: CallOptions,
): Promise<ScsiReply> {
  const { cdb } = command;
  const clears = isCdbOf('LOG SENSE', cdb) && ((cdb[2] ?? 0) & 0x3f) === TAPE_ALERT_PAGE;
  if (clears || command.direction === 'out') return refusal();
  const reply = await transport.scsi(command, options);
  const key = toHex(cdb);
  // Unit attentions come first, and are no answer.
  const { status, data, sense } = reply;
  const captured = { command: command.name, cdb: key, status, data: toHex(data), sense: toHex(sense) };
  if (status === 0 || !replies.has(key)) replies.set(key, captured);
  return reply;
}

function refusal(): ScsiReply {
  const nothing = new Uint8Array(0);
  return {
    status: CHECK_CONDITION,
    hostStatus: 0,
    driverStatus: 0,
    sense: REFUSED,
    data: nothing,
    residual: 0,
    duration: 0,
  };
}
