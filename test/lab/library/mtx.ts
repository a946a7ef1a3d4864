import { command } from '../command.js';

/** The node of the lab's changer. */
export const { LTO_LAB_CHANGER: CHANGER = '' } = process.env;

export function mtx(...args: (string | number)[]): Promise<string> {
  return command('mtx', '-f', CHANGER, ...args.map(String));
}

/** What mtx lists: barcodes by drive (D0), slot (S1) and mail slot (M7). */
export async function mtxStatus(): Promise<Record<string, string>> {
  const full: Record<string, string> = {};
  for (const line of (await mtx('status')).split('\n')) {
    const [, drive, slot, mail, tag = ''] =
      /^(?:Data Transfer Element (\d+)|\s*Storage Element (\d+)( IMPORT\/EXPORT)?):Full.*VolumeTag ?= ?(\S*)/.exec(
        line,
      ) ?? [];
    const name = drive === undefined ? slot && `${mail === undefined ? 'S' : 'M'}${slot}` : `D${drive}`;
    if (name !== undefined) full[name] = tag;
  }
  return full;
}

/** Address of an element by the name that mtx gives it. */
export function mtxName({ element, type }: { readonly element: number; readonly type: string }): string {
  if (type === 'drive') return `D${element - 1}`;
  return type === 'slot' ? `S${element - 1000}` : `M${element - 100 + 6}`;
}
