import { requireNumbers } from '../../arguments/number.js';
import { requireCallback, requireOptions } from '../../arguments/options.js';
import { EndOfDataError } from '../../errors/index.js';
import { proveIdentity } from '../label/identify.js';
import { requireText } from '../label/label-archive.js';
import type { CatalogueChange } from '../record/changes.js';
import type { Session } from '../session/session.js';
import { findIndex, readIndex } from '../tape-index/find-index.js';
import type { FileRange, TapeIndex } from '../tape-index/index-format.js';
import { type CartridgeScan, PASS_RANGE, type ScanOptions, scanCartridge } from './scan-cartridge.js';
import type { ScannedFile } from './scanned-file.js';

export interface ScanContentsOptions extends Pick<ScanOptions, 'whole' | 'members' | 'passFrom' | 'onFile' | 'signal'> {
  /** Whether the index archive is used. Default: true. Without it, all files are looked at. */
  readonly index?: boolean | undefined;
}

/** What is on a cartridge, from its index and from a scan. */
export interface CartridgeContents {
  /** The name on its label. */
  readonly cartridge: string;
  /** File number of the index archive that was used. */
  readonly indexedBy: number | undefined;
  /** What the index says: its cartridge, archives and members. */
  readonly changes: readonly CatalogueChange[];
  /** Files that the index does not describe. */
  readonly files: readonly ScannedFile[];
  readonly end: CartridgeScan['end'];
}

/** Throws InvalidArgumentError for what can never be scanned. */
export function requireScan(id: unknown, options: ScanContentsOptions): void {
  const details = { operation: 'scan' };
  requireText(id);
  requireOptions(options, details);
  requireNumbers(options, { passFrom: PASS_RANGE }, details);
  requireCallback('onFile', options.onFile, details);
}

/** Proves the cartridge, and looks at what is on it. */
export async function scanContents(
  session: Session,
  id: string,
  { index: usesIndex = true, ...depth }: ScanContentsOptions,
): Promise<CartridgeContents> {
  const { identity: cartridge } = await proveIdentity(session, id);
  const { drive, keyStore, configuration } = session;
  const options = { keyStore, protection: configuration.protection, signal: depth.signal };
  const scan = (from: number, upTo?: number) => scanCartridge(drive, { ...depth, keyStore, from, upTo });
  const last = usesIndex ? await lastIndex(session, cartridge, options) : undefined;
  if (last === undefined) return { cartridge, indexedBy: undefined, changes: [], ...(await scan(1)) };
  const { changes, missing } = await withEarlierMembers(last, (fileNumber) => readIndex(drive, fileNumber, options));
  const files: ScannedFile[] = [];
  for (const [from, upTo] of [...last.unknown, ...missing]) files.push(...(await scan(from, upTo)).files);
  const behind = await scan(last.fileNumber + 1);
  return { cartridge, indexedBy: last.fileNumber, changes, files: [...files, ...behind.files], end: behind.end };
}

async function lastIndex(
  { drive }: Session,
  cartridge: string,
  options: Parameters<typeof findIndex>[3],
): Promise<TapeIndex | undefined> {
  try {
    const { end, fileNumber } = await drive.spaceToEndOfData();
    // A file that was cut off is no index.
    return await findIndex(drive, end === 'unterminated' ? fileNumber + 1 : fileNumber, cartridge, options);
  } catch (error) {
    if (error instanceof EndOfDataError) return undefined;
    throw error;
  }
}

/** With the members that earlier index archives have. `missing`: files of archives whose index cannot be read any more. */
async function withEarlierMembers(
  last: TapeIndex,
  read: (fileNumber: number) => Promise<TapeIndex | undefined>,
): Promise<{ readonly changes: readonly CatalogueChange[]; readonly missing: readonly FileRange[] }> {
  const changes = [...last.changes];
  const lost = new Set<string>();
  for (const fileNumber of new Set(last.elsewhere.map((one) => one.fileNumber))) {
    const wanted = new Set(last.elsewhere.filter((one) => one.fileNumber === fileNumber).map(({ archive }) => archive));
    const earlier = await read(fileNumber);
    if (earlier === undefined) for (const archive of wanted) lost.add(archive);
    else changes.push(...earlier.changes.filter((change) => change.type === 'members' && wanted.has(change.archive)));
  }
  const isLost = (change: CatalogueChange) => 'archive' in change && lost.has(change.archive);
  const missing = changes.flatMap((change): FileRange[] => {
    if (change.type !== 'archive' || !isLost(change)) return [];
    return change.parts.flatMap((part): FileRange[] => {
      return part.cartridge === last.cartridge ? [[part.fileNumber, part.fileNumber]] : [];
    });
  });
  return { changes: changes.filter((change) => !isLost(change)), missing };
}
