import {
  type BlockDescriptor,
  decodeCdb,
  decodeModeParameters,
  encodeModeParameters,
  MODE_SELECT_6,
  MODE_SELECT_10,
  MODE_SENSE_6,
  MODE_SENSE_10,
  type ModePage,
  type ModeParameters,
  PAGE_CONTROL,
} from '../../../scsi/index.js';
import { MAX_RECORD_BYTES } from '../../cartridge/tap-format.js';
import type { Drive } from '../../drive/drive.js';
import {
  CheckCondition,
  invalidFieldInCdb,
  invalidFieldInParameterList,
  readList,
  sense,
} from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';
import { MODE_PARAMETERS_CHANGED, type Nexus } from '../../unit/nexus.js';
import type { DrivePage } from './drive-page.js';
import { DRIVE_PAGES } from './page-values.js';

type Form = 6 | 10;

const NO_PAGE = 0x00;
const ALL_PAGES = 0x3f;
const ALL_SUBPAGES = 0xff;
/** Density codes of MODE SELECT that request no change: the default, and 7Fh (SSC-5 8.3.2). */
const SAME_DENSITY = [0x00, 0x7f];
const BUFFERED = 1;

/** MODE SENSE(6) */
export function modeSense6(drive: Drive, { cdb, nexus }: Request): Uint8Array {
  const { allocationLength, ...wanted } = decodeCdb(MODE_SENSE_6, cdb);
  return modeSense(drive, nexus, wanted, 6).subarray(0, allocationLength);
}

/** MODE SENSE(10) */
export function modeSense10(drive: Drive, { cdb, nexus }: Request): Uint8Array {
  const { allocationLength, ...wanted } = decodeCdb(MODE_SENSE_10, cdb);
  return modeSense(drive, nexus, wanted, 10).subarray(0, allocationLength);
}

interface Wanted {
  readonly pageControl: number;
  readonly pageCode: number;
  readonly subpageCode: number;
  readonly disableBlockDescriptors: boolean;
}

function modeSense(drive: Drive, nexus: Nexus, wanted: Wanted, form: Form): Uint8Array {
  if (wanted.pageControl === PAGE_CONTROL.saved) throw new CheckCondition(sense('5/39/00'));
  const pages = pagesFor(wanted).map((page) => modePage(drive, nexus, page, wanted.pageControl));
  const blockDescriptor = {
    densityCode: drive.densityCode(),
    numberOfBlocks: 0,
    blockLength: drive.memory.blockLength,
  };
  const parameters: ModeParameters = {
    mediumType: drive.mediumType(),
    writeProtected: drive.isWriteProtected(),
    bufferedMode: drive.memory.buffered ? BUFFERED : 0,
    speed: 0,
    ...(!wanted.disableBlockDescriptors && { blockDescriptor }),
    pages,
  };
  return encodeModeParameters(parameters, form);
}

function pagesFor({ pageCode, subpageCode }: Wanted): readonly DrivePage[] {
  if (pageCode === NO_PAGE) return [];
  const pages = DRIVE_PAGES.filter((page) => {
    const subpageFits = subpageCode === ALL_SUBPAGES || page.subpageCode === subpageCode;
    return subpageFits && (pageCode === ALL_PAGES || page.pageCode === pageCode);
  });
  if (pages.length === 0) throw invalidFieldInCdb(2);
  return pages;
}

function modePage(drive: Drive, nexus: Nexus, page: DrivePage, pageControl: number): ModePage {
  const { pageCode, subpageCode } = page;
  const current = page.current(drive, nexus);
  const isMask = pageControl === PAGE_CONTROL.changeable;
  return { pageCode, subpageCode, bytes: isMask ? mask(page, current, page.changeable?.(drive, nexus)) : current };
}

/** The changeable bits of a page, after the page's header. */
function mask({ subpageCode }: DrivePage, current: Uint8Array, changeable: Uint8Array | undefined): Uint8Array {
  if (changeable !== undefined) return changeable;
  const headerLength = subpageCode === 0 ? 2 : 4;
  return current.map((byte, index) => (index < headerLength ? byte : 0));
}

/** MODE SELECT(6) */
export function modeSelect6(drive: Drive, request: Request): undefined {
  modeSelect(drive, decodeCdb(MODE_SELECT_6, request.cdb), request, 6);
}

/** MODE SELECT(10) */
export function modeSelect10(drive: Drive, request: Request): undefined {
  modeSelect(drive, decodeCdb(MODE_SELECT_10, request.cdb), request, 10);
}

interface Select {
  readonly savePages: boolean;
  readonly parameterListLength: number;
}

/** Applied completely or not at all; the other initiators get a unit attention. */
function modeSelect(
  drive: Drive,
  { savePages, parameterListLength }: Select,
  { dataOut: list, nexus }: Request,
  form: Form,
): void {
  if (savePages) throw invalidFieldInCdb(1);
  if (parameterListLength === 0) return;
  const sent = readList(() => decodeModeParameters(list.subarray(0, parameterListLength), form));
  const { blockDescriptor, pages, bufferedMode } = sent;
  if (bufferedMode > BUFFERED) throw invalidFieldInParameterList(form === 6 ? 2 : 3);
  if (blockDescriptor !== undefined) requireBlockDescriptor(drive, blockDescriptor, form);
  const applications = pages.map((page) => applicationOf(drive, nexus, page));
  drive.memory.buffered = bufferedMode === BUFFERED;
  if (blockDescriptor !== undefined) drive.memory.blockLength = blockDescriptor.blockLength;
  for (const apply of applications) apply();
  drive.attentions.raise(MODE_PARAMETERS_CHANGED, nexus);
}

function requireBlockDescriptor(drive: Drive, { densityCode, blockLength }: BlockDescriptor, form: Form): void {
  const offset = form === 6 ? 4 : 8;
  const sameDensity = SAME_DENSITY.includes(densityCode) || densityCode === drive.densityCode();
  if (!sameDensity) throw invalidFieldInParameterList(offset);
  if (blockLength > MAX_RECORD_BYTES) throw invalidFieldInParameterList(offset + 5);
}

/** The change that a page requests. Throws CheckCondition if it would change fixed bits. */
function applicationOf(drive: Drive, nexus: Nexus, sent: ModePage): () => void {
  const page = DRIVE_PAGES.find(({ pageCode, subpageCode }) => {
    return pageCode === sent.pageCode && subpageCode === sent.subpageCode;
  });
  if (page === undefined) throw invalidFieldInParameterList(0);
  const current = page.current(drive, nexus);
  const bytes = page.completed?.(drive, sent.bytes) ?? sent.bytes;
  const changeable = page.changeable?.(drive, nexus) ?? new Uint8Array(current.length);
  const isSame = current.length === bytes.length;
  const differs = current.findIndex((byte, index) => {
    return index > 1 && ((byte ^ (bytes[index] ?? 0)) & ~(changeable[index] ?? 0)) !== 0;
  });
  if (!isSame || differs >= 0) throw invalidFieldInParameterList(Math.max(differs, 0));
  page.check?.(drive, bytes, nexus);
  return () => page.apply?.(drive, bytes, nexus);
}
