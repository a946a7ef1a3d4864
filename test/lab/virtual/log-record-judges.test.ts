import { beforeAll, describe, expect, it } from 'vitest';
import { inquiry } from '../../../src/scsi/commands/primary.js';
import { DEVICE_ACTIVITY, DEVICE_STATUS, deviceActivity } from '../../../src/scsi/log/device-status.js';
import { decodeDiagnosticData, TAPE_DIAGNOSTIC_DATA } from '../../../src/scsi/log/diagnostic-data.js';
import { PARTITION_RECORDS, type PartitionRecord } from '../../../src/scsi/log/kinds.js';
import { decodeLogPage, logSense } from '../../../src/scsi/log/page.js';
import { DEVICE_STATISTICS, VOLUME_STATISTICS } from '../../../src/scsi/log/statistics.js';
import { decodeLogValues, encodeLogValues } from '../../../src/scsi/log/values.js';
import { decodeSerialNumber, VPD_PAGES } from '../../../src/scsi/vpd/pages.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { command, shell } from '../command.js';
import { judge, lastBytes, PAGE_HEADER, PARAMETER_HEADER } from './log-judge.js';
import { answerTo, DEVICE, type Facts, judgePages, type PageJudge, text } from './page-judge.js';
import { atTheDrive } from './served.js';

// What sg_logs reads from parameters of more than one line: partition records, activity, diagnostic data.

let queryNode = '';

beforeAll(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode}; mt -f ${DEVICE} rewind`);
});

/** Offset of the first byte of the first parameter's value. */
const FIRST_VALUE = PAGE_HEADER + PARAMETER_HEADER;

/** What sg_logs calls the activities, in the order of their codes. */
const ACTIVITIES = [
  'No DT device activity',
  'Cleaning operation in progress',
  'Volume is being loaded',
  'Volume is being unloaded',
  'Other medium activity',
  'Reading from medium',
  'Writing to medium',
  'Locating medium',
  'Rewinding medium',
  'Erasing volume',
  'Formatting volume',
  'Calibrating',
  'Other DT device activity',
  'Microcode update in progress',
  'Reading encrypted from medium',
  'Writing encrypted to medium',
  'Diagnostic operation in progress',
];

function oursOfActivity(bytes: Uint8Array): Facts {
  const { status, pollingDelay } = decodeLogValues(DEVICE_STATUS, decodeLogPage(bytes)).values;
  const activity = status && (deviceActivity(status.activity) ?? 'reserved or of the vendor');
  return { activity, ...(pollingDelay !== undefined && { delay: text(pollingDelay) }) };
}

function theirsOfActivity(said: string): Facts {
  const name = text(/DT device activity: (.*)/.exec(said)?.[1]) ?? '';
  const delay = /polling delay: +(\d+) milliseconds/.exec(said)?.[1];
  const activity = DEVICE_ACTIVITY[ACTIVITIES.indexOf(name)];
  const other = /^(Reserved|Vendor specific) /.test(name) ? 'reserved or of the vendor' : undefined;
  return { activity: activity ?? other, ...(delay !== undefined && { delay }) };
}

function judgeActivity(rest: Pick<PageJudge, 'name' | 'changed'> & Partial<PageJudge>): PageJudge {
  return judge(DEVICE_STATUS.page, DEVICE_STATUS.name, { ours: oursOfActivity, theirs: theirsOfActivity, ...rest });
}

/** Every code, besides those reserved and the vendor's, with the polling delay, which the drive does not tell. */
const ACTIVITY_JUDGES = [...DEVICE_ACTIVITY.keys(), 0x11, 0x80].map((code) => {
  // Sets no flag of the 4 bytes but the activity.
  const page = encodeLogValues(DEVICE_STATUS, { pollingDelay: 1000 + code });
  const status = Uint8Array.of(0, 0, 0x03, 4, 0, 0, code, 0);
  const bytes = Buffer.concat([page.subarray(0, PAGE_HEADER), status, page.subarray(PAGE_HEADER)]);
  bytes.writeUInt16BE(bytes.length - PAGE_HEADER, 2);
  return judgeActivity({
    name: `sg_logs of activity ${code.toString(16)}h and a polling delay`,
    bytes,
    // The vendor's codes are the same to us and to whoever else reads them.
    changed: () => [...(code < 0x11 ? [FIRST_VALUE + 2] : []), lastBytes(bytes).get(1) ?? 0],
  });
});

const RECORD_ENTRIES = VOLUME_STATISTICS.entries.filter(({ kind }) => kind === PARTITION_RECORDS);
const RECORD_CODES: ReadonlySet<number> = new Set(RECORD_ENTRIES.map(({ code }) => code));

/** A count, or a mark as the number that its bytes are. */
function countOf({ count, mark }: PartitionRecord, width: number): string {
  return `${count ?? 256 ** width - (mark === 'all ones' ? 1 : 2)}`;
}

function oursOfRecords(bytes: Uint8Array): Facts {
  const values: Readonly<Record<string, unknown>> = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(bytes)).values;
  const facts = RECORD_ENTRIES.flatMap(({ name, key, length }) => {
    const records = (values[key] ?? []) as readonly PartitionRecord[];
    return records.map((record) => [`${name}, partition ${record.partition}`, countOf(record, length)]);
  });
  return Object.fromEntries(facts);
}

function theirsOfRecords(said: string): Facts {
  const facts: [string, string][] = [];
  let name = '';
  // One heading goes on in a second line.
  const lines = said.replace('object after first\n  encrypted logical object', 'object after first encrypted');
  for (const line of lines.split('\n')) {
    name = /^ {2}(\S.*?)(?: \[MB\])?:$/.exec(line)?.[1] ?? name;
    const [, partition, told] = /^ {4}partition number: (\d+), partition record data counter: (\w+)$/.exec(line) ?? [];
    // Positions are in hexadecimal, marks with them.
    if (told !== undefined) facts.push([`${name}, partition ${partition}`, `${Number(told)}`]);
  }
  return Object.fromEntries(facts);
}

/** The last byte of each record. */
function lastBytesOfRecords(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  let at = PAGE_HEADER;
  for (const { code, value } of decodeLogPage(bytes).parameters) {
    at += PARAMETER_HEADER;
    for (let offset = 0; RECORD_CODES.has(code) && offset < value.length; offset += 1 + (value[offset] ?? 0)) {
      ends.push(at + offset + (value[offset] ?? 0));
    }
    at += value.length;
  }
  return ends;
}

const records = (...counts: readonly (number | 'all ones' | 'all ones but the last')[]) =>
  counts.map((of, partition) => (typeof of === 'number' ? { partition, count: of } : { partition, mark: of }));

const RECORD_JUDGE = {
  ours: oursOfRecords,
  theirs: theirsOfRecords,
  changed: lastBytesOfRecords,
};

judgePages(
  [
    judgeActivity({ name: 'sg_logs of the activity of the drive', changed: () => [FIRST_VALUE + 2] }),
    ...ACTIVITY_JUDGES,
    judge(VOLUME_STATISTICS.page, VOLUME_STATISTICS.name, { ...RECORD_JUDGE, name: 'sg_logs of partition records' }),
    judge(VOLUME_STATISTICS.page, VOLUME_STATISTICS.name, {
      ...RECORD_JUDGE,
      name: 'sg_logs of partition records of four partitions',
      bytes: encodeLogValues(VOLUME_STATISTICS, {
        firstEncrypted: records(7, 'all ones', 'all ones but the last', 0x0102_0304_0506),
        firstUnencryptedAfter: records('all ones', 'all ones but the last', 9, 0),
        nativeCapacityOfPartitions: records(1, 20_000, 0x0102_0304, 4),
        usedNativeCapacityOfPartitions: records(0, 1, 2, 3),
        remainingNativeCapacityOfPartitions: records(1, 19_999, 5, 1),
      }),
    }),
  ],
  () => queryNode,
);

describe('the serial numbers of page 14h', () => {
  it('are those that sg_vpd reads from pages 80h and B1h; sg_logs takes 32 characters for a counter, and shows 0', async () => {
    const page = decodeLogPage(await answerTo(logSense(DEVICE_STATISTICS.page)));
    const { serialNumber, manufacturerSerialNumber } = decodeLogValues(DEVICE_STATISTICS, page).values;
    const theirs = async (vpdPage: number, pattern: RegExp) =>
      text(pattern.exec(await command('sg_vpd', `--page=${vpdPage}`, queryNode))?.[1]);
    expect(serialNumber).toMatch(/\w/);
    expect(serialNumber).toBe(await theirs(VPD_PAGES.unitSerialNumber, /Unit serial number: (.*)/));
    expect(manufacturerSerialNumber).toBe(
      await theirs(VPD_PAGES.manufacturerSerialNumber, /Manufacturer-assigned serial number: (.*)/),
    );
    const vpd = await answerTo(inquiry({ vpdPage: VPD_PAGES.unitSerialNumber }));
    expect(decodeSerialNumber(vpd)).toBe(serialNumber);
    expect(await command('sg_logs', '--page=0x14', queryNode)).toMatch(/ {2}Drive serial number: 0$/m);
  });
});

describe('after two errors', () => {
  beforeAll(async () => {
    const failed = { command: 'WRITE(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 2 } } } as const;
    for (const _ of [1, 2]) {
      await atTheDrive((controls) => controls.setFaults([{ ...failed, times: 1 }]));
      await expect(shell(`dd if=/dev/zero of=${DEVICE} bs=64k count=1`)).rejects.toThrow(/Input\/output error/);
      await shell(`mt -f ${DEVICE} rewind`);
    }
    await atTheDrive((controls) => controls.setFaults([]));
  });

  const NUMBERS = {
    densityCode: 'Density code',
    mediumType: 'Medium type',
    motionHours: 'Lifetime media motion hours',
    senseKey: 'Sense key',
    asc: 'Additional sense code',
    ascq: 'Additional sense code qualifier',
    vendorCodeQualifier: 'Vendor specific code qualifier',
    productRevision: 'Product revision level',
    hoursSinceCleaning: 'Hours since last clean',
    operationCode: 'Operation code',
    serviceAction: 'Service action',
    timestampOrigin: 'Timestamp origin',
  } as const;

  /** Bytes of lines such as " 00     56 45 32", below a heading. */
  function dumped(said: string, heading: string): Buffer {
    const [, below = ''] = said.split(heading);
    const [, lines = ''] = /^\n((?: [0-9a-f]{2} {5}.*\n?)+)/.exec(below) ?? [];
    return Buffer.from(
      lines.replaceAll(/^ [0-9a-f]{2} {5}((?:[0-9a-f]{2} {0,2}){1,16}).*$/gm, '$1').replaceAll(/\s/g, ''),
      'hex',
    );
  }

  function theirsOfEntry(said: string, i: number): [string, string | undefined][] {
    const number = ([key, name]: readonly [string, string]): [string, string | undefined] => {
      return [`${key} ${i}`, text(Number(new RegExp(`^ {4}${name}: (\\w+)`, 'm').exec(said)?.[1]))];
    };
    return [
      ...Object.entries(NUMBERS).map(number),
      [`repeated ${i}`, text(/Repeat: (\d)/.exec(said)?.[1] === '1')],
      [`mediumId ${i}`, text(dumped(said, 'Medium id number (in hex):').toString('latin1'))],
      [`timestamp ${i}`, text(Number.parseInt(dumped(said, 'Timestamp:').toString('hex'), 16))],
    ];
  }

  judgePages(
    [
      judge(TAPE_DIAGNOSTIC_DATA.page, TAPE_DIAGNOSTIC_DATA.name, {
        ours: (bytes) => {
          const entries = decodeDiagnosticData(decodeLogPage(bytes));
          expect(entries.length).toBeGreaterThanOrEqual(2);
          return Object.fromEntries(
            entries.flatMap((entry, i) => Object.entries(entry).map(([key, value]) => [`${key} ${i}`, text(value)])),
          );
        },
        theirs: (said) => {
          const [, ...entries] = said.split(/^ {2}Parameter code: \d+$/m);
          return Object.fromEntries(entries.flatMap(theirsOfEntry));
        },
        // A byte of each field of the newest entry; the bit that says whether it is repeated is not the last of its own.
        changed: () => [2, 3, 7, 9, 10, 11, 15, 19, 23, 24, 25, 28, 60, 67].map((byte) => FIRST_VALUE + byte),
      }),
    ],
    () => queryNode,
  );
});
