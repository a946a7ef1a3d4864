// What a drive with logical block protection answers to whoever asks for it and sets it. It checks nothing: what is written
// stands in the file with its protection information, and is checked by the library when it is read.
import { libraryUrl } from '../harness/library.mjs';

const scsi = await import(libraryUrl('scsi/index.js'));
const { CONTROL_DATA_PROTECTION: PAGE, VPD_PAGES } = scsi;

const METHODS = [1, 2].map((method) => ({
  method,
  informationLength: 4,
  onWrite: true,
  onRead: true,
  recoverBufferedData: true,
}));
const VPD = {
  [VPD_PAGES.extendedInquiry]: scsi.encodeExtendedInquiry({ supportedProtectionType: 1 }),
  [VPD_PAGES.logicalBlockProtection]: scsi.encodeProtectionMethods(METHODS),
};

export class ProtectionPages {
  #page = scsi.encodeModePage(PAGE, {});

  /** Data in; undefined for any other command or page. */
  answer(cdb, dataOut) {
    switch (scsi.commandName(cdb)) {
      case 'INQUIRY':
        return cdb[1] === 1 ? VPD[cdb[2]] : undefined;
      case 'MODE SENSE(10)':
        return (cdb[2] & 0x3f) === PAGE.page && cdb[3] === PAGE.subpage ? this.#parameters() : undefined;
      case 'MODE SELECT(10)':
        this.#page = scsi.decodeModeParameters(dataOut, 10).pages[0].bytes;
        return new Uint8Array(0);
      default:
        return undefined;
    }
  }

  #parameters() {
    const pages = [{ pageCode: PAGE.page, subpageCode: PAGE.subpage, bytes: this.#page }];
    const header = { mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0 };
    return scsi.encodeModeParameters({ ...header, pages }, 10);
  }
}
