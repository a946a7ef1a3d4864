import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { replyError } from '../../device/sense-errors.js';
import { fromSystemError } from '../../device/system-errors.js';
import { DeviceNotFoundError, InvalidArgumentError, NotALibraryError } from '../../errors/index.js';
import { decodeInquiry, MEDIUM_CHANGER, type StandardInquiry } from '../../scsi/commands/inquiry.js';
import { inquiry } from '../../scsi/commands/primary.js';
import { deviceNodeOf } from '../../tape/open/locate-device.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import { type DriveNode, nativeDriveNodes } from './drive-nodes.js';

export interface LibraryName {
  readonly vendor: string;
  readonly product: string;
  /** Firmware. */
  readonly revision: string;
  readonly serialNumber: string | undefined;
}

/** A changer that is open, and where its drives may be. */
export interface OpenChanger {
  readonly transport: ScsiTransport;
  readonly inquiry: StandardInquiry;
  /** The tape nodes among which its drives are looked for. */
  nodes(): Promise<readonly DriveNode[]>;
}

const VIRTUAL = 'virtual:';
/** Peripheral device type of a medium changer, as sysfs writes it. */
const TYPE_CHANGER = String(MEDIUM_CHANGER);

/**
 * Opens `/dev/sg3`, `/dev/sch0`, a link to one (`/dev/tape/by-id/…-changer`) or `virtual:<folder>`, after INQUIRY has
 * shown that it is a medium changer.
 */
export async function openChanger(device: string): Promise<OpenChanger> {
  if (typeof device !== 'string' || device === '' || device === VIRTUAL) {
    throw new InvalidArgumentError('names no library', { next: 'Name a node such as /dev/sg3, or virtual:<folder>' });
  }
  const opened = device.startsWith(VIRTUAL) ? await openVirtual(device) : await openNative(device);
  try {
    return { ...opened, inquiry: await requireChanger(opened.transport) };
  } catch (error) {
    await opened.transport.close().catch(() => undefined);
    throw error;
  }
}

async function openVirtual(device: string): Promise<Omit<OpenChanger, 'inquiry'>> {
  const { VirtualChanger } = await import('../../backends/virtual/virtual-changer.js');
  const folder = device.slice(VIRTUAL.length);
  const transport = await VirtualChanger.open({ device, folder });
  const nodes = transport.library.drives.map(({ identity }, index) => ({
    device: `${VIRTUAL}${join(folder, 'drives', String(index + 1))}`,
    serialNumbers: [identity.serial],
  }));
  return { transport, nodes: async () => nodes };
}

async function openNative(device: string): Promise<Omit<OpenChanger, 'inquiry'>> {
  if (process.platform !== 'linux') {
    throw new DeviceNotFoundError(`real libraries are driven on Linux only (this is ${process.platform})`, {
      device,
      next: 'Use a virtual library here: virtual:<folder>',
    });
  }
  const { node, sysfs } = await deviceNodeOf(device);
  const type = sysfs && (await readFile(join(sysfs, 'type'), 'latin1').catch(() => '')).trim();
  if (sysfs === undefined || type !== TYPE_CHANGER) {
    const what = type ? `peripheral device type ${type}` : 'no SCSI device';
    throw new NotALibraryError(`this is not a medium changer (${what})`, {
      device,
      next: 'Name the node of a library; `lto library list` lists them',
    });
  }
  const [name] = await readdir(join(sysfs, 'scsi_generic')).catch((): string[] => []);
  if (name === undefined) {
    throw new DeviceNotFoundError('the library has no sg node', { device, next: 'Load the module: modprobe sg' });
  }
  const { SgTransport } = await import('../../backends/linux/sg-transport.js');
  const path = join('/dev', name);
  const own = (await realpath(path).catch(() => undefined)) === node ? node : path;
  const transport = await SgTransport.open(device, own).catch((error: unknown) => {
    throw fromSystemError(error, { device, operation: 'open' }, 'library');
  });
  return { transport, nodes: () => nativeDriveNodes() };
}

async function requireChanger(transport: ScsiTransport): Promise<StandardInquiry> {
  const command = inquiry();
  const reply = await transport.scsi(command);
  const error = replyError(reply, command, { device: transport.queryDevice, noun: 'library' });
  if (error) throw error;
  const found = decodeInquiry(reply.data);
  if (found.peripheralQualifier === 0 && found.peripheralDeviceType === MEDIUM_CHANGER) return found;
  throw new NotALibraryError(`this is not a medium changer (type ${found.peripheralDeviceType})`, {
    device: transport.device,
    operation: command.name,
    next: 'Name the node of a library',
  });
}
