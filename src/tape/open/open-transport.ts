import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { replyError } from '../../device/sense-errors.js';
import { NotATapeDriveError } from '../../errors/index.js';
import { decodeInquiry, SEQUENTIAL_ACCESS_DEVICE } from '../../scsi/commands/inquiry.js';
import { inquiry } from '../../scsi/commands/primary.js';
import type { Transport } from '../../transport/transport.js';
import { type BlockProtection, requireBlockProtection } from '../block-protection/options.js';
import { type Located, locateDevice } from './locate-device.js';
import { openError } from './open-errors.js';

export interface OpenOptions extends CallOptions {
  /** Opens for reading only: every write is refused. */
  readonly readOnly?: boolean | undefined;
  /** Default logical block protection of streams: see `BlockProtection`. Default `off`. */
  readonly protection?: BlockProtection | undefined;
}

const OPEN_OPTIONS: OptionNames<OpenOptions> = { ...CALL_OPTIONS, readOnly: true, protection: true };

/** Resolves the device string and opens the device, after INQUIRY confirmed a sequential-access device. */
export async function openTransport(device: string, options: OpenOptions = {}): Promise<Transport> {
  requireOptions(options, { operation: 'open' }, OPEN_OPTIONS);
  requireBlockProtection(options.protection, { device, operation: 'open' });
  options.signal?.throwIfAborted();
  const located = await locateDevice(device);
  try {
    return await openLocated(located, options);
  } catch (error) {
    throw await openError(error, located);
  }
}

/** Loads only the modules that this kind of drive needs. */
async function openLocated(located: Located, { readOnly }: OpenOptions): Promise<Transport> {
  if (located.kind === 'virtual') {
    const { VirtualTransport } = await import('../../backends/virtual/virtual-transport.js');
    return VirtualTransport.open(located, { readOnly });
  }
  const { NativeTransport } = await import('../../backends/linux/linux-transport.js');
  return NativeTransport.open({ ...located, readOnly }, requireSequentialAccess);
}

async function requireSequentialAccess(transport: Transport): Promise<void> {
  const command = inquiry();
  const reply = await transport.scsi(command);
  const error = replyError(reply, command, { device: transport.queryDevice });
  if (error) throw error;
  const { peripheralDeviceType, peripheralQualifier } = decodeInquiry(reply.data);
  if (peripheralQualifier === 0 && peripheralDeviceType === SEQUENTIAL_ACCESS_DEVICE) return;
  throw new NotATapeDriveError(`this is not a sequential-access device (type ${peripheralDeviceType})`, {
    device: transport.device,
    operation: command.name,
    next: 'Name the node of a tape drive',
  });
}
