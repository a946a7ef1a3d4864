import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

const KIB = 1024;
/** In the worst case each page needs a scatter list entry of its own; Linux's smallest page. */
const PAGE_BYTES = 4 * KIB;
/** What even the smallest adapter carries if it merges adjacent pages. */
const LEAST = 64 * KIB;

/** Bytes of a transfer that nearly every adapter carries; used if the adapter's limit is unknown. */
export const UNKNOWN_ADAPTER = 256 * KIB;

/**
 * Bytes that the host adapter of a logical unit carries in one transfer, from the `sg_tablesize` entries of its scatter
 * list. `sysfs`: folder of the logical unit.
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
