import { scanCartridge } from '../../../provider/scan/scan-cartridge.js';
import type { ScannedFile } from '../../../provider/scan/scanned-file.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { note } from '../../output/notes.js';
import { table } from '../../output/table.js';
import { visible } from '../../output/terminal.js';
import { formatBytes } from '../../output/units.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { interruptible } from '../../run/interrupt.js';

interface ScanCommandOptions extends DeviceOptions, KeystoreOptions {
  readonly from?: string;
  readonly whole?: boolean;
  readonly members?: boolean;
}

/** What is on the cartridge in the drive, whoever wrote it. */
export function scan({ json, from, whole, members, ...options }: ScanCommandOptions) {
  const keyStore = keysOf(options);
  const first = from === undefined ? undefined : parseCount(from);
  const onFile = (file: ScannedFile) => {
    if (!json) note(`file ${file.fileNumber}: ${whatOf(file)}`);
  };
  return withDrive(
    options,
    async (drive) => {
      const found = await interruptible(({ signal }) => {
        return scanCartridge(drive, { keyStore, from: first, whole, members, signal, onFile });
      });
      return { document: found, text: `${fileTable(found.files)}\n\n${ENDS[found.end]}` };
    },
    READ_ONLY,
  );
}

const ENDS = {
  blank: 'nothing is recorded',
  filemark: 'the last file is complete',
  unterminated: 'the last file was cut off before its filemark',
  unreadable: 'the drive cannot read on behind the last file here',
  more: 'there is more',
} as const;

function whatOf({ kind, state, keyId, readableRecords }: ScannedFile): string {
  const begin = kind === undefined ? '' : `${kind}, `;
  if (state === 'encrypted') return keyId === undefined ? 'encrypted' : `encrypted with ${JSON.stringify(keyId)}`;
  if (state === 'unreadable') return `${begin}unreadable after ${readableRecords ?? 0} records`;
  return state === 'unterminated' ? `${begin}cut off` : (kind ?? '');
}

function fileTable(files: readonly ScannedFile[]): string {
  const rows = files.map((file) => {
    const { fileNumber, records, recordSize, bytes, members, membersComplete, text } = file;
    const atMost = records === undefined || recordSize === undefined ? '' : `≤ ${formatBytes(records * recordSize)}`;
    return [
      String(fileNumber),
      text !== undefined && file.kind === 'label' ? `label ${visible(text)}` : visible(whatOf(file)),
      String(records ?? ''),
      String(recordSize ?? ''),
      bytes === undefined ? atMost : formatBytes(bytes),
      members.length === 0 ? '' : `${members.length}${membersComplete ? '' : ' or more'}`,
    ];
  });
  return table(['file', 'what', 'records', 'of bytes', 'size', 'members'], rows);
}
