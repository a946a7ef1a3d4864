import { ifWellFormed } from '../../device/well-formed.js';
import { VerificationError } from '../../errors/index.js';
import { modeSelect10, modeSense10 } from '../../scsi/commands/primary.js';
import { decodeModePage, type ModePageLayout, withChanges } from '../../scsi/mode/page.js';
import {
  decodeModeSense,
  encodeModeParameters,
  findModePage,
  type ModeParameters,
} from '../../scsi/mode/parameter-list.js';
import { toHex } from '../../scsi/wire/bytes.js';
import type { Fields, FieldValues } from '../../scsi/wire/layout.js';
import type { DrivePort } from '../port/drive-port.js';

/**
 * The fields of a mode page; undefined where the drive does not have the page, or answers with one that is cut off, as
 * scsi_debug does with page 11.
 */
export async function readModeFields<T extends Fields>(
  port: DrivePort,
  layout: ModePageLayout<T>,
): Promise<FieldValues<T> | undefined> {
  const { page, subpage } = layout;
  const data = await port.dataIfSupported(modeSense10({ pageCode: page, subpageCode: subpage }));
  if (data === undefined) return undefined;
  return ifWellFormed(() => {
    const found = findModePage(decodeModeSense(data, 10), page, subpage);
    return found && decodeModePage(layout, found.bytes);
  });
}

/** Mode parameters without the pages. */
export type ModeHeader = Omit<ModeParameters, 'pages'>;

/** Mode parameter header and block descriptor; undefined where the drive does not answer. */
export async function readModeHeader(port: DrivePort): Promise<ModeHeader | undefined> {
  const data = await port.dataIfSupported(modeSense10({ pageCode: 0 }));
  return data && decodeModeSense(data, 10);
}

/**
 * Changes fields of a mode page and nothing else: reads the page, sends it back with the changes, and reads it again.
 * Rejects with VerificationError when the page then is other than it was sent, and with IllegalRequestError when the
 * drive does not have the page or does not allow the change.
 */
export async function changeModePage<T extends Fields>(
  port: DrivePort,
  layout: ModePageLayout<T>,
  changes: Partial<FieldValues<T>>,
): Promise<void> {
  const sent = await sendModePage(port, layout, (bytes) => withChanges(layout, bytes, changes));
  const { page: after } = await requireModePage(port, layout);
  if (toHex(after.bytes) === toHex(sent)) return;
  throw new VerificationError(`mode page ${layout.name} does not read back as it was sent`, {
    device: port.device,
    operation: 'MODE SELECT(10)',
    next: 'The drive does not take these settings: do not rely on them',
  });
}

/** MODE SELECT of a page as `change` makes it from what the drive has now; resolves with the page as it was sent. */
export async function sendModePage(
  port: DrivePort,
  layout: Pick<ModePageLayout, 'page' | 'subpage'>,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const { parameters, page } = await requireModePage(port, layout);
  const bytes = change(page.bytes);
  // Medium type and WP are reserved in MODE SELECT; without a block descriptor, density and block length stay.
  const { bufferedMode, speed } = parameters;
  const list = { mediumType: 0, writeProtected: false, bufferedMode, speed, pages: [{ ...page, bytes }] };
  await port.query(modeSelect10({ data: encodeModeParameters(list, 10, { select: true }) }));
  return bytes;
}

async function requireModePage(port: DrivePort, { page, subpage }: Pick<ModePageLayout, 'page' | 'subpage'>) {
  const reply = await port.query(modeSense10({ pageCode: page, subpageCode: subpage }));
  const parameters = decodeModeSense(reply.data, 10);
  const found = findModePage(parameters, page, subpage);
  if (found !== undefined) return { parameters, page: found };
  throw new VerificationError('the drive left out the mode page that was asked for', {
    device: port.device,
    operation: 'MODE SENSE(10)',
  });
}
