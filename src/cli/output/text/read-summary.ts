import { senseCodes } from '../../../errors/sense-codes.js';
import type { ReadSummary } from '../../../tape/stream/read/read-stream.js';
import { type Fact, facts } from '../table.js';
import { formatBytes } from '../units.js';

export function summaryText(summary: ReadSummary): string {
  const { fileNumber, records, bytes, largestRecord, checksum, skipped, range } = summary;
  return facts([
    ['file number', fileNumber],
    ['bytes', `${bytes} (${formatBytes(bytes)})`],
    [
      'range',
      range && (range.end < range.start ? `none, from byte ${range.start} on` : `byte ${range.start} to ${range.end}`),
    ],
    ['records', `${records}, the largest of ${largestRecord} bytes`],
    ['checksum', checksum],
    ...skipped.map(
      ({ record, logicalObject, sense }): Fact => [
        'left out',
        `record ${record}, logical object ${logicalObject ?? '?'}${sense ? `: ${senseCodes(sense)} ${sense.text}` : ''}`,
      ],
    ),
  ]);
}
