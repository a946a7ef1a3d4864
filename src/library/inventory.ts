import type { CallOptions } from '../arguments/options.js';
import type { ScsiDevice } from '../device/scsi-device.js';
import type { ElementType } from '../scsi/changer/commands.js';
import { type ReportedElement, serialOfIdentifier } from '../scsi/changer/element-report.js';
import { MEDIUM_TYPE } from '../scsi/changer/element-status.js';
import { additionalSenseText } from '../scsi/sense/codes.js';
import { type DriveNode, matchNode, type NodeMatch } from './open/drive-nodes.js';
import { CONSERVATIVE, type LibraryQuirks } from './quirks.js';
import { type Geometry, readDriveIdentifiers, readElements } from './read-elements.js';

export type ElementKind = 'hand' | 'slot' | 'mail-slot' | 'drive';
export type MediumTypeName = keyof typeof MEDIUM_TYPE;

/** One element of a library. */
export interface InventoryElement {
  /** Address for commands. */
  readonly address: number;
  readonly kind: ElementKind;
  /** Number for people, from 1. Drives have their own numbers; mail slots are numbered after the slots. */
  readonly number: number;
  readonly full: boolean;
  /** Barcode of the cartridge; undefined if there is none or its label can't be read. */
  readonly barcode: string | undefined;
  /** Address of the slot that the cartridge came from. */
  readonly home: number | undefined;
  /** Whether the robot can reach the element. */
  readonly accessible: boolean;
  /** The element's exception: its sense code as `asc/ascq`, and in words. */
  readonly exception: string | undefined;
  readonly disabled: boolean;
  readonly mediumType: MediumTypeName | undefined;
  /** Of a mail slot: an operator put the cartridge there. */
  readonly byOperator: boolean;
  /** Serial number of a drive, as the library reports it; undefined if it does not. */
  readonly driveSerialNumber: string | undefined;
  /** Node of a drive to open, such as `/dev/nst0`; undefined if none could be matched, see `nodeProblem`. */
  readonly node: string | undefined;
  /** Why a drive has no node. A node is never guessed. */
  readonly nodeProblem: NodeMatch['problem'];
}

/** All elements of a library and their cartridges. */
export interface Inventory {
  readonly device: string;
  readonly elements: readonly InventoryElement[];
}

const KINDS = { transport: 'hand', storage: 'slot', importExport: 'mail-slot', dataTransfer: 'drive' } as const;
const NAMES = new Map<number, MediumTypeName>(
  (Object.entries(MEDIUM_TYPE) as [MediumTypeName, number][]).map(([name, code]) => [code, name]),
);

/** What is known besides what the library reports. */
interface Known {
  /** The tape nodes that drives are looked for among. */
  readonly nodes: readonly DriveNode[];
  readonly quirks?: LibraryQuirks;
}

/** Reads all elements. */
export async function readInventory(
  device: ScsiDevice,
  geometry: Geometry,
  known: Known,
  options?: CallOptions,
): Promise<Inventory> {
  const elements: InventoryElement[] = [];
  for (const type of ['transport', 'dataTransfer', 'storage', 'importExport'] as const) {
    // A count of zero would mean all that there are.
    if (geometry[type].count > 0) elements.push(...(await readKind(device, geometry, type, known, options)));
  }
  return { device: device.device, elements };
}

async function readKind(
  device: ScsiDevice,
  geometry: Geometry,
  type: ElementType,
  { nodes, quirks = CONSERVATIVE }: Known,
  options: CallOptions | undefined,
): Promise<readonly InventoryElement[]> {
  const range = geometry[type];
  const reported = await readElements(device, type, range, options);
  const identifiers = type === 'dataTransfer' ? await readDriveIdentifiers(device, range, quirks, options) : new Map();
  return reported.map((element) => {
    const identifier = identifiers.get(element.element);
    const serial = identifier && serialOfIdentifier(identifier);
    const match = type === 'dataTransfer' ? matchNode(serial, nodes) : { node: undefined, problem: undefined };
    return inventoryElement(element, type, geometry, { serial, match, quirks });
  });
}

function inventoryElement(
  reported: ReportedElement,
  type: ElementType,
  geometry: Geometry,
  { serial, match, quirks }: { serial: string | undefined; match: NodeMatch; quirks: LibraryQuirks },
): InventoryElement {
  const { element, full, access, sourceValid, source, disabled, mediumType, byOperator } = reported;
  const before = type === 'importExport' ? geometry.storage.count : 0;
  const name = isCleaner(reported) ? 'cleaning' : NAMES.get(mediumType);
  return {
    address: element,
    kind: KINDS[type],
    number: before + element - geometry[type].first + 1,
    full,
    barcode: full ? reported.primaryVolumeTag?.identifier : undefined,
    home: full && sourceValid && isSlot(source, geometry) ? source : undefined,
    accessible: access || !quirks.tellsAccess,
    exception: exceptionOf(reported, quirks),
    disabled,
    mediumType: full && name !== 'unspecified' ? name : undefined,
    byOperator: type === 'importExport' && byOperator,
    driveSerialNumber: serial,
    node: match.node,
    nodeProblem: match.problem,
  };
}

function isSlot(address: number, { storage: { first, count } }: Geometry): boolean {
  return address >= first && address < first + count;
}

/** IBM's libraries have 30/03 as the exception of every element with a cleaning cartridge: nothing is wrong there. */
function isCleaner({ except, asc, ascq }: ReportedElement): boolean {
  return except && asc === 0x30 && ascq === 0x03;
}

function exceptionOf(reported: ReportedElement, { exceptions }: LibraryQuirks): string | undefined {
  const { except, asc, ascq } = reported;
  if (!except || isCleaner(reported)) return undefined;
  const codes = [asc, ascq].map((value) => value.toString(16).padStart(2, '0')).join('/');
  const text = exceptions[codes] ?? additionalSenseText(0, asc, ascq);
  return text === undefined ? codes : `${codes} ${text}`;
}
