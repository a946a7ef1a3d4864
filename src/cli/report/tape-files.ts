import type { ArchiveFacts, HistoryEntry } from '../../provider/history/entry.js';

/** A file that should be on the tape. */
export interface TapeFile {
  readonly fileNumber: number;
  readonly bytes: number;
  /** Of the run that wrote it. */
  readonly seconds: number;
  readonly at: string;
}

/** What the history has written on a cartridge: a file that is written ends all that came after it. */
export function filesOnTape(entries: readonly HistoryEntry[]): readonly TapeFile[] {
  let files: TapeFile[] = [];
  for (const entry of entries) {
    if (entry.type !== 'archive' || entry.archive.direction !== 'writing') continue;
    const { fileNumber, bytes, seconds } = entry.archive;
    if (fileNumber === undefined) continue;
    files = files.filter((file) => file.fileNumber < fileNumber);
    files.push({ fileNumber, bytes, seconds, at: entry.at });
  }
  return files;
}

/** Bytes per second of a file that took long enough to tell. */
export function speedOf({ bytes, seconds }: Pick<ArchiveFacts, 'bytes' | 'seconds'>): number | undefined {
  return seconds >= 1 ? bytes / seconds : undefined;
}
