import type { DriveOwner } from '../session/drive-owner.js';
import type { Session } from '../session/session.js';
import type { SessionSource } from '../session/session-source.js';
import { HistoryRecorder } from './history-recorder.js';

/** Recorders by drive and the path of their file. */
const recorders = new WeakMap<DriveOwner, Map<string, HistoryRecorder>>();

/** The same source, which keeps the history of the drives that it lends. */
export function keepingHistory(source: SessionSource): SessionSource {
  const lend: SessionSource['lend'] = async (...parameters) => {
    const lent = await source.lend(...parameters);
    keepHistory(lent.session);
    return lent;
  };
  const { device, bringsCartridges } = source;
  return { device, bringsCartridges, lend, close: () => source.close() };
}

/** Keeps the history of a session's drive, if the configuration names a file, and notices a cartridge that is new in it. */
function keepHistory({ owner, configuration: { historyFile } }: Session): void {
  if (historyFile === undefined) return;
  const ofDrive = recorders.get(owner) ?? new Map<string, HistoryRecorder>();
  recorders.set(owner, ofDrive);
  const recorder = ofDrive.get(historyFile) ?? new HistoryRecorder(owner.drive, historyFile);
  if (!ofDrive.has(historyFile)) owner.onClose(() => recorder.close());
  ofDrive.set(historyFile, recorder);
  // The work does not wait for it.
  void recorder.look();
}
