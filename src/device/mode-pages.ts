import type { CallOptions } from '../arguments/options.js';
import { VerificationError } from '../errors/index.js';
import { modeSelect10, modeSense6, modeSense10 } from '../scsi/commands/primary.js';
import { decodeModePage, type ModePageLayout, withChanges } from '../scsi/mode/page.js';
import {
  decodeModeSense,
  encodeModeParameters,
  findModePage,
  type ModePage,
  type ModeParameters,
} from '../scsi/mode/parameter-list.js';
import { toHex } from '../scsi/wire/bytes.js';
import type { ScsiCommand } from '../scsi/wire/command.js';
import type { Fields, FieldValues } from '../scsi/wire/layout.js';
import type { ScsiDevice } from './scsi-device.js';

/**
 * Reads the fields of a mode page; undefined if the device does not have the page or truncates it, as scsi_debug does
 * with page 11. `form` selects MODE SENSE(6) or (10): some changers know only the short one.
 */
export async function readModeFields<T extends Fields>(
  device: ScsiDevice,
  layout: ModePageLayout<T>,
  form: 6 | 10 = 10,
): Promise<FieldValues<T> | undefined> {
  const { page, subpage } = layout;
  const wanted = { pageCode: page, subpageCode: subpage };
  const command = form === 6 ? modeSense6({ ...wanted, disableBlockDescriptors: true }) : modeSense10(wanted);
  return device.told(command, (data) => {
    const found = findModePage(decodeModeSense(data, form), page, subpage);
    return found && decodeModePage(layout, found.bytes);
  });
}

/**
 * Reads a mode page without decoding it; undefined if the device does not have it. Rejects with MalformedResponseError.
 */
export async function readModePage(
  device: ScsiDevice,
  page: number,
  subpage = 0,
  options?: CallOptions,
): Promise<ModePage | undefined> {
  const data = await device.dataIfSupported(modeSense10({ pageCode: page, subpageCode: subpage }), options);
  return data && findModePage(decodeModeSense(data, 10), page, subpage);
}

/** Mode parameters without the pages. */
export type ModeHeader = Omit<ModeParameters, 'pages'>;

/** Reads mode parameter header and block descriptor; undefined if the device does not support MODE SENSE. */
export async function readModeHeader(device: ScsiDevice): Promise<ModeHeader | undefined> {
  const data = await device.dataIfSupported(modeSense10({ pageCode: 0 }));
  return data && decodeModeSense(data, 10);
}

/**
 * Changes fields of a mode page and nothing else: reads the page, sends it back with the changes, and reads it again.
 * Rejects with VerificationError if the page then differs from what was sent, and with IllegalRequestError if the
 * device does not have the page or does not allow the change.
 */
export async function changeModePage<T extends Fields>(
  device: ScsiDevice,
  layout: ModePageLayout<T>,
  changes: Partial<FieldValues<T>>,
): Promise<void> {
  const sent = await sendModePage(device, layout, (bytes) => withChanges(layout, bytes, changes));
  const { page: after } = await requireModePage(device, layout);
  if (toHex(after.bytes) === toHex(sent)) return;
  throw new VerificationError(`mode page ${layout.name} does not read back as sent`, {
    device: device.device,
    operation: 'MODE SELECT(10)',
    next: 'The device does not accept these settings: do not rely on them',
  });
}

/** Sends the page that `change` makes from the current one (MODE SELECT); resolves with the page as sent. */
export async function sendModePage(
  device: ScsiDevice,
  layout: Pick<ModePageLayout, 'page' | 'subpage'>,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const { command, bytes } = await modePageCommand(device, layout, change);
  await device.query(command);
  return bytes;
}

/** The MODE SELECT that `sendModePage` sends, and the page in it. */
export async function modePageCommand(
  device: ScsiDevice,
  layout: Pick<ModePageLayout, 'page' | 'subpage'>,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<{ readonly command: ScsiCommand; readonly bytes: Uint8Array }> {
  const { parameters, page } = await requireModePage(device, layout);
  const bytes = change(page.bytes);
  // Medium type and WP are reserved in MODE SELECT; without a block descriptor, density and block length do not change.
  const { bufferedMode, speed } = parameters;
  const list = { mediumType: 0, writeProtected: false, bufferedMode, speed, pages: [{ ...page, bytes }] };
  return { command: modeSelect10({ data: encodeModeParameters(list, 10, { select: true }) }), bytes };
}

async function requireModePage(device: ScsiDevice, { page, subpage }: Pick<ModePageLayout, 'page' | 'subpage'>) {
  const reply = await device.query(modeSense10({ pageCode: page, subpageCode: subpage }));
  const parameters = decodeModeSense(reply.data, 10);
  const found = findModePage(parameters, page, subpage);
  if (found !== undefined) return { parameters, page: found };
  throw new VerificationError('the device did not return the requested mode page', {
    device: device.device,
    operation: 'MODE SENSE(10)',
  });
}
