import { channel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { LtoError } from '../errors/index.js';
import { senseCodes } from '../errors/sense-codes.js';
import { toHex } from '../scsi/wire/bytes.js';

/** One command to the drive or the driver, published when it ends. It never contains data, so never a key. */
export interface CommandEvent {
  readonly device: string;
  /** The standard's name of a SCSI command, an operation with its count (`MTFSF 1`), `write` or `read`. */
  readonly operation: string;
  /** The CDB in hex digits; undefined for an operation of the driver. */
  readonly cdb: string | undefined;
  /** Milliseconds, including the time in the queue. */
  readonly duration: number;
  /** `good`, the sense (`6/28/00`), an errno name, the code of an error, or what stopped a transfer. */
  readonly outcome: string;
}

/** Name of the diagnostics channel on which every `CommandEvent` is published. */
export const COMMAND_CHANNEL = 'node-lto:command';

const commands = channel(COMMAND_CHANNEL);
const debug = debuglog('lto');

interface Described {
  readonly device: string;
  readonly operation: string;
  readonly cdb?: Uint8Array | undefined;
}

/** Runs `work` and publishes it on the channel, and on standard error with NODE_DEBUG=lto. */
export async function logged<T>(
  described: Described,
  work: () => Promise<T>,
  outcomeOf: (result: T) => string = () => 'good',
): Promise<T> {
  if (!commands.hasSubscribers && !debug.enabled) return work();
  const begun = performance.now();
  try {
    const result = await work();
    publish(described, begun, outcomeOf(result));
    return result;
  } catch (error) {
    publish(described, begun, outcomeOfError(error));
    throw error;
  }
}

function publish({ device, operation, cdb }: Described, begun: number, outcome: string): void {
  const duration = performance.now() - begun;
  const event: CommandEvent = { device, operation, cdb: cdb && toHex(cdb), duration, outcome };
  commands.publish(event);
  debug('%s %s%s %d ms %s', device, operation, event.cdb ? ` [${event.cdb}]` : '', duration.toFixed(1), outcome);
}

function outcomeOfError(error: unknown): string {
  if (error instanceof LtoError) return error.sense ? senseCodes(error.sense) : (error.errno ?? error.code);
  return error instanceof Error && 'code' in error ? String(error.code) : 'error';
}
