import type { CallOptions } from '../arguments/options.js';
import { readModeFields } from '../device/mode-pages.js';
import type { ScsiDevice } from '../device/scsi-device.js';
import { IllegalRequestError, MalformedResponseError } from '../errors/index.js';
import { type ElementType, type ReadElementStatusOptions, readElementStatus } from '../scsi/changer/commands.js';
import { decodeElementStatus, type ReportedElement } from '../scsi/changer/element-report.js';
import type { ElementIdentifier } from '../scsi/changer/element-status.js';
import { ELEMENT_ADDRESS_ASSIGNMENT } from '../scsi/changer/mode-pages.js';
import { CONSERVATIVE, type LibraryQuirks } from './quirks.js';

// The requirements of each library cost the others almost nothing, so one way of asking serves all.

/** Some libraries refuse, or silently truncate, reports of more elements. */
const MOST_ELEMENTS = 1000;
/** Some libraries heed the low 16 bits of the allocation length only. */
const ALLOCATION_LENGTH = 0xffff;
/** An address has 16 bits. */
const ADDRESSES = 0x10000;

/** Where the elements of a type are. */
export interface ElementRange {
  readonly first: number;
  readonly count: number;
}

export type Geometry = Readonly<Record<ElementType, ElementRange>>;

/** The robot and its geometry. */
export interface Robot {
  readonly device: ScsiDevice;
  readonly geometry: Geometry;
}

/** Mode page 1Dh. Rejects with MalformedResponseError if the library does not have it. */
export async function readGeometry(device: ScsiDevice): Promise<Geometry> {
  const page =
    (await readModeFields(device, ELEMENT_ADDRESS_ASSIGNMENT, 6)) ??
    (await readModeFields(device, ELEMENT_ADDRESS_ASSIGNMENT));
  if (page === undefined) {
    throw new MalformedResponseError('the library does not tell which elements it has (mode page 1Dh)', {
      device: device.device,
      next: 'Check that this is a library',
    });
  }
  const geometry = {
    transport: { first: page.firstTransport, count: page.transports },
    storage: { first: page.firstStorage, count: page.storages },
    importExport: { first: page.firstImportExport, count: page.importExports },
    dataTransfer: { first: page.firstDataTransfer, count: page.dataTransfers },
  };
  requireDistinct(device.device, geometry);
  return geometry;
}

/** Two elements of the same address would be moved for each other. */
function requireDistinct(device: string, geometry: Geometry): void {
  const ranges = Object.values(geometry).filter(({ count }) => count > 0);
  const sorted = ranges.toSorted((a, b) => a.first - b.first);
  const isApart = sorted.every(({ first, count }, index) => first + count <= (sorted[index + 1]?.first ?? ADDRESSES));
  if (isApart) return;
  throw new MalformedResponseError('the elements of the library overlap (mode page 1Dh)', {
    device,
    next: 'Check the configuration of the library',
  });
}

/**
 * The elements of a range, by address. Asks again after the last element of a truncated report. Rejects with
 * MalformedResponseError when the library leaves some out.
 */
export async function readElements(
  device: ScsiDevice,
  elementType: ElementType,
  { first, count }: ElementRange,
  options?: CallOptions,
): Promise<readonly ReportedElement[]> {
  const end = first + count;
  const elements: ReportedElement[] = [];
  for (let next = first; next < end; ) {
    const wanted = { elementType, firstElement: next, count: Math.min(MOST_ELEMENTS, end - next) };
    const found = (await readTagged(device, wanted, options)).filter(({ element }) => element >= next && element < end);
    const last = found.at(-1);
    if (last === undefined) break;
    elements.push(...found);
    next = last.element + 1;
  }
  if (elements.length === count && new Set(elements.map(({ element }) => element)).size === count) return elements;
  throw new MalformedResponseError(
    `the library reports ${elements.length} of ${count} elements of type ${elementType}`,
    {
      device: device.device,
      operation: 'READ ELEMENT STATUS',
      next: 'Take the inventory anew: `lto library audit`',
    },
  );
}

/** With barcodes, or without where the library has no reader for them. */
async function readTagged(
  device: ScsiDevice,
  wanted: ReadElementStatusOptions,
  options: CallOptions | undefined,
): Promise<readonly ReportedElement[]> {
  for (const volumeTags of [true, false]) {
    const found = await readReport(device, { ...wanted, volumeTags }, options);
    if (found !== undefined) return found;
  }
  throw new IllegalRequestError('the library does not tell what is in its elements', {
    device: device.device,
    operation: 'READ ELEMENT STATUS',
  });
}

/** In the order of their addresses; undefined where the library does not know a field of the command. */
async function readReport(
  device: ScsiDevice,
  wanted: ReadElementStatusOptions,
  options: CallOptions | undefined,
): Promise<readonly ReportedElement[] | undefined> {
  const command = readElementStatus({ ...wanted, allocationLength: ALLOCATION_LENGTH });
  const reply = await device.queryIfSupported(command, options);
  if (reply === undefined) return undefined;
  const { pages } = decodeElementStatus(reply.data, { deviceIdentifiers: wanted.deviceIdentifiers });
  return pages
    .filter(({ elementType }) => elementType === wanted.elementType)
    .flatMap(({ elements }) => elements)
    .toSorted((a, b) => a.element - b.element);
}

/**
 * Identifiers of the drives, by address; empty if the library reports none. They are requested separately from the
 * barcodes, because some libraries do not report both at once.
 */
export async function readDriveIdentifiers(
  device: ScsiDevice,
  { first, count }: ElementRange,
  { currentData: attempts }: Pick<LibraryQuirks, 'currentData'> = CONSERVATIVE,
  options?: CallOptions,
): Promise<ReadonlyMap<number, ElementIdentifier>> {
  const identifiers = new Map<number, ElementIdentifier>();
  for (const currentData of attempts) {
    const wanted = { elementType: 'dataTransfer', firstElement: first, count, deviceIdentifiers: true } as const;
    const found = await readReport(device, { ...wanted, currentData }, options);
    for (const { element, identifier } of found ?? []) {
      if (identifier !== undefined) identifiers.set(element, identifier);
    }
    if (identifiers.size > 0) break;
  }
  return identifiers;
}
