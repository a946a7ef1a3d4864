import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  ELEMENT_ADDRESS_ASSIGNMENT,
  type ElementDescriptor,
  encodeElementStatus,
} from '../../src/scsi/changer/index.js';
import { decodeModePage, encodeModePage } from '../../src/scsi/mode/page.js';

// The elements are those of an HPE MSL3040 with two drives and 40 slots.

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const DRIVES = hex(`0001 0002 00 000070  04 80 0034 00 000068
  0001 09 00 0000 0000 00 81 040a 4130303030374c39 ${'20'.repeat(24)} 0000 0000 00000000
  0002 09 00 0000 0000 00 81 03ee 4130303030314c39 ${'20'.repeat(24)} 0000 0000 00000000`);

function drive(element: number, source: number, identifier: string): ElementDescriptor {
  const state = { access: true, full: true, sourceValid: true, mediumType: 1 };
  return { element, source, ...state, primaryVolumeTag: { identifier } };
}

describe('READ ELEMENT STATUS data', () => {
  it('are those of a real library', () => {
    const elements = [drive(1, 0x40a, 'A00007L9'), drive(2, 0x3ee, 'A00001L9')];
    const encoded = encodeElementStatus([{ elementType: 'dataTransfer', elements }], { volumeTags: true });
    expect(Buffer.from(encoded)).toEqual(DRIVES);
  });

  it('have descriptors of the same length, that of the longest identifier', () => {
    const identified = (element: number, serial: string): ElementDescriptor => ({
      element,
      identifier: { codeSet: 2, identifierType: 0, bytes: Buffer.from(serial) },
    });
    const elements = [identified(1, '123'), identified(2, '12345678'), { element: 3 }];
    const encoded = encodeElementStatus([{ elementType: 'dataTransfer', elements }], { deviceIdentifiers: true });
    expect(encoded).toHaveLength(8 + 8 + 3 * (12 + 4 + 8));
  });

  it('leave out a page without elements, and are a header alone without any', () => {
    expect(encodeElementStatus([{ elementType: 'storage', elements: [] }])).toEqual(new Uint8Array(8));
  });
});

describe('the element addresses of mode page 1D', () => {
  it('are laid out as those of that library, which sets PS', () => {
    const page = hex('9d12 0000 0001 03e9 0028 0065 0000 0001 0002 0000');
    expect(decodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, page)).toEqual({
      firstTransport: 0,
      transports: 1,
      firstStorage: 0x3e9,
      storages: 40,
      firstImportExport: 0x65,
      importExports: 0,
      firstDataTransfer: 1,
      dataTransfers: 2,
    });
    const { length } = encodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, {});
    expect(length).toBe(page.length);
    expect(() => decodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, page.subarray(0, 12))).toThrow(MalformedResponseError);
  });
});
