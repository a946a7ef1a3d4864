import { toHex } from '../../scsi/wire/bytes.js';
import type { Transport } from '../../transport/transport.js';
import type { CapturedReply } from '../../virtual/capture/capture.js';
import { queriesOnly } from '../observe/queries-only.js';

/** A transport that sends queries only, and keeps what was answered. Nothing is moved, written or cleared through it. */
export function recordingTransport(transport: Transport, replies: Map<string, CapturedReply>): Transport {
  const queries = queriesOnly(transport, 'a capture', async (command, options) => {
    const reply = await transport.scsi(command, options);
    const key = toHex(command.cdb);
    // Unit attentions come first, and are no answer.
    const { status, data, sense } = reply;
    const captured = { command: command.name, cdb: key, status, data: toHex(data), sense: toHex(sense) };
    if (status === 0 || !replies.has(key)) replies.set(key, captured);
    return reply;
  });
  return {
    ...queries,
    maxTransfer: transport.maxTransfer,
    status: (options) => transport.status(options),
    tell: (options) => transport.tell(options),
    allocate: (bytes) => transport.allocate(bytes),
    createPool: (...parameters) => transport.createPool(...parameters),
    createCrc32: (algorithm) => transport.createCrc32(algorithm),
  };
}
