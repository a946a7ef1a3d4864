import {
  CONTROL_MODE_PAGE,
  DATA_COMPRESSION,
  DEVICE_CONFIGURATION,
  DEVICE_CONFIGURATION_EXTENSION,
  DISCONNECT_RECONNECT,
  decodeModePage,
  encodeModePage,
  type Fields,
  type FieldValues,
  INFORMATIONAL_EXCEPTIONS,
  MEDIUM_CONFIGURATION,
  type ModePageLayout,
  READ_WRITE_ERROR_RECOVERY,
  SHORT_ERASE_MODE,
  WRITE_MODE,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import type { DrivePage } from './drive-page.js';
import { PARTITION_PAGE } from './partition-page.js';
import { PROTECTION_PAGE } from './protection-page.js';

const COMPRESSION_ALGORITHM = 1;

export const DRIVE_PAGES: readonly DrivePage[] = [
  page(READ_WRITE_ERROR_RECOVERY, () => ({})),
  page(DISCONNECT_RECONNECT, () => ({})),
  page(CONTROL_MODE_PAGE, () => ({})),
  PROTECTION_PAGE,
  {
    ...page(DATA_COMPRESSION, ({ memory }) => ({
      compressionEnabled: memory.compression,
      compressionCapable: true,
      decompressionEnabled: true,
      compressionAlgorithm: COMPRESSION_ALGORITHM,
      decompressionAlgorithm: COMPRESSION_ALGORITHM,
    })),
    changeable: () => encodeModePage(DATA_COMPRESSION, { compressionEnabled: true }),
    apply: ({ memory }, bytes) => {
      memory.compression = decodeModePage(DATA_COMPRESSION, bytes).compressionEnabled;
    },
  },
  page(DEVICE_CONFIGURATION, ({ memory, position }) => ({
    activePartition: position.partition,
    logicalObjectIdentifiers: true,
    enableEndOfDataGeneration: true,
    synchroniseAtEarlyWarning: true,
    dataCompressionAlgorithm: memory.compression ? COMPRESSION_ALGORITHM : 0,
  })),
  {
    ...page(DEVICE_CONFIGURATION_EXTENSION, ({ memory }) => ({
      writeMode: memory.appendOnly ? WRITE_MODE.appendOnly : WRITE_MODE.overwriteAllowed,
      shortEraseMode: SHORT_ERASE_MODE.recordEndOfData,
      programmableEarlyWarningSize: memory.programmableEarlyWarningMegabytes,
    })),
    changeable: () =>
      encodeModePage(DEVICE_CONFIGURATION_EXTENSION, {
        writeMode: WRITE_MODE.appendOnly,
        programmableEarlyWarningSize: 0xffff,
      }),
    apply: ({ memory }, bytes) => {
      const { writeMode, programmableEarlyWarningSize } = decodeModePage(DEVICE_CONFIGURATION_EXTENSION, bytes);
      memory.appendOnly = writeMode === WRITE_MODE.appendOnly;
      memory.programmableEarlyWarningMegabytes = programmableEarlyWarningSize;
    },
  },
  PARTITION_PAGE,
  page(INFORMATIONAL_EXCEPTIONS, () => ({ disableExceptionControl: true })),
  page(MEDIUM_CONFIGURATION, ({ cartridge }) => ({ worm: cartridge?.memory.medium.kind === 'worm' })),
];

function page<T extends Fields>(
  layout: ModePageLayout<T>,
  values: (drive: Drive) => Partial<FieldValues<T>>,
): DrivePage {
  const { page: pageCode, subpage: subpageCode } = layout;
  return { pageCode, subpageCode, current: (drive) => encodeModePage(layout, values(drive)) };
}
