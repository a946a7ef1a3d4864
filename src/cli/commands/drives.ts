import type { Command } from 'commander';
import { listDrives } from '../../tape/list-drives.js';
import { type Answer, answering, type CommonOptions } from '../answer.js';
import { jsonCommand } from '../device.js';
import { table } from '../table.js';

export function addDrives(program: Command): void {
  jsonCommand(program, 'drives', 'list the tape drives of this machine, without opening any').action(
    answering((_options: CommonOptions) => drives()),
  );
}

async function drives(): Promise<Answer> {
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
