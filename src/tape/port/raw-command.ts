import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { type RawCommand, type RawReply, rawReply, rawRequest } from '../../device/raw-command.js';
import { InvalidArgumentError } from '../../errors/index.js';
import type { DrivePort } from './drive-port.js';
import { isPlainQuery } from './plain-queries.js';

/**
 * Operation codes that write to the tape or remove its protection. Only the write gate lets data onto the tape, because
 * it knows the cartridge: none of these may bypass it, with any service action.
 */
const WRITES: Readonly<Record<number, string>> = {
  4: 'FORMAT MEDIUM',
  10: 'WRITE(6)',
  11: 'SET CAPACITY',
  16: 'WRITE FILEMARKS(6)',
  24: 'COPY',
  25: 'ERASE(6)',
  58: 'COPY AND VERIFY',
  128: 'WRITE FILEMARKS(16)',
  130: 'ALLOW OVERWRITE',
  131: 'EXTENDED COPY',
  138: 'WRITE(16)',
  147: 'ERASE(16)',
};

const SEND_DIAGNOSTIC = 0x1d;
/** UNITOFFL: the test may write on the medium (SPC-5, SEND DIAGNOSTIC). */
const UNIT_OFFLINE = 0x01;

/**
 * Sends the caller's command and resolves with the drive's reply. Except for plain queries it waits for its turn like a
 * motion, and afterwards position, cartridge, settings and confirmed key count as unknown.
 */
export async function sendRaw(port: DrivePort, command: RawCommand, options?: CallOptions): Promise<RawReply> {
  const { request, timeoutMs } = rawRequest(command, port.device);
  requireOptions(options, { device: port.device, operation: request.name }, CALL_OPTIONS);
  requireHarmless(request.cdb, port.device);
  const sendOptions = { signal: options?.signal, timeoutMs };
  const send = async () => rawReply((await port.executeOnce(request, sendOptions)).reply, port.vendor);
  if (isPlainQuery(request.name) && request.direction !== 'out') return send();
  return port.lease.exclusively(
    request.name,
    async () => {
      try {
        return await send();
      } finally {
        port.losePosition(
          { device: port.device, operation: request.name },
          'a command of the caller was sent past the driver',
        );
      }
    },
    options?.signal,
  );
}

function requireHarmless(cdb: Uint8Array, device: string): void {
  const [operationCode = 0, flags = 0] = cdb;
  const testsOnMedium = operationCode === SEND_DIAGNOSTIC && (flags & UNIT_OFFLINE) !== 0;
  const name = testsOnMedium ? 'SEND DIAGNOSTIC with UNITOFFL' : WRITES[operationCode];
  if (name === undefined) return;
  throw new InvalidArgumentError(`${name} may destroy data, and is not sent as a raw command`, {
    device,
    operation: name,
    next: 'Use the method that writes, erases or formats: it identifies the cartridge first',
  });
}
