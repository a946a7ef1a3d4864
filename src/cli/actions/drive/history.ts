import { HistoryFile } from '../../../provider/history/history-file.js';
import type { LoadPoint } from '../../../provider/history/points.js';
import { cartridgeSubject } from '../../../provider/history/sample.js';
import { type HistoryReport, judgeHistory, type Past } from '../../../provider/history/trends.js';
import type { Health } from '../../../tape/reports/health/health.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type Fact, facts, table } from '../../output/table.js';
import { verdictLines } from '../../output/text/verdict.js';
import { formatCapacity } from '../../output/units.js';

/** Loads of the cartridge that are shown one by one. */
const LOADS_SHOWN = 8;

/** What the history says of the drive and the cartridge in it. */
export async function judgedPast(
  drive: TapeDrive,
  { cartridge }: Health,
  path: string,
): Promise<{ readonly report: HistoryReport; readonly lines: readonly string[] }> {
  const { serialNumber } = await drive.identity();
  const values = (cartridge && (await drive.mam())?.values) ?? {};
  const history = await new HistoryFile(path).read();
  const report = judgeHistory(history, { drive: serialNumber, cartridge: cartridgeSubject(values, undefined) });
  return { report, lines: linesOf(report) };
}

function linesOf(report: HistoryReport): string[] {
  const { since, drive, cartridge, damagedLines } = report;
  if (since === undefined) return ['', 'history: nothing is kept yet'];
  const [verdict = '', ...reasons] = verdictLines(report);
  const lines = ['', `history since ${since.slice(0, 10)}: ${verdict}`, ...reasons, ''];
  lines.push(facts([...pastFacts('drive', drive), ...pastFacts('cartridge', cartridge), ...damage(damagedLines)]));
  const loads = cartridge.loads.slice(-LOADS_SHOWN);
  if (loads.length > 0) lines.push('', table(HEAD, loads.map(rowOf)));
  return lines;
}

function pastFacts(
  subject: string,
  { loads, archives, failedArchives, bytesWritten, bytesRead, alerts }: Past,
): Fact[] {
  const moved = `${formatCapacity(bytesWritten)} written, ${formatCapacity(bytesRead)} read`;
  return [
    [subject, `${loads.length} loads, ${archives} archives, ${failedArchives} of them failed; ${moved}`],
    ...alerts.map(({ flag, name, times, last }): Fact => {
      return ['', `TapeAlert ${flag}, ${name}: ${times} ${times === 1 ? 'time' : 'times'}, last ${last.slice(0, 10)}`];
    }),
  ];
}

function damage(lines: number): Fact[] {
  return lines === 0 ? [] : [['damaged lines', lines]];
}

const HEAD = ['load', 'drive', 'moved', 'retries per GB', 'uncorrected', 'capacity'];

function rowOf({ at, drive, bytes, retriesPerGigabyte, uncorrected, capacity }: LoadPoint): string[] {
  return [
    at.slice(0, 16).replace('T', ' '),
    drive ?? '',
    formatCapacity(bytes),
    retriesPerGigabyte?.toFixed(2) ?? '',
    String(uncorrected),
    capacity === undefined ? '' : formatCapacity(capacity),
  ];
}
