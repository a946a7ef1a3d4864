import { decodeLogPage, logSense } from '../../../src/scsi/log/page.js';
import type { PageJudge } from './page-judge.js';

// sg_logs as a judge of log pages.

export const PAGE_HEADER = 4;
export const PARAMETER_HEADER = 4;

/** Where the last byte of each parameter's value stands, by parameter code. */
export function lastBytes(bytes: Uint8Array): Map<number, number> {
  const places = new Map<number, number>();
  let at = PAGE_HEADER;
  for (const { code, value } of decodeLogPage(bytes).parameters) {
    at += PARAMETER_HEADER + value.length;
    places.set(code, at - 1);
  }
  return places;
}

export type LogJudge = Pick<PageJudge, 'ours' | 'theirs' | 'changed'> & Partial<PageJudge>;

/** sg_logs reads a log page; `rest` may have other arguments, such as no -v. */
export function judge(page: number, name: string, rest: LogJudge): PageJudge {
  return {
    name: `sg_logs of ${name} (${page.toString(16)}h)`,
    tool: 'sg_logs',
    // Bytes are told besides gigabytes only with -v.
    arguments: ['-v', `--page=0x${page.toString(16)}`],
    // Other devices have other pages of these codes.
    fromFile: (file) => ['--pdt=1', `--inhex=${file}`],
    command: logSense(page),
    ...rest,
  };
}
