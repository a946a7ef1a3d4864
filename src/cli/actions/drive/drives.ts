import { listDrives } from '../../../tape/open/list-drives.js';
import { table } from '../../output/table.js';

export async function drives() {
  const found = await listDrives();
  return {
    document: { drives: found },
    text:
      found.length === 0
        ? 'no tape drives'
        : table(
            ['device', 'queries', 'drive', 'firmware', 'serial number', 'by id', 'held by'],
            found.map(({ device, queryDevice, vendor, product, revision, serialNumber, byId, holder }) => [
              device,
              queryDevice ?? '',
              `${vendor} ${product}`,
              revision,
              serialNumber ?? '',
              byId[0] ?? '',
              holder === undefined ? '' : `process ${holder}`,
            ]),
          ),
  };
}
