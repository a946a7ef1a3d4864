import { beforeAll, expect, it } from 'vitest';
import { DEVICE_STATUS } from '../../../src/scsi/log/device-status.js';
import { ASCII, COUNTER, FLAG, type LogValueKind, SIGNED, TEMPERATURE } from '../../../src/scsi/log/kinds.js';
import { decodeLogPage, decodeSupportedLogPages, logSense } from '../../../src/scsi/log/page.js';
import { logTable } from '../../../src/scsi/log/registry.js';
import { DEVICE_STATISTICS, VOLUME_STATISTICS } from '../../../src/scsi/log/statistics.js';
import {
  decodeTapeAlert,
  decodeTapeAlertResponse,
  TAPE_ALERT,
  TAPE_ALERT_RESPONSE,
  type TapeAlertFlag,
} from '../../../src/scsi/log/tape-alert.js';
import { decodeLogValues, type LogTable, type LogTableEntry } from '../../../src/scsi/log/values.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { shell } from '../command.js';
import { judge, lastBytes, PAGE_HEADER, PARAMETER_HEADER } from './log-judge.js';
import { answerTo, byPattern, DEVICE, type Facts, judgePages, type PageJudge, text } from './page-judge.js';

// What sg_logs reads from each log page is what our own decoders read, parameter for parameter.

let queryNode = '';

beforeAll(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode}; mt -f ${DEVICE} rewind`);
  // So that the counters count something.
  await using drive = await TapeDrive.open(DEVICE);
  await drive.rewind();
  await drive.writeFile([testData(6_000_000)], { position: 'overwrite' });
  await drive.rewind();
  await collect(drive.createReadStream());
});

/** Values that sg_logs writes in one line, under the standard's name of the parameter. */
const ONE_LINE: readonly LogValueKind<unknown>[] = [COUNTER, SIGNED, FLAG, TEMPERATURE, ASCII];

/**
 * sg_logs takes the serial numbers of page 14h, 32 characters, for counters, and shows 0: see log-record-judges. Of page
 * 17h it has no words yet for design capacity, lifetime and stop writes (18h to 1Bh), which real drives send.
 */
const NOT_READ: readonly LogTableEntry[] = [
  ...DEVICE_STATISTICS.entries.filter(({ kind }) => kind === ASCII),
  ...VOLUME_STATISTICS.entries.filter(({ code }) => code >= 0x18 && code <= 0x1b),
];

const judgedEntries = (table: LogTable) =>
  table.entries.filter((entry) => ONE_LINE.includes(entry.kind) && !NOT_READ.includes(entry));

function judgeTable(table: LogTable): PageJudge {
  const entries = judgedEntries(table);
  return judge(table.page, table.name, {
    ours: (bytes) => {
      const values: Readonly<Record<string, unknown>> = decodeLogValues(table, decodeLogPage(bytes)).values;
      const told = entries.filter(({ key }) => values[key] !== undefined);
      return Object.fromEntries(told.map(({ name, key }) => [name, asText(values[key])]));
    },
    theirs: (said) => {
      const told = [...lines(said)].filter(([name]) => entries.some((entry) => entry.name === name));
      return Object.fromEntries(told);
    },
    changed: (bytes) => {
      const places = lastBytes(bytes);
      return entries.flatMap(({ code }) => places.get(code) ?? []);
    },
  });
}

const asText = (value: unknown) => (typeof value === 'boolean' ? `${Number(value)}` : text(value));

/** The lines "name: value unit" and "name = value unit" of sg_logs, without the units. */
function* lines(said: string): Generator<[name: string, value: string]> {
  for (const [, name = '', value = ''] of said.matchAll(/^ {2}(\S.*?)(?: \(in MiB\)| \[MB\])?(?:: | = )(.*)$/gm)) {
    const [, bytes] = /\[(\d+) bytes\]$/.exec(value) ?? [];
    yield [
      name,
      bytes ??
        value
          .replace(/^0x(?=\d$)/, '')
          .replace(/(?<=^\d+) (MB|C)$/, '')
          .trim(),
    ];
  }
  const [, cleaning] = /cleaning value: (\d+)/.exec(said) ?? [];
  if (cleaning !== undefined) yield ['Cleaning action required', cleaning];
}

/** Flags by number. */
function flagsOf(raised: readonly TapeAlertFlag[]): Facts {
  const numbers = new Set(raised.map(({ flag }) => flag));
  return Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`flag ${i + 1}`, numbers.has(i + 1) ? '1' : '0']));
}

const PAGES: readonly number[] = [0x02, 0x03, 0x0c, 0x0d, 0x14, 0x17, 0x1b, 0x30, 0x31, 0x32];

const FLAG_LETTERS = {
  preventMediumRemoval: 'PAMR',
  hostInitiatedUnload: 'HUI',
  memoryAccessible: 'MACC',
  compressionEnabled: 'CMPR',
  writeProtected: 'WRTP',
  cleaningRequested: 'CRQST',
  cleaningRequired: 'CRQRD',
  initialised: 'DINIT',
  inTransition: 'INXTN',
  roboticAccessAllowed: 'RAA',
  mediumPresent: 'MPRSNT',
  mediumSeated: 'MSTD',
  mediumThreaded: 'MTHRD',
  mounted: 'MOUNTED',
  vendorSpecific: 'VS',
  diagnosticDataCreated: 'TDDEC',
  encryptionParametersPresent: 'EPP',
  encryptionServiceRequested: 'ESR',
  recoveryRequested: 'RRQST',
  interfaceChanged: 'INTFC',
  tapeAlertChanged: 'TAFC',
} as const;

const JUDGES: readonly PageJudge[] = [
  ...PAGES.flatMap((page) => logTable(page) ?? []).map(judgeTable),
  judge(DEVICE_STATUS.page, DEVICE_STATUS.name, {
    ours: (bytes) => {
      const { status } = decodeLogValues(DEVICE_STATUS, decodeLogPage(bytes)).values;
      const fields: Readonly<Record<string, unknown>> = { ...status };
      return Object.fromEntries(Object.keys(FLAG_LETTERS).map((key) => [key, asText(fields[key])]));
    },
    theirs: byPattern(
      Object.fromEntries(Object.entries(FLAG_LETTERS).map(([key, name]) => [key, new RegExp(`\\b${name}=(\\d)`)])),
    ),
    // Of the four bytes of the first parameter the third is a code.
    changed: () => [0, 1, 3].map((byte) => PAGE_HEADER + PARAMETER_HEADER + byte),
  }),
  judge(TAPE_ALERT_RESPONSE.page, TAPE_ALERT_RESPONSE.name, {
    ours: (bytes) => flagsOf(decodeTapeAlertResponse(decodeLogPage(bytes))),
    theirs: (said) => {
      const flags = [...said.matchAll(/([0-9A-F]{2})h: (\d)/g)];
      return Object.fromEntries(flags.map(([, flag = '', value]) => [`flag ${Number.parseInt(flag, 16)}`, value]));
    },
    changed: () => Array.from({ length: 8 }, (_, byte) => PAGE_HEADER + PARAMETER_HEADER + byte),
  }),
  judge(TAPE_ALERT.page, TAPE_ALERT.name, {
    ours: (bytes) => flagsOf(decodeTapeAlert(decodeLogPage(bytes))),
    // One line for each flag, in their order.
    theirs: (said) =>
      Object.fromEntries([...said.matchAll(/^ {2}\S.*: ([01])$/gm)].map(([, value], i) => [`flag ${i + 1}`, value])),
    changed: (bytes) => [...lastBytes(bytes).values()],
  }),
];

judgePages(JUDGES, () => queryNode);

it('no page that the drive lists is left without a judge here, but the list itself and the diagnostic data', async () => {
  const listed = decodeSupportedLogPages(await answerTo(logSense(0))).map(({ page }) => page);
  const judged = JUDGES.map(({ command }) => (command.cdb[2] ?? 0) & 0x3f);
  expect(new Set([...judged, 0x00, 0x16])).toEqual(new Set(listed));
});

it('the list of pages is the one that sg_logs shows', async () => {
  const listed = decodeSupportedLogPages(await answerTo(logSense(0))).map(({ page }) => page);
  const said = await shell(`sg_logs --page=0 ${queryNode}`);
  expect([...said.matchAll(/^ {4}0x([0-9a-f]{2}) /gm)].map(([, page = '']) => Number.parseInt(page, 16))).toEqual(
    listed,
  );
});
