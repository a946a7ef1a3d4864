import { modePageCommand, readModeFields, sendModePage } from '../../device/mode-pages.js';
import { ProtectionError } from '../../errors/index.js';
import { withChanges } from '../../scsi/mode/page.js';
import { CONTROL_DATA_PROTECTION, LOGICAL_BLOCK_PROTECTION } from '../../scsi/mode/pages.js';
import { PROTECTION_BYTES, type ProtectionName, protectionCode, protectionOf } from '../../scsi/protection/methods.js';
import { atExit } from '../port/at-exit.js';
import type { DrivePort } from '../port/drive-port.js';
import { readProtectionMethods } from './capability.js';
import type { BlockProtection } from './options.js';
import { sessionOf } from './session.js';

/** Setting of a drive: a method for reading and writing, off, or something else. */
export type ProtectionSetting = ProtectionName | 'off' | 'other';

/**
 * Sets the wanted protection, default the handle's, and confirms it. Resolves with the method of every record from now
 * on, undefined for none. Rejects with ProtectionError if the drive does not support it or does not confirm it. If none
 * is wanted, the drive is asked once, and again after each change: another program may have left protection set, and
 * its four bytes would be taken for data.
 */
export async function useProtection(port: DrivePort, wanted?: BlockProtection): Promise<ProtectionName | undefined> {
  const session = sessionOf(port);
  const choice = wanted ?? session.byDefault;
  const method = choice === 'off' ? undefined : await chosen(port, choice);
  if (method === undefined && session.isKnown && session.inUse === undefined) return undefined;
  const found = await readSetting(port);
  // A drive that never had the page is off; one that had it may still protect.
  if (found === undefined && (method !== undefined || session.wasSet)) throw untold(port);
  if (method !== undefined) await endWithProcess(port);
  if (found !== undefined && found !== (method ?? 'off')) await set(port, method);
  session.proven(method);
  if (method === undefined) await atExit(port, 'protection', undefined);
  return method;
}

function untold({ device }: DrivePort): ProtectionError {
  return new ProtectionError(
    'the drive does not tell how it protects blocks: it has no mode page for that (any more)',
    {
      device,
      operation: 'set protection',
      next: 'Reset the drive: it may add bytes to each record',
    },
  );
}

/** Rejects with ProtectionError unless the setting of the drive is unchanged. */
export async function confirmProtection(port: DrivePort, operation: string): Promise<void> {
  const session = sessionOf(port);
  const { inUse } = session;
  if (inUse === undefined) return;
  if ((await readSetting(port)) === inUse) return session.proven(inUse);
  session.doubt();
  throw new ProtectionError(`the drive does not protect blocks by ${inUse} any more`, {
    device: port.device,
    operation,
    next: 'Records written since then may hold protection information as data: write the file again',
  });
}

/** Switches protection off, whoever has set it. Rejects with ProtectionError if the drive does not confirm it. */
export async function clearProtection(port: DrivePort): Promise<void> {
  const found = await readSetting(port);
  if (found === undefined) return;
  if (found !== 'off') await set(port, undefined);
  sessionOf(port).proven(undefined);
  await atExit(port, 'protection', undefined);
}

/** Switches off the protection that this handle used, so that the next program gets plain records. */
export async function endProtection(port: DrivePort): Promise<void> {
  const session = sessionOf(port);
  if (!session.wasSet) return;
  session.wasSet = false;
  await set(port, undefined);
  session.proven(undefined);
  await atExit(port, 'protection', undefined);
}

/** Has protection switched off if the process ends without `close()`. */
async function endWithProcess(port: DrivePort): Promise<void> {
  const session = sessionOf(port);
  if (port.transport.atExit === undefined) return;
  session.off ??= port.timed((await modePageCommand(port, CONTROL_DATA_PROTECTION, pageWith(undefined))).command);
  await atExit(port, 'protection', session.off);
}

async function chosen(port: DrivePort, choice: 'auto' | ProtectionName): Promise<ProtectionName | undefined> {
  const session = sessionOf(port);
  session.offered ??= await readProtectionMethods(port);
  const { offered } = session;
  if (choice === 'auto') return offered[0];
  if (offered.includes(choice)) return choice;
  throw new ProtectionError(`the drive does not protect blocks by ${choice}`, {
    device: port.device,
    operation: 'set protection',
    next: offered.length > 0 ? `It offers ${offered.join(' and ')}` : 'It offers no method: use `off`, or `auto`',
  });
}

/** What the drive is set to for this host; undefined if it does not have the page. */
export async function readSetting(port: DrivePort): Promise<ProtectionSetting | undefined> {
  const page = await readModeFields(port, CONTROL_DATA_PROTECTION);
  if (page === undefined) return undefined;
  const { method, onWrite, onRead, informationLength } = page;
  if (method === LOGICAL_BLOCK_PROTECTION.none) return 'off';
  const isWhole = onWrite && onRead && informationLength === PROTECTION_BYTES;
  return (isWhole && protectionOf(method)) || 'other';
}

/**
 * Rejects with ProtectionError, and leaves the drive without protection if possible, if the drive does not accept it.
 */
async function set(port: DrivePort, method: ProtectionName | undefined): Promise<void> {
  const session = sessionOf(port);
  session.doubt();
  session.wasSet ||= method !== undefined;
  await sendModePage(port, CONTROL_DATA_PROTECTION, pageWith(method));
  const wanted = method ?? 'off';
  const found = await readSetting(port);
  if (found === wanted) return;
  if (method !== undefined) await set(port, undefined).catch(() => undefined);
  throw new ProtectionError(`the drive was told to protect blocks by ${wanted}, and says ${found ?? 'nothing'}`, {
    device: port.device,
    operation: 'set protection',
    next: method === undefined ? 'Reset the drive: it may add bytes to each record' : 'Use the protection `off`',
  });
}

function pageWith(method: ProtectionName | undefined): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => withChanges(CONTROL_DATA_PROTECTION, bytes, fieldsOf(method));
}

function fieldsOf(method: ProtectionName | undefined) {
  const isOn = method !== undefined;
  return {
    method: isOn ? protectionCode(method) : LOGICAL_BLOCK_PROTECTION.none,
    informationLength: isOn ? PROTECTION_BYTES : 0,
    onWrite: isOn,
    onRead: isOn,
    // This library never sends RECOVER BUFFERED DATA.
    onRecoverBufferedData: false,
  };
}
