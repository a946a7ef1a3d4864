import type { CallOptions } from '../../arguments/options.js';
import { UNKNOWN_ADAPTER } from '../../backends/linux/host-adapter.js';
import { IllegalRequestError } from '../../errors/index.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { isCdbOf } from '../../scsi/wire/opcodes.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import type { Transport } from '../../transport/transport.js';
import { isPlainQuery } from '../port/plain-queries.js';

/** Reading this page clears the TapeAlert flags, which another program may be waiting for. */
const TAPE_ALERT_PAGE = 0x2e;
const CHECK_CONDITION = 0x02;
/** ILLEGAL REQUEST, INVALID FIELD IN CDB, fixed format. */
const REFUSED = Uint8Array.of(0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0, 0, 0);

type Send = (command: ScsiRequest, options?: CallOptions) => Promise<ScsiReply>;

/**
 * A transport through which nothing is moved, written or cleared. `who` does not: the subject of the message. What is no
 * plain query is answered as by a drive that does not have it; queries go through `send`.
 */
export function queriesOnly(transport: ScsiTransport, who: string, send: Send): Transport {
  const { device, queryDevice } = transport;
  const refused = async (): Promise<never> => {
    throw new IllegalRequestError(`${who} moves and writes nothing`, { device, operation: who });
  };
  const none = (): never => {
    throw new IllegalRequestError(`${who} moves no data`, { device, operation: who });
  };
  return {
    device,
    queryDevice,
    maxTransfer: UNKNOWN_ADAPTER,
    scsi: async (command, options) => (isHarmless(command) ? send(command, options) : refusal()),
    status: refused,
    tell: refused,
    allocate: (bytes) => new Uint8Array(bytes),
    createPool: none,
    createCrc32: none,
    mt: refused,
    writeRecords: refused,
    readRecords: refused,
    reopen: refused,
    close: () => transport.close(),
  };
}

function isHarmless({ name, cdb }: ScsiRequest): boolean {
  return isPlainQuery(name) && !(isCdbOf('LOG SENSE', cdb) && ((cdb[2] ?? 0) & 0x3f) === TAPE_ALERT_PAGE);
}

/** As a drive refuses what it does not have. */
export function refusal(): ScsiReply {
  const data = new Uint8Array(0);
  return { status: CHECK_CONDITION, hostStatus: 0, driverStatus: 0, sense: REFUSED, data, residual: 0, duration: 0 };
}
