import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

const KIB = 1024;
/** Every page may need an entry of its own; the least that Linux has. */
const PAGE_BYTES = 4 * KIB;
/** What even the smallest adapter carries, where it joins pages that lie side by side. */
const LEAST = 64 * KIB;

/** Bytes of a transfer that nearly every adapter carries, where none is known. */
export const UNKNOWN_ADAPTER = 256 * KIB;

/**
 * Bytes that the host adapter of a logical unit, whose folder in sysfs is given, carries in one transfer: its scatter
 * list has `sg_tablesize` entries.
 */
export async function carriedByAdapter(sysfs: string): Promise<number> {
  const host = hostOf(sysfs);
  if (host === undefined) return UNKNOWN_ADAPTER;
  const text = await readFile(`/sys/class/scsi_host/${host}/sg_tablesize`, 'latin1').catch(() => '');
  const entries = Number.parseInt(text, 10);
  return Number.isSafeInteger(entries) ? Math.max(LEAST, entries * PAGE_BYTES) : UNKNOWN_ADAPTER;
}

/** `host2` of `/sys/devices/…/host2/target2:0:0/2:0:0:0`. */
function hostOf(sysfs: string): string | undefined {
  for (let folder = sysfs; folder !== dirname(folder); folder = dirname(folder)) {
    if (/^host\d+$/.test(basename(folder))) return basename(folder);
  }
  return undefined;
}
