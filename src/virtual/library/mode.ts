import {
  DEVICE_CAPABILITIES,
  decodeCdb,
  ELEMENT_ADDRESS_ASSIGNMENT,
  ELEMENT_BIT,
  encodeModePage,
  encodeModeParameters,
  MODE_SENSE_6,
  MODE_SENSE_10,
  type ModePageLayout,
  PAGE_CONTROL,
  TRANSPORT_GEOMETRY,
} from '../../scsi/index.js';
import { CheckCondition, invalidFieldInCdb, sense } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import type { ElementMap } from './element-map.js';
import type { Library } from './library.js';

/** Element types that store cartridges and between which they are moved: drives, mail slots, slots. */
const EVERYWHERE = ELEMENT_BIT.dataTransfer | ELEMENT_BIT.importExport | ELEMENT_BIT.storage;
const ALL_PAGES = 0x3f;
const HEADER = 2;

/** The mode pages of the library; none can be changed. */
const PAGES: readonly { readonly layout: ModePageLayout; readonly encode: (map: ElementMap) => Uint8Array }[] = [
  {
    layout: ELEMENT_ADDRESS_ASSIGNMENT,
    encode: (map) =>
      encodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, {
        firstTransport: map.first('transport'),
        transports: map.count('transport'),
        firstStorage: map.first('storage'),
        storages: map.count('storage'),
        firstImportExport: map.first('importExport'),
        importExports: map.count('importExport'),
        firstDataTransfer: map.first('dataTransfer'),
        dataTransfers: map.count('dataTransfer'),
      }),
  },
  { layout: TRANSPORT_GEOMETRY, encode: () => encodeModePage(TRANSPORT_GEOMETRY, {}) },
  {
    layout: DEVICE_CAPABILITIES,
    encode: () =>
      encodeModePage(DEVICE_CAPABILITIES, {
        stores: EVERYWHERE,
        moveFromTransport: EVERYWHERE,
        moveFromStorage: EVERYWHERE,
        moveFromImportExport: EVERYWHERE,
        moveFromDataTransfer: EVERYWHERE,
        exchangeFromStorage: EVERYWHERE,
        exchangeFromImportExport: EVERYWHERE,
        exchangeFromDataTransfer: EVERYWHERE,
      }),
  },
];

/** MODE SENSE(6) */
export function modeSense6(library: Library, { cdb }: Request): Uint8Array {
  const { allocationLength, ...wanted } = decodeCdb(MODE_SENSE_6, cdb);
  return modeSense(library, wanted, 6).subarray(0, allocationLength);
}

/** MODE SENSE(10) */
export function modeSense10(library: Library, { cdb }: Request): Uint8Array {
  const { allocationLength, ...wanted } = decodeCdb(MODE_SENSE_10, cdb);
  return modeSense(library, wanted, 10).subarray(0, allocationLength);
}

interface Wanted {
  readonly pageControl: number;
  readonly pageCode: number;
  readonly subpageCode: number;
}

/** A changer has no block descriptor. */
function modeSense({ map }: Library, { pageControl, pageCode, subpageCode }: Wanted, form: 6 | 10): Uint8Array {
  if (pageControl === PAGE_CONTROL.saved) throw new CheckCondition(sense('5/39/00'));
  const found = PAGES.filter(({ layout }) => pageCode === ALL_PAGES || layout.page === pageCode);
  if (found.length === 0 || subpageCode !== 0) throw invalidFieldInCdb(found.length === 0 ? 2 : 3);
  const pages = found.map(({ layout, encode }) => {
    const bytes = encode(map);
    if (pageControl === PAGE_CONTROL.changeable) bytes.fill(0, HEADER);
    return { pageCode: layout.page, subpageCode: layout.subpage, bytes };
  });
  return encodeModeParameters({ mediumType: 0, writeProtected: false, bufferedMode: 0, speed: 0, pages }, form);
}
