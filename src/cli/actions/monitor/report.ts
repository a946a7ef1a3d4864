import { rename, rm, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { HistoryEntry } from '../../../provider/history/entry.js';
import { HistoryFile } from '../../../provider/history/history-file.js';
import { isSameCartridge, judgeHistory } from '../../../provider/history/trends.js';
import { ObservedDrives } from '../../../provider/observe/observed-drives.js';
import { page } from '../../report/page.js';
import { sectionsOf } from '../../report/sections.js';
import { closedAfter } from '../../run/closing.js';
import { type DeviceOptions, historyPath, requireDevice } from '../../run/device.js';
import { exitCodeOf } from '../../run/exit-codes.js';

interface ReportOptions extends DeviceOptions {
  readonly output?: string | undefined;
}

/** The page is made all the same. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  offline: exitCodeOf('LTO_DEVICE_NOT_FOUND'),
  busy: exitCodeOf('LTO_DRIVE_BUSY'),
};

/** Longer than a live view waits: a report is made once. */
const PATIENCE_MS = 60_000;

export async function report(options: ReportOptions) {
  const device = requireDevice(options);
  const drives = new ObservedDrives([device]);
  const [observation] = await closedAfter(drives.look(PATIENCE_MS), () => drives.close());
  if (observation === undefined) throw new InvalidArgumentError('no drive is named');
  const { tape, drive, state } = observation.live;
  const path = historyPath(options);
  const kept = path === undefined ? undefined : await new HistoryFile(path).read();
  const cartridge = tape && { serial: tape.mediumSerial, barcode: tape.barcode };
  const history = kept && judgeHistory(kept, { drive: drive?.serial, cartridge });
  const entries: readonly HistoryEntry[] =
    kept?.entries.filter((entry) => isSameCartridge(entry.cartridge, cartridge)) ?? [];
  const html = page(observation, new Date(), sectionsOf({ observation, history, entries }));
  const exitCode = EXIT_CODES[state] ?? 0;
  if (options.output === undefined) return { document: { device, html }, text: html.trimEnd(), exitCode };
  await replace(options.output, html);
  const bytes = Buffer.byteLength(html);
  return { document: { device, file: options.output, bytes }, text: `${options.output}: ${bytes} bytes`, exitCode };
}

/** Whoever opens the file meanwhile sees the old page or the new one. */
async function replace(file: string, html: string): Promise<void> {
  const next = `${file}.${process.pid}.new`;
  try {
    await writeFile(next, html, { flag: 'wx' });
    await rename(next, file);
  } catch (cause) {
    await rm(next, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidArgumentError(`${file} cannot be made: ${why}`, {
      cause,
      next: 'Name a file in a folder that you may write',
    });
  }
}
