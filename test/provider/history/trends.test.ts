import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/provider/history/entry.js';
import { judgeHistory } from '../../../src/provider/history/trends.js';

const DRIVE = { vendor: 'V', model: 'M', firmware: 'F', serial: 'DRIVE' };
const CARTRIDGE = { serial: 'TAPE', barcode: 'TAPE01L8', format: 'LTO-8' };
const GB = 1e9;

interface Given {
  readonly retries?: number;
  readonly capacity?: number;
  readonly serial?: string;
  readonly error?: string;
  readonly gigabytes?: number;
}

/** An archive in a load of its own. */
function loaded(
  { retries = 0, capacity = 12e12, serial = 'TAPE', error, gigabytes = 10 }: Given,
  number: number,
): HistoryEntry {
  const bytes = gigabytes * GB;
  return {
    at: new Date(Date.UTC(2026, 0, 1 + number)).toISOString(),
    device: '/dev/nst0',
    drive: DRIVE,
    cartridge: { ...CARTRIDGE, serial, barcode: serial, loads: number },
    type: 'archive',
    archive: { direction: 'writing', fileNumber: 1, records: 1, bytes, seconds: 1, error },
    sample: { writing: { bytes, retries, uncorrected: 0 }, reading: {}, capacity },
  };
}

function codesOf(given: readonly Given[]): readonly string[] {
  const entries = given.map(loaded);
  const { verdict, reasons } = judgeHistory({ entries, damagedLines: 0 }, { drive: 'DRIVE', cartridge: CARTRIDGE });
  expect(verdict).toBe(reasons.length === 0 ? 'good' : 'attention');
  return reasons.map(({ code }) => code);
}

const RISING = [10, 12, 11, 30, 40, 50].map((retries) => ({ retries }));
const STEADY = [10, 12, 9, 11, 10, 12].map((retries) => ({ retries }));
const elsewhere = (given: readonly Given[]) => given.map((each) => ({ ...each, serial: 'OTHER' }));

it.each<readonly [string, readonly Given[], readonly string[]]>([
  ['nothing', [], []],
  ['steady errors', STEADY, []],
  ['errors that rise with this cartridge', RISING, ['errors-rising-cartridge']],
  ['the same, and the drive is good with another', [...elsewhere(STEADY), ...RISING], ['errors-rising-cartridge']],
  ['errors that rise with other cartridges too', [...elsewhere(RISING), ...RISING], ['errors-rising-drive']],
  ['a rise from almost nothing to almost nothing', [0, 0, 0, 0.2, 0.3, 0.4].map((retries) => ({ retries })), []],
  ['three loads only', RISING.slice(2, 5), []],
  ['loads that moved less than a gigabyte', RISING.map((each) => ({ ...each, gigabytes: 0.5 })), []],
  ['one bad load among good ones', [10, 10, 10, 900, 10, 10].map((retries) => ({ retries })), []],
  [
    'a capacity that shrinks',
    [{ capacity: 12e12 }, { capacity: 11.9e12 }, { capacity: 11.5e12 }],
    ['capacity-shrinking'],
  ],
  ['a capacity that stays', [{ capacity: 12e12 }, { capacity: 11.95e12 }], []],
  ['failures of the medium', Array(3).fill({ error: 'LTO_MEDIUM_ERROR' }), ['archives-failing']],
  ['failures of the source', Array(3).fill({ error: 'LTO_SOURCE' }), []],
])('%s', (_, given, expected) => {
  expect(codesOf(given)).toEqual(expected);
});

it('sums up what was moved, and the alerts, of the drive and of the cartridge in whichever drive', () => {
  const first = loaded({}, 1);
  const alert = { flag: 5, name: 'Read failure', severity: 'C' } as const;
  const entries: HistoryEntry[] = [
    first,
    { ...first, type: 'alert', alert },
    { ...loaded({}, 2), type: 'alert', alert },
    { ...loaded({ serial: 'OTHER' }, 3), drive: DRIVE },
    { ...loaded({ error: 'LTO_MEDIUM_ERROR' }, 4), drive: { ...DRIVE, serial: 'ELSEWHERE' } },
  ];
  const report = judgeHistory({ entries, damagedLines: 2 }, { drive: 'DRIVE', cartridge: CARTRIDGE });
  expect(report.drive).toMatchObject({ archives: 2, failedArchives: 0, bytesWritten: 20 * GB, bytesRead: 0 });
  expect(report.drive.alerts).toEqual([{ ...alert, times: 2, last: entries[2]?.at }]);
  expect(report.drive.loads.length).toBe(3);
  expect(report.cartridge).toMatchObject({ archives: 2, failedArchives: 1, bytesWritten: 20 * GB });
  expect(report.cartridge.loads.map(({ drive }) => drive)).toEqual(['DRIVE', 'DRIVE', 'ELSEWHERE']);
  expect(report.damagedLines).toBe(2);
});

it('a drive without a serial number, and a cartridge without a name, have no past', () => {
  const entries = [loaded({}, 1)];
  const report = judgeHistory({ entries, damagedLines: 0 }, { drive: undefined, cartridge: undefined });
  expect(report).toMatchObject({ verdict: 'good', drive: { archives: 0 }, cartridge: { archives: 0 } });
});
